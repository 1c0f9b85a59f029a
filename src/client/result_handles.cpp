#include <algorithm>
#include <chrono>
#include <deque>
#include <unordered_set>

#include "client/async_result.hpp"
#include "client/client_state.hpp"
#include "client/result_tree.hpp"
#include "message/python_json.hpp"
#include "taskworker/async_result.hpp"

namespace taskworker {

TaskFailed::TaskFailed(std::string id, std::string state, Failure failure)
    : std::runtime_error(
          failure.message.empty() ? failure.type : failure.type + ": " + failure.message
      ),
      id_(std::move(id)),
      state_(std::move(state)),
      failure_(std::move(failure)) {}
TaskFailed::~TaskFailed() = default;
ResultTimeout::~ResultTimeout() = default;

namespace {

constexpr Seconds kForEver{365.0 * 86'400};
constexpr auto kLookAgain = std::chrono::seconds(5);  // should a message of the server get lost

using Records = std::optional<ResultRecord>;

// What happens to a connection that broke: the next call has a new one.
template <class Ask>
auto asked(ClientState& client, Ask ask) {
    auto results = client.results();
    try {
        return ask(*results.operator->());
    } catch (const Error&) {
        results.broken();
        throw;
    }
}

Records load(ClientState& client, const std::string& id) {
    return asked(client, [&](ResultBackend& backend) { return backend.load(id); });
}

SteadyPoint deadline(const ClientState& client, std::optional<Seconds> timeout) {
    const auto seconds = std::clamp(timeout.value_or(kForEver), Seconds(0), kForEver);
    return client.clock().ticks() + std::chrono::duration_cast<SteadyPoint::duration>(seconds);
}

Json value_of(const std::string& text) {
    auto read = parse_json(text);
    if (auto* value = std::get_if<Json>(&read)) return std::move(*value);
    throw BackendError("a result that is no JSON: " + std::get<JsonError>(read).why);
}

Json wait_for(ClientState& client, const std::string& id, SteadyPoint until) {
    for (;;) {
        const auto now = client.clock().ticks();
        const auto record = asked(client, [&](ResultBackend& backend) {
            return backend.wait(id, std::min(until, now + kLookAgain));
        });
        if (record && record->status == "SUCCESS") return value_of(record->result);
        if (record && is_ready(*record)) throw TaskFailed(id, record->status, failure_of(*record));
        if (client.clock().ticks() >= until)
            throw ResultTimeout(
                id + " has no result yet: " + (record ? record->status : "PENDING")
            );
    }
}

Json wait_for(ClientState& client, const ResultNode& node, SteadyPoint until) {
    if (!node.group) return wait_for(client, node.id, until);
    auto list = Json::array();
    for (const auto& child : node.children) list.push_back(wait_for(client, *child, until));
    return list;
}

}  // namespace

ResultHandle::ResultHandle(std::shared_ptr<ClientState> client, std::shared_ptr<ResultNode> node)
    : client_(std::move(client)), node_(std::move(node)) {}

const std::string& ResultHandle::id() const { return node_->id; }

std::string ResultHandle::state() const {
    const auto record = load(*client_, id());
    return record ? record->status : "PENDING";
}

bool ResultHandle::ready() const {
    const auto record = load(*client_, id());
    return record && is_ready(*record);
}

Json ResultHandle::document() const {
    const auto record = load(*client_, id());
    return record ? value_of(encode_result(*record)) : Json();
}

void ResultHandle::forget() const {
    asked(*client_, [&](ResultBackend& backend) {
        backend.forget(id());
        return 0;
    });
}

void ResultHandle::revoke(const RevokeOptions& options) const { client_->revoke({id()}, options); }

std::optional<ResultHandle> ResultHandle::parent() const {
    if (!node_->parent) return std::nullopt;
    return ResultHandle(client_, node_->parent);
}

std::vector<ResultHandle> ResultHandle::children() const {
    const auto record = load(*client_, id());
    std::vector<ResultHandle> all;
    if (!record) return all;
    for (auto& child : children_of(*record)) all.emplace_back(client_, std::move(child));
    return all;
}

std::vector<std::pair<ResultHandle, Json>> ResultHandle::collect(std::optional<Seconds> timeout
) const {
    const auto until = deadline(*client_, timeout);
    std::vector<std::pair<ResultHandle, Json>> all;
    std::deque<ResultHandle> waiting{*this};
    std::unordered_set<std::string> seen{id()};
    while (!waiting.empty()) {
        const auto next = std::move(waiting.front());
        waiting.pop_front();
        all.emplace_back(next, wait_for(*client_, next.id(), until));
        for (auto& child : next.children())
            if (seen.insert(child.id()).second) waiting.push_back(std::move(child));
    }
    return all;
}

Json ResultHandle::get_json(std::optional<Seconds> timeout) const {
    return wait_for(*client_, *node_, deadline(*client_, timeout));
}

// ---- groups

GroupHandle::GroupHandle(std::shared_ptr<ClientState> client, std::shared_ptr<ResultNode> node)
    : client_(std::move(client)), node_(std::move(node)) {}

const std::string& GroupHandle::id() const { return node_->id; }

std::vector<ResultHandle> GroupHandle::results() const {
    std::vector<ResultTree> leaves;
    collect_leaves(node_, leaves);
    std::vector<ResultHandle> all;
    for (auto& leaf : leaves) all.emplace_back(client_, std::move(leaf));
    return all;
}

std::size_t GroupHandle::size() const { return results().size(); }

std::optional<ResultHandle> GroupHandle::parent() const {
    if (!node_->parent) return std::nullopt;
    return ResultHandle(client_, node_->parent);
}

bool GroupHandle::ready() const {
    const auto all = results();
    return std::all_of(all.begin(), all.end(), [](const auto& one) { return one.ready(); });
}

bool GroupHandle::successful() const { return completed_count() == size(); }

bool GroupHandle::failed() const {
    const auto all = results();
    return std::any_of(all.begin(), all.end(), [](const auto& one) { return one.failed(); });
}

std::size_t GroupHandle::completed_count() const {
    const auto all = results();
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const auto& one) {
        return one.successful();
    }));
}

void GroupHandle::forget() const {
    for (const auto& one : results()) one.forget();
}

void GroupHandle::revoke(const RevokeOptions& options) const {
    std::vector<std::string> ids;
    for (const auto& one : results()) ids.push_back(one.id());
    if (!ids.empty()) client_->revoke(ids, options);
}

void GroupHandle::save() const {
    auto document = Json::object();
    document["result"] = as_tuple(*node_);
    asked(*client_, [&](ResultBackend& backend) {
        backend.write(
            {.kind = GroupWrite::Kind::Saved, .group_id = id(), .document = to_json_text(document)}
        );
        return 0;
    });
}

void GroupHandle::remove() const {
    asked(*client_, [&](ResultBackend& backend) {
        backend.forget_group(id());
        return 0;
    });
}

// A group of one that stands in a chain is its member (maybe_unroll_group).
Json GroupHandle::get_json(std::optional<Seconds> timeout) const {
    auto value = wait_for(*client_, *node_, deadline(*client_, timeout));
    return node_->group ? value : Json::array({std::move(value)});
}

}  // namespace taskworker

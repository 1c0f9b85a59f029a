#include "broker/registration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "broker/redis_dead_letters.hpp"
#include "broker/scripts.hpp"

namespace taskworker {
namespace {

constexpr std::size_t kHead = 200;  // bytes of a malformed message that the log shows

}  // namespace

Registration::Registration(
    const RedisKeys& keys,
    const ServedLists& lists,
    Presence& presence,
    std::span<const std::string> accept,
    std::vector<InboxBatch> batches
)
    : keys_(keys),
      lists_(lists),
      presence_(presence),
      accept_(accept),
      batches_(std::move(batches)) {
    std::size_t total = 0;
    for (const auto& batch : batches_) total += batch.messages.size();
    items_.reserve(total);
    first_number_ = presence_.tags().take(total);
    for (std::size_t b = 0; b < batches_.size(); ++b) {
        auto& messages = batches_[b].messages;
        sizes_.push_back(messages.size());
        for (auto& message : messages) open(b, std::move(message));
    }
}

// Opened where it will stay: a delivery is large, and moving it costs more than reading a header.
void Registration::open(std::size_t batch, std::string message) {
    const auto& list = lists_[batches_[batch].list];
    auto delivery = std::make_shared<Delivery>();
    delivery->tag = presence_.tags().tag(first_number_ + items_.size(), list.list);
    delivery->queue = list.queue;
    delivery->list = list.list;
    delivery->message.raw = std::move(message);
    auto malformed = open_delivery(*delivery, accept_);
    items_.push_back(
        {batch, std::move(delivery), malformed ? std::move(malformed->why) : std::string()}
    );
}

const std::string& Registration::inbox(const InboxBatch& batch) const {
    return inbox_of(lists_[batch.list], batch.kind);
}

std::size_t Registration::good() const {
    return static_cast<std::size_t>(std::count_if(
        items_.begin(), items_.end(), [](const Item& item) { return item.why.empty(); }
    ));
}

void Registration::write(redis::Connection& connection, TimePoint now) {
    auto& out = connection.out();
    const auto n = good();
    out.command("MULTI");
    commands_ = 3;  // with the script and EXEC
    if (n > 0) {
        commands_ += 2;
        out.begin(2 + 2 * n);
        out.arg("HSET"), out.arg(keys_.unacked);
        for (const auto& item : items_) {
            if (!item.why.empty()) continue;
            out.arg(item.delivery->tag);
            out.arg({"[", item.delivery->message.raw, lists_[batches_[item.batch].list].entry_tail}
            );
        }
        const auto score = fmt::format("{:.6f}", unix_time(now));
        out.begin(2 + 2 * n);
        out.arg("ZADD"), out.arg(keys_.unacked_index);
        for (const auto& item : items_)
            if (item.why.empty()) out.arg(score), out.arg(item.delivery->tag);
    }
    for (const auto& item : items_) {
        if (item.why.empty()) continue;
        const auto& queue = lists_[batches_[item.batch].list].queue;
        write_dead_letter(
            out,
            keys_,
            presence_.node(),
            {.message = item.delivery->message.raw, .queue = queue, .reason = item.why}
        );
        ++commands_;
    }
    write_script(connection);
    out.command("EXEC");
}

void Registration::write_script(redis::Connection& connection) const {
    auto& out = connection.out();
    connection.evalsha(broker::kRegister, 2 + batches_.size(), 3 + 3 * batches_.size());
    out.arg(keys_.unacked), out.arg(keys_.unacked_index);
    for (const auto& batch : batches_) out.arg(inbox(batch));
    out.arg(presence_.tags().prefix()), out.arg(first_number_);
    const auto witness = std::find_if(items_.begin(), items_.end(), [](const Item& item) {
        return item.why.empty();
    });
    out.arg(
        witness == items_.end() ? std::string_view() : std::string_view(witness->delivery->tag)
    );
    for (std::size_t b = 0, end = 0; b < batches_.size(); ++b) {
        end += sizes_[b];
        out.arg(sizes_[b]);
        out.arg(end > 0 ? items_[end - 1].delivery->message.raw : std::string());
        out.arg({":", lists_[batches_[b].list].list});
    }
}

Registration::Answer Registration::read(
    const redis::Connection& connection, std::span<redis::Reply> replies
) {
    for (std::size_t i = 0; i + 1 < replies.size(); ++i)
        if (replies[i].error()) connection.fail(replies[i], "register");  // EXEC was refused, too
    auto& exec = replies.back();
    if (exec.error() || !exec.array()) connection.fail(exec, "EXEC");
    auto& results = exec.items;
    auto& script = results.back();
    if (script.error()) {
        if (redis::kind_of(script.text) == redis::RedisError::Kind::NoScript)
            return Answer::ScriptMissing;
        connection.fail(script, "register.lua");
    }
    if (!script.is("y")) return Answer::Undone;
    // The inbox is empty now: a dead letter that was refused exists here only, and in the log.
    auto dead = results.end() - 1 - static_cast<std::ptrdiff_t>(items_.size() - good());
    for (auto& item : items_) {
        if (item.why.empty()) continue;
        if (dead->error()) item.why += " (and the dead-letter list refused it: " + dead->text + ")";
        ++dead;
    }
    return Answer::Registered;
}

Registration::Answer Registration::run_script(redis::Connection& connection) {
    connection.load_scripts();
    write_script(connection);
    const auto replies = connection.round_trip();
    connection.check(replies.at(0), "register.lua");
    return replies[0].is("y") ? Answer::Registered : Answer::Undone;
}

std::vector<Fetched> Registration::take() {
    std::vector<Fetched> result;
    result.reserve(items_.size());
    for (auto& item : items_) {
        if (item.why.empty()) {
            result.emplace_back(std::move(item.delivery));
        } else {
            result.emplace_back(DiscardedMessage{
                .queue = item.delivery->queue,
                .why = std::move(item.why),
                .head = item.delivery->message.raw.substr(0, kHead)});
        }
    }
    return result;
}

}  // namespace taskworker

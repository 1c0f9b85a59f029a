#include "broker/registration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "broker/redis_dead_letters.hpp"
#include "broker/scripts.hpp"
#include "message/decode.hpp"
#include "message/envelope.hpp"

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
        for (std::size_t i = 0; i < messages.size(); ++i) open(b, i, std::move(messages[i]));
    }
}

void Registration::open(std::size_t batch, std::size_t position, std::string message) {
    Item item{.batch = batch, .position = position};
    const auto& list = lists_[batches_[batch].list].list;
    item.tag = presence_.tags().tag(first_number_ + items_.size(), list);
    auto parsed = parse_envelope(std::move(message));
    if (auto* malformed = std::get_if<Malformed>(&parsed)) {
        item.why = std::move(malformed->why);
    } else {
        item.message = std::move(std::get<Message>(parsed));
        auto decoded = decode(item.message, accept_);
        if (auto* refused = std::get_if<Malformed>(&decoded)) {
            item.why = std::move(refused->why);
            item.bytes = std::move(item.message.raw);
        } else {
            item.request = std::move(std::get<Request>(decoded));
        }
    }
    items_.push_back(std::move(item));
}

const std::string& Registration::inbox(const InboxBatch& batch) const {
    const auto& list = lists_[batch.list];
    return batch.kind == InboxBatch::Kind::Claim ? list.claim_inbox : list.wait_inbox;
}

// parse_envelope() has consumed them; they still lie in the inbox, the newest at index 0.
void Registration::fetch_malformed(redis::Connection& connection) {
    std::vector<Item*> wanted;
    for (auto& item : items_) {
        if (item.why.empty() || !item.bytes.empty()) continue;
        wanted.push_back(&item);
        connection.out().command(
            "LINDEX", inbox(batches_[item.batch]), sizes_[item.batch] - 1 - item.position
        );
    }
    if (wanted.empty()) return;
    auto replies = connection.round_trip();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        connection.check(replies[i], "LINDEX");
        wanted[i]->bytes = std::move(replies[i].text);
    }
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
            out.arg(item.tag);
            out.arg({"[", item.message.raw, lists_[batches_[item.batch].list].entry_tail});
        }
        const auto score = fmt::format("{:.6f}", unix_time(now));
        out.begin(2 + 2 * n);
        out.arg("ZADD"), out.arg(keys_.unacked_index);
        for (const auto& item : items_)
            if (item.why.empty()) out.arg(score), out.arg(item.tag);
    }
    for (const auto& item : items_) {
        if (item.why.empty()) continue;
        const auto& queue = lists_[batches_[item.batch].list].queue;
        write_dead_letter(
            out,
            keys_,
            presence_.node(),
            {.message = item.bytes, .queue = queue, .reason = item.why}
        );
        ++commands_;
    }
    write_script(connection);
    out.command("EXEC");
}

void Registration::write_script(redis::Connection& connection) const {
    auto& out = connection.out();
    connection.evalsha(broker::kRegister, 2 + batches_.size(), 3 + 2 * batches_.size());
    out.arg(keys_.unacked), out.arg(keys_.unacked_index);
    for (const auto& batch : batches_) out.arg(inbox(batch));
    out.arg(presence_.tags().prefix()), out.arg(first_number_);
    const auto witness = std::find_if(items_.begin(), items_.end(), [](const Item& item) {
        return item.why.empty();
    });
    out.arg(witness == items_.end() ? std::string_view() : std::string_view(witness->tag));
    for (std::size_t b = 0; b < batches_.size(); ++b) {
        out.arg(sizes_[b]);
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
        const auto& list = lists_[batches_[item.batch].list];
        if (item.why.empty()) {
            result.emplace_back(Delivery{
                .tag = std::move(item.tag),
                .queue = list.queue,
                .list = list.list,
                .message = std::move(item.message),
                .request = std::move(item.request)});
        } else {
            result.emplace_back(DiscardedMessage{
                .queue = list.queue,
                .why = std::move(item.why),
                .head = item.bytes.substr(0, kHead)});
        }
    }
    return result;
}

}  // namespace taskworker

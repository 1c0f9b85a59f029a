#include "broker/claim.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "broker/room_shares.hpp"
#include "broker/scripts.hpp"

namespace taskworker {

using redis::RedisError;

std::vector<std::string> oldest_first(redis::Reply& range) {
    std::vector<std::string> messages;
    messages.reserve(range.items.size());
    for (auto it = range.items.rbegin(); it != range.items.rend(); ++it)
        messages.push_back(std::move(it->text));
    return messages;
}

std::size_t Claim::write(std::size_t room, std::span<const InboxBatch> taken) {
    using Kind = InboxBatch::Kind;
    room_ = room;
    order_.clear();
    for (auto list : lists_.in_order()) {
        const bool used = std::any_of(taken.begin(), taken.end(), [&](const InboxBatch& batch) {
            return batch.list == list && batch.kind == Kind::Claim;
        });
        order_.push_back({list, used ? Kind::Wait : Kind::Claim});
    }
    auto& out = connection_.out();
    if (!script_) {
        for (const auto& target : order_) out.command("LLEN", lists_[target.list].key);
        return order_.size();
    }
    connection_.evalsha(broker::kClaim, 2 * order_.size(), 2);
    for (const auto& target : order_) out.arg(lists_[target.list].key);
    for (const auto& target : order_) out.arg(inbox_of(lists_[target.list], target.inbox));
    out.arg(room), out.arg(lists_.per_step());
    for (const auto& target : order_)
        out.command("LRANGE", inbox_of(lists_[target.list], target.inbox), 0, -1);
    return 1 + order_.size();
}

std::optional<std::vector<InboxBatch>> Claim::read(std::span<redis::Reply> replies) {
    if (script_) return read_script(replies);
    return move_each(replies);
}

std::optional<std::vector<InboxBatch>> Claim::read_script(std::span<redis::Reply> replies) {
    if (replies[0].error()) {
        // What the script moved before the error lies in the inboxes.
        const auto kind = redis::kind_of(replies[0].text);
        if (kind == RedisError::Kind::NoScript) {
            connection_.load_scripts();
        } else if (kind == RedisError::Kind::NoPermission) {
            script_ = false;
        } else {
            connection_.fail(replies[0], "claim.lua");
        }
        return std::nullopt;
    }
    std::vector<InboxBatch> batches;
    for (std::size_t i = 0; i < order_.size(); ++i) {
        auto& range = replies[i + 1];
        connection_.check(range, "LRANGE");
        if (!range.items.empty())
            batches.push_back({order_[i].inbox, order_[i].list, oldest_first(range)});
    }
    return batches;
}

std::vector<InboxBatch> Claim::move_each(std::span<const redis::Reply> lengths) {
    std::vector<std::size_t> sizes;
    for (const auto& length : lengths) {
        connection_.check(length, "LLEN");
        sizes.push_back(static_cast<std::size_t>(length.integer));
    }
    const auto take = room_shares(sizes, lists_.per_step(), room_);
    for (std::size_t i = 0; i < order_.size(); ++i) {
        const auto& list = lists_[order_[i].list];
        const auto& inbox = inbox_of(list, order_[i].inbox);
        for (std::size_t n = 0; n < take[i]; ++n)
            connection_.out().command("LMOVE", list.key, inbox, "RIGHT", "LEFT");
    }
    auto replies = connection_.round_trip();
    std::vector<InboxBatch> batches;
    auto reply = replies.begin();
    for (std::size_t i = 0; i < order_.size(); ++i) {
        InboxBatch batch{order_[i].inbox, order_[i].list, {}};
        for (std::size_t n = 0; n < take[i]; ++n, ++reply) {
            connection_.check(*reply, "LMOVE");
            if (reply->is_text()) batch.messages.push_back(std::move(reply->text));
        }
        if (!batch.messages.empty()) batches.push_back(std::move(batch));
    }
    return batches;
}

}  // namespace taskworker

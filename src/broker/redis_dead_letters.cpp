#include "broker/redis_dead_letters.hpp"

#include <algorithm>
#include <charconv>

#include "broker/broker_errors.hpp"
#include "broker/scripts.hpp"

namespace taskworker {
namespace {

constexpr std::size_t kReplayAtOnce = 32;  // whole messages pass through Lua
constexpr std::size_t kRemoveAtOnce = 1000;

std::int64_t milliseconds(TimePoint at) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

// "1700000000000-0": the first part is Redis' clock in milliseconds.
TimePoint time_of(std::string_view id) {
    std::int64_t value = 0;
    std::from_chars(id.data(), id.data() + id.size(), value);
    return TimePoint{} + std::chrono::milliseconds(value);
}

DeadLetter letter_of(redis::Reply& entry) {
    DeadLetter letter;
    letter.entry = entry.items.at(0).text;
    letter.at = time_of(letter.entry);
    auto& fields = entry.items.at(1).items;
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
        const auto& name = fields[i].text;
        auto& value = fields[i + 1].text;
        if (name == "message") letter.message = std::move(value);
        if (name == "queue") letter.queue = std::move(value);
        if (name == "reason") letter.reason = std::move(value);
        if (name == "worker") letter.worker = std::move(value);
        if (name == "task_id") letter.task_id = std::move(value);
    }
    return letter;
}

}  // namespace

void write_dead_letter(
    redis::CommandWriter& out,
    const RedisKeys& keys,
    std::string_view node,
    const DeadLetter& letter
) {
    out.command(
        "XADD",
        keys.dead_letters,
        "MAXLEN",
        "~",
        kMostDeadLetters,
        "*",
        "v",
        "1",
        "message",
        letter.message,
        "queue",
        letter.queue,
        "reason",
        letter.reason,
        "worker",
        node,
        "task_id",
        letter.task_id
    );
}

void write_dead_letter_trim(redis::CommandWriter& out, const RedisKeys& keys, TimePoint now) {
    // Exactly: "~" would keep a whole node of 100, so that a few letters would lie there for ever.
    out.command("XTRIM", keys.dead_letters, "MINID", milliseconds(now - kDeadLettersLive));
}

void RedisDeadLetters::add(std::span<const DeadLetter> letters) {
    if (letters.empty()) return;
    as_broker_error([&] {
        connection_.connect();
        for (const auto& letter : letters)
            write_dead_letter(connection_.out(), keys_, letter.worker, letter);
        write_dead_letter_trim(connection_.out(), keys_, letters.back().at);
        for (const auto& reply : connection_.round_trip()) connection_.check(reply, "XADD");
    });
}

std::vector<DeadLetter> RedisDeadLetters::list(std::size_t from, std::size_t most) {
    return as_broker_error([&] {
        auto reply =
            connection_.call("XREVRANGE", keys_.dead_letters, "+", "-", "COUNT", from + most);
        std::vector<DeadLetter> result;
        for (std::size_t i = from; i < reply.items.size(); ++i)
            result.push_back(letter_of(reply.items[i]));
        return result;
    });
}

std::vector<DeadLetter> RedisDeadLetters::before(const std::string& entry, std::size_t most) {
    return as_broker_error([&] {
        const auto from = entry.empty() ? std::string("+") : "(" + entry;
        auto reply = connection_.call("XREVRANGE", keys_.dead_letters, from, "-", "COUNT", most);
        std::vector<DeadLetter> result;
        for (auto& item : reply.items) result.push_back(letter_of(item));
        return result;
    });
}

std::size_t RedisDeadLetters::replay(std::span<const Replay> letters) {
    return as_broker_error([&] {
        std::size_t moved = 0;
        while (!letters.empty()) {
            const auto some = letters.first(std::min(kReplayAtOnce, letters.size()));
            std::vector<std::string> lists;
            for (const auto& letter : some) lists.push_back(keys_.key(letter.list));
            std::vector<std::string_view> names{keys_.dead_letters}, words;
            names.insert(names.end(), lists.begin(), lists.end());
            for (const auto& letter : some)
                words.insert(words.end(), {letter.entry, letter.message});
            moved +=
                static_cast<std::size_t>(connection_.run(broker::kReplay, names, words).integer);
            letters = letters.subspan(some.size());
        }
        return moved;
    });
}

std::size_t RedisDeadLetters::remove(std::span<const std::string> entries) {
    return as_broker_error([&] {
        std::size_t removed = 0;
        connection_.connect();
        while (!entries.empty()) {
            const auto some = entries.first(std::min(kRemoveAtOnce, entries.size()));
            auto& out = connection_.out();
            out.begin(2 + some.size());
            out.arg("XDEL"), out.arg(keys_.dead_letters);
            for (const auto& entry : some) out.arg(entry);
            const auto replies = connection_.round_trip();
            connection_.check(replies.at(0), "XDEL");
            removed += static_cast<std::size_t>(replies[0].integer);
            entries = entries.subspan(some.size());
        }
        return removed;
    });
}

std::size_t RedisDeadLetters::size() {
    return as_broker_error([&] {
        return static_cast<std::size_t>(connection_.call("XLEN", keys_.dead_letters).integer);
    });
}

}  // namespace taskworker

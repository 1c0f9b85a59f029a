#pragma once

#include "broker/dead_letters.hpp"
#include "broker/redis_keys.hpp"
#include "redis/connection.hpp"

namespace taskworker {

inline constexpr std::size_t kMostDeadLetters = 10'000;
inline constexpr std::chrono::hours kDeadLettersLive{24 * 90};

// Writes the command that adds one: the same entry everywhere (also in ledger/lua/settle.lua).
void write_dead_letter(
    redis::CommandWriter& out,
    const RedisKeys& keys,
    std::string_view node,
    const DeadLetter& letter
);
// Writes the command that forgets the oldest.
void write_dead_letter_trim(redis::CommandWriter& out, const RedisKeys& keys, TimePoint now);

// The stream taskworker.dead_letters: the newest 10,000, at most 90 days. list() begins with the
// newest.
class RedisDeadLetters final : public DeadLetters {
public:
    // The connection has to know kReplay.
    RedisDeadLetters(redis::ConnectionOptions connection, RedisKeys keys)
        : connection_(std::move(connection)), keys_(std::move(keys)) {}
    void add(std::span<const DeadLetter> letters) override;
    std::vector<DeadLetter> list(std::size_t from, std::size_t most) override;
    std::vector<DeadLetter> before(const std::string& entry, std::size_t most) override;
    std::size_t replay(std::span<const Replay> letters) override;
    std::size_t remove(std::span<const std::string> entries) override;
    std::size_t size() override;

private:
    redis::Connection connection_;
    RedisKeys keys_;
};

}  // namespace taskworker

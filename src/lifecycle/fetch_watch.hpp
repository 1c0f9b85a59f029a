#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace taskworker {

// Sees whether messages that wait are fetched: a worker that is up, answers and takes nothing is
// the one nobody looks after. Whatever the reason, new connections are tried first; if that does
// not help, somebody must be told. Not thread-safe.
class FetchWatch {
public:
    struct Look {
        bool room = false;          // it could take a message
        std::size_t backlog = 0;    // messages that wait for it
        std::uint64_t fetched = 0;  // how many it ever took
    };
    enum class Verdict { Fine, Reconnect, StillDeaf };

    // Looked at regularly. StillDeaf: it was told to reconnect, and nothing came of it; try again.
    Verdict look(const Look& look, SteadyPoint now);

    static constexpr auto kPatience = std::chrono::seconds(4);

private:
    std::optional<SteadyPoint> since_;  // messages wait, there is room, and nothing was fetched
    std::uint64_t fetched_ = 0;
    bool tried_ = false;
};

}  // namespace taskworker

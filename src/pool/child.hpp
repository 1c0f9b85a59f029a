#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "pool/child_frames.hpp"
#include "pool/child_process.hpp"
#include "pool/output_lines.hpp"
#include "pool/pool.hpp"

namespace taskworker {

// A job on its way through a pool of children.
struct Entry {
    Job job;
    std::uint64_t number = 0;  // in the pool, from 0: "Job: 3" of billiard's message
    std::uint64_t seq = 0;     // in its child, from 1
    SteadyPoint assigned_at{};
    bool started = false;  // the listener knows
    bool soft_sent = false;
    std::optional<int> cancel_signal = {};
};

// Why a child is to be killed. It waits until nothing but that job is in the child: a signal must
// not hit a neighbour that begins in between.
struct Doom {
    enum class Why { HardLimit, Cancel, Shutdown, Faulty };
    Why why;
    std::uint64_t seq = 0;
    int signal = 0;
    bool struck = false;
};

// A child as its parent sees it. Belongs to the parent's thread.
struct Child {
    enum class Phase {
        Starting,
        Ready,
        Leaving
    };  // Leaving: it will exit by itself, and is not missed

    Child(std::uint64_t ordinal, int place, std::string title, ChildProcess started)
        : id(ordinal), index(place), name(std::move(title)), process(std::move(started)) {}

    // epoll's data: which child, and which of its descriptors. 0 is the mailbox.
    std::uint64_t socket_key() const { return id * 4; }
    std::uint64_t death_key() const { return id * 4 + 1; }
    std::uint64_t output_key() const { return id * 4 + 2; }
    static std::uint64_t id_in(std::uint64_t key) { return key / 4; }

    const std::uint64_t id;  // from 1
    const int index;         // its place in the pool, from 1; taken over by who replaces it
    const std::string name;  // "ForkPoolWorker-1"
    ChildProcess process;
    Phase phase = Phase::Starting;

    std::deque<Entry> window;  // what it holds, in the order of execution
    std::uint64_t next_seq = 1;
    std::uint64_t assigned = 0;
    std::uint64_t last_used = 0;  // a stamp: who was used last is hot
    bool worked = false;          // some job has begun in it
    SteadyPoint progress{};       // an outcome came, or the first job went in
    bool recalling = false;
    SteadyPoint recalled_at{};
    SteadyPoint spawned_at{}, leaving_at{}, closed_at{};
    std::optional<Doom> doom;

    OutputLines printed;
    FrameReader reader;
    std::string out;  // frames not yet taken by the socket, from out_at on
    std::size_t out_at = 0;
    bool waits_for_room = false;
    bool closed = false;  // its stream has ended

    // Its first job is long: nothing may wait behind it that could run elsewhere.
    bool stalled(SteadyPoint now) const { return !window.empty() && now >= progress + kLongWait; }
    static constexpr Millis kLongWait{10};

    // The job it is executing right now, if it is the first of the window.
    std::optional<SteadyPoint> running_since(SteadyPoint now) const {
        const auto begun = process.page.begun();
        if (window.empty() || begun.seq != window.front().seq) return std::nullopt;
        // The child may write anything there.
        return std::clamp(begun.at, std::min(window.front().assigned_at, now), now);
    }
    Entry* find(std::uint64_t seq) {
        for (auto& entry : window) {
            if (entry.seq == seq) return &entry;
        }
        return nullptr;
    }
};

}  // namespace taskworker

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "taskworker/time.hpp"

namespace taskworker {

// A message nobody could or should run, byte for byte, and why.
struct DeadLetter {
    std::string entry;  // its name in the list; given by the list
    std::string message;
    std::string queue;
    std::string reason;
    std::string worker;   // node name
    std::string task_id;  // if known
    TimePoint at{};
};

// A dead letter that goes back into a list of messages.
struct Replay {
    std::string entry;
    std::string list;  // with its priority step
    std::string message;
};

// One dead-letter list. Not thread-safe. Throws BrokerError.
class DeadLetters {
public:
    virtual ~DeadLetters() = default;
    virtual void add(std::span<const DeadLetter> letters) = 0;
    virtual std::vector<DeadLetter> list(std::size_t from, std::size_t most) = 0;
    // At most so many that are older than this entry, the newest first; older than none: all.
    virtual std::vector<DeadLetter> before(const std::string& entry, std::size_t most) = 0;
    // Each goes back to the end of its list, unless somebody has taken it. Returns how many did.
    virtual std::size_t replay(std::span<const Replay> letters) = 0;
    virtual std::size_t remove(std::span<const std::string> entries) = 0;  // how many were there
    virtual std::size_t size() = 0;
};

}  // namespace taskworker

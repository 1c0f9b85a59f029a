#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "taskworker/time.hpp"

namespace taskworker {

// A message nobody could or should run, byte for byte, and why.
struct DeadLetter {
    std::string message;
    std::string queue;
    std::string reason;
    std::string worker;   // node name
    std::string task_id;  // if known
    TimePoint at{};
};

// One dead-letter list. Not thread-safe. Throws BrokerError.
class DeadLetters {
public:
    virtual ~DeadLetters() = default;
    virtual void add(std::span<const DeadLetter> letters) = 0;
    virtual std::vector<DeadLetter> list(std::size_t from, std::size_t most) = 0;
    virtual std::size_t size() = 0;
};

}  // namespace taskworker

#pragma once

#include <chrono>

#include "taskworker/time.hpp"

namespace taskworker {

using SteadyPoint = std::chrono::steady_clock::time_point;
using Millis = std::chrono::milliseconds;

// The time. Loops ask it and hand the answer to pure functions; nothing else does.
class Clock {
public:
    virtual ~Clock() = default;
    virtual TimePoint now() const = 0;      // wall clock: ETA, expiry, documents
    virtual SteadyPoint ticks() const = 0;  // for measuring and for deadlines
};

class SystemClock final : public Clock {
public:
    TimePoint now() const override { return std::chrono::system_clock::now(); }
    SteadyPoint ticks() const override { return std::chrono::steady_clock::now(); }
};

}  // namespace taskworker

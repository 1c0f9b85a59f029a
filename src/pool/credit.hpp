#pragma once

#include <cstddef>

#include "taskworker/time.hpp"

namespace taskworker {

// How many jobs a child may hold at once. A job on its own costs a ping-pong of 5–30 µs between the
// processes, many at once cost 0.1–0.6 µs each: worth it when tasks are short, and harmful when
// they are long, for what waits behind a long task could run elsewhere. Pure; not thread-safe.
class Credit {
public:
    static constexpr std::size_t kMost = 64;
    static constexpr Seconds kLong{1e-3};    // tasks from here on go one by one
    static constexpr Seconds kBudget{2e-3};  // work a child may hold

    void ran(Seconds runtime);  // a task has ended
    std::size_t window() const;
    Seconds average() const { return average_; }

private:
    Seconds average_{kLong};  // nothing is known: one by one
    bool known_ = false;
};

}  // namespace taskworker

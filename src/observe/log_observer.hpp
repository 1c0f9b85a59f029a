#pragma once

#include <string_view>

#include "observe/observer.hpp"

namespace taskworker {

// Writes the lines of tasks to the log; the only place that does. Thread-safe, never blocks longer
// than base/log does, never throws.
class LogObserver final : public Observer {
public:
    void on(const Event& event) override;
};

}  // namespace taskworker

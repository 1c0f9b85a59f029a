#pragma once

#include <chrono>
#include <thread>

namespace taskworker::testing {

// Looks again and again until it is so, or the time is over. Returns what it saw last.
template <class F>
bool eventually(F&& is_so, std::chrono::milliseconds patience = std::chrono::seconds(10)) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!is_so()) {
        if (std::chrono::steady_clock::now() > until) return is_so();
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

}  // namespace taskworker::testing

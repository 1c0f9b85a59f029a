#pragma once

#include <vector>

#include "observe/observer.hpp"

namespace taskworker {

// Tells every event to several, in the order in which they were added. Filled before the threads
// start, constant afterwards; on() is as thread-safe as those it tells.
class Observers final : public Observer {
public:
    void add(Observer& observer) { observers_.push_back(&observer); }  // outlives this
    void on(const Event& event) override {
        for (auto* observer : observers_) observer->on(event);
    }

private:
    std::vector<Observer*> observers_;
};

}  // namespace taskworker

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "observe/observer.hpp"

namespace taskworker {

// Counts for Prometheus, under the names and labels of celery-exporter where it has them
// (`celery_task_*`, `celery_worker_*`), under `taskworker_*` where it has none. Thread-safe.
class Metrics final : public Observer {
public:
    // What is looked up when somebody asks.
    struct Now {
        std::size_t active = 0, waiting = 0, processes = 0;
        double since_last_fetch = 0;  // seconds
        std::uint64_t events_dropped = 0;
        bool up = true;
        // That this worker consumes, with the messages that wait there; none: nobody could say.
        std::vector<std::pair<std::string, std::optional<std::size_t>>> queues = {};
    };

    // `names` of the tasks that have a series of their own. All others share one, "other": names
    // come from strangers and must not fill our memory.
    Metrics(const std::string& node, std::vector<std::string> names, std::function<Now()> now);
    ~Metrics() override;

    void on(const Event& event) override;
    std::string text() const;  // in Prometheus' text format

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace taskworker

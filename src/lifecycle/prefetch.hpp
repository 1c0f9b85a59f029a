#pragma once

#include <cstddef>
#include <optional>

namespace taskworker {

// What the worker holds already.
struct Load {
    std::size_t in_hand = 0;   // leased: waits for a slot or runs
    std::size_t settling = 0;  // has ended; its effects are on their way to Redis
};

// How many messages more we may lease.
// - `multiplier` is worker_prefetch_multiplier: n × slots in hand, running ones included; 0 = no
//   limit (10,000, so that memory has one); not set = adaptive.
// - What is being settled, or waits in memory for its ETA, needs no slot soon and does not count;
//   but of what is being settled only the first 2,000: when a result backend is slow or away, work
//   waits in the queue and not here.
// - `average_runtime` in seconds, of the tasks that ended lately; 0 = none yet.
// Adaptive: besides the running ones, as many as the slots work off in 20 ms (a few round trips);
// at most 2,000. A task of a second finds one slot full and nothing waiting behind it: nobody
// hoards. While nothing is known: four per slot, Celery's default.
std::size_t prefetch_room(
    std::optional<int> multiplier, std::size_t slots, Load load, double average_runtime
);

}  // namespace taskworker

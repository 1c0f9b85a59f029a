#pragma once

#include <cstddef>
#include <optional>

namespace taskworker {

// How many messages more we may lease.
// - `multiplier` is worker_prefetch_multiplier: n × slots in hand, running ones included; 0 = no
// limit
//   (10,000, so that memory has one); not set = adaptive.
// - `in_hand` counts what is leased and waits for a slot or runs. What is being settled, or waits
// in
//   memory for its ETA, needs no slot soon and does not count.
// - `average_runtime` in seconds, of the tasks that ended lately; 0 = none yet.
// Adaptive: besides the running ones, as many as the slots work off in 20 ms (a few round trips);
// at most 2,000. A task of a second finds one slot full and nothing waiting behind it: nobody
// hoards. While nothing is known: four per slot, Celery's default.
std::size_t prefetch_room(
    std::optional<int> multiplier, std::size_t slots, std::size_t in_hand, double average_runtime
);

}  // namespace taskworker

#pragma once

#include <string>
#include <vector>

#include "ledger/chord_survey.hpp"

namespace taskworker {

// Where a task of the chord is that has not been counted.
struct ChordPlace {
    std::string task_id, where;  // "waits in queue celery, position 3 (1 runs next)"
};

// What `taskworker chord` prints: counted and missing parts, and why it waits. Pure.
std::string chord_text(
    const std::string& id,
    const ChordView& chord,
    const std::vector<ChordPlace>& places,
    std::size_t limit
);

}  // namespace taskworker

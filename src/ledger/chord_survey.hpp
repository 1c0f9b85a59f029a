#pragma once

#include <optional>
#include <string>
#include <vector>

#include "taskworker/config.hpp"

namespace taskworker {

// An unfinished chord as it lies in the result server, for people. Reads only.
struct ChordView {
    struct Part {
        std::string id, state;
        std::optional<int> index;  // its place; parts of nested groups may share one
    };
    std::vector<Part> parts;               // counted
    std::optional<std::size_t> size;       // of the header; none: nobody has said it yet
    std::size_t grown = 0;                 // add_to_chord()
    std::vector<std::string> expected;     // ids, where the header was saved
    std::optional<std::string> finishing;  // complete: the worker that finishes it
    double due_in = 0;                     // then: seconds until any worker may
};

// Nothing: no trace of it. Throws BackendError, ConfigError.
std::optional<ChordView> look_at_chord(const Settings& settings, const std::string& group);

}  // namespace taskworker

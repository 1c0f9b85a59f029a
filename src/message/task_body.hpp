#pragma once

#include <optional>
#include <string_view>

#include "message/message.hpp"
#include "taskworker/json.hpp"
#include "taskworker/json_list.hpp"

namespace taskworker {

// The body of protocol 2, [args, kwargs, embed], read in one walk over its text.
struct TaskBody {
    Json args, kwargs;
    Json callbacks, errbacks;  // null or a list of signatures
    JsonList chain;            // of signatures
    Json chord;                // null or a signature
};

enum class Arguments { Read, Skipped };  // skipped ones are checked and stay null

// Nothing: the body is not the usual one, or wrong; open_body() can tell. Strict like it.
std::optional<TaskBody> read_task_body(
    std::string_view json, Arguments arguments, const WireLimits& limits = {}
);

// The same for the body of a message.
std::optional<TaskBody> open_task_body(
    const Message& message, Arguments arguments, const WireLimits& limits = {}
);

}  // namespace taskworker

#pragma once

#include "cli/options.hpp"
#include "cli/session.hpp"
#include "taskworker/client.hpp"

namespace taskworker {

// What `call --canvas` says. Throws ConfigError, which names the option.
struct CanvasCall {
    Signature signature;
    SendOptions options;
};
CanvasCall read_canvas_call(const CallCommand& options);

// Sends it and prints the id of its end: of a group the group's.
int call_canvas(const GlobalOptions& global, const CallCommand& options, RegisterTasks linked_in);

}  // namespace taskworker

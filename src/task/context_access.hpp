#pragma once

#include "task/context_state.hpp"
#include "taskworker/context.hpp"

namespace taskworker {

// For built-in tasks: what stands behind the handle.
struct ContextAccess {
    static ContextState& of(Context& context) { return *context.state_; }
};

}  // namespace taskworker

#pragma once

#include "message/message.hpp"
#include "taskworker/json.hpp"

namespace taskworker {

// The properties of a message as an object, unknown ones included, as Celery's request shows them.
Json properties_of(const Message& message);

}  // namespace taskworker

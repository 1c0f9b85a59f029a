#pragma once

#include <string>

#include "message/message.hpp"

namespace taskworker {

// How often a process died over this message, counted in a header of its own: Celery counts nothing
// and such a task goes round for ever. Wherever the message goes, the count goes with it.
inline constexpr const char* kDeathsHeader = "taskworker-deaths";

int deaths_of(const Message& message);  // 0 when the header is not there or no sensible number

// The message for the next one who tries: marked as redelivered, one death more.
std::string with_one_death_more(const Message& message);

}  // namespace taskworker

#pragma once

#include <cstdint>
#include <string_view>

namespace taskworker {

// The message headers that mean something to Celery; all others are the user's own.
enum class MessageHeader : std::uint8_t {
    Id,
    Task,
    Shadow,
    Eta,
    Expires,
    Group,
    GroupIndex,
    Retries,
    TimeLimit,
    RootId,
    ParentId,
    ArgsRepr,
    KwargsRepr,
    Origin,
    IgnoreResult,
    ReplacedTaskNesting,
    StampedHeaders,
    Stamps,
    Redelivered,
    Taskset,  // protocol 1: group
    Custom,   // `headers`: the custom headers as one object
    Compression,
    Attribute,  // an attribute of Celery's Context: never a custom header, of no meaning in a
                // message
    Unknown,
};

MessageHeader header_of(std::string_view name);

// RabbitMQ's traces of dead-lettering, which a retry leaves out (celery/app/task.py:
// X_DEATH_HEADERS).
bool is_x_death(std::string_view name);

}  // namespace taskworker

#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "message/json_lexer.hpp"
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

// Takes the chain instead of TaskBody::chain: the lexer stands at its '['. False: it is unusual.
using ChainReader = std::function<bool(JsonLexer& lexer, std::string_view whole)>;

// Nothing: the body is not the usual one, or wrong; open_body() can tell. Strict like it.
std::optional<TaskBody> read_task_body(
    std::string_view json,
    Arguments arguments,
    const WireLimits& limits = {},
    const ChainReader& chain = {}
);

// The same for the body of a message.
std::optional<TaskBody> open_task_body(
    const Message& message,
    Arguments arguments,
    const WireLimits& limits = {},
    const ChainReader& chain = {}
);

}  // namespace taskworker

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "taskworker/json.hpp"
#include "taskworker/outcome.hpp"

namespace taskworker {

// Python's notation of values. `most` counts characters; 0 means no limit of any kind. Within a
// limit containers below the third level are shown as "[...]" and the text is cut as
// celery/utils/saferepr.py cuts it.

// What repr() prints for a JSON value: `{'k': [None, 1.0, 'é']}`; typed values as Python has them
// (Decimal('1.5'), datetime.datetime(…)). Fit for a log: what is not printable is escaped.
std::string python_repr(const Json& value, std::size_t most = 1024);

// Celery's saferepr, sign for sign: as above, but strings stand between '' as they are, only ' is
// escaped. For argsrepr and kwargsrepr, which go out into the world; not fit for a log.
std::string safe_repr(const Json& value, std::size_t most = 1024);

// argsrepr of Celery: safe_repr of a list as a tuple, "(1, 'é')", "(3,)", "()".
std::string tuple_repr(const Json& list, std::size_t most = 1024);

// "ValueError('boom', 3)"
std::string python_repr(const Failure& failure, std::size_t most = 1024);

// str() of an exception with these arguments: "", the one argument, or the tuple's repr. KeyError
// shows the repr of its one argument.
std::string exception_text(std::string_view type, const Json& args);

// str() of a value: a text as it is, all else as its repr; typed values have their own.
std::string python_str(const Json& value);

// repr() of a text: "'it\\'s'" and the like; the quotes are Python's choice.
std::string quoted_repr(std::string_view text);

}  // namespace taskworker

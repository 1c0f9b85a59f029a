#pragma once

#include <string>
#include <string_view>

#include "taskworker/json.hpp"
#include "taskworker/outcome.hpp"

namespace taskworker {

// What Python's repr() prints for a JSON value: `{'k': [None, 1.0, 'é']}`; typed values as Python has
// them (Decimal('1.5'), datetime.datetime(…)). Cut to `most` characters with "..." as
// celery/utils/saferepr.py does.
std::string python_repr(const Json& value, std::size_t most = 1024);

// "ValueError('boom', 3)"
std::string python_repr(const Failure& failure, std::size_t most = 1024);

// argsrepr of Celery: a list printed as a tuple, "(1, 'é')", "(3,)", "()".
std::string tuple_repr(const Json& list, std::size_t most = 1024);

// str() of an exception with these arguments: "", the one argument, or the tuple's repr. KeyError shows
// the repr of its one argument.
std::string exception_text(std::string_view type, const Json& args);

}  // namespace taskworker

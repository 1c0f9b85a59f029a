#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "taskworker/outcome.hpp"
#include "taskworker/task_options.hpp"

namespace taskworker {

// What a task threw, as Python will see it. TaskError says it itself; exceptions of the standard
// library become their nearest Python kin; a class of the author's own keeps its name, with its
// namespace as the module, and Python makes up a class for it. What is no std::exception is a
// RuntimeError. std::throw_with_nested gives "The above exception was the direct cause …" in the
// traceback text. Must be called where an exception may be rethrown; does not throw but for
// std::bad_alloc.
Failure describe_error(
    const std::exception_ptr& error, std::string_view task, const ExceptionFilter& expected = {}
);

// A failure that Python code would have raised as type(*args), with its message and traceback text.
Failure python_error(std::string type, std::string module, Json args, std::string_view task);

// The text of a traceback, ending with the line "Type: message". We know no lines of code and
// invent none.
std::string traceback_text(std::string_view task, const Failure& failure);
inline constexpr std::string_view kDirectCause =
    "\nThe above exception was the direct cause of the following exception:\n\n";

}  // namespace taskworker

#pragma once

#include <string>
#include <string_view>

#include "taskworker/json.hpp"

namespace taskworker {

// A setting's value, fit for an error or a report: short, and without secrets. Passwords in URLs
// and everything under a name that smells of a secret become "**" (celery/app/utils.py:
// HIDDEN_SETTINGS).
std::string shown_value(std::string_view name, const Json& value);

// The whole value, without secrets.
Json without_secrets(std::string_view name, const Json& value);

// The same for text that could not be read as a value.
std::string shown_text(std::string_view name, std::string_view text);

}  // namespace taskworker

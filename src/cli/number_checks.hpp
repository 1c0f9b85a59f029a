#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>

namespace taskworker {

// Checks of an option's number. CLI::Range lets "nan" through.

constexpr double kHundredYears = 100.0 * 366 * 86'400;

inline CLI::Validator seconds_between(double least, double most) {
    return {
        [=](std::string& text) {
            double value = 0;
            const bool number = CLI::detail::lexical_cast(text, value);
            if (number && value >= least && value <= most) return std::string();
            return fmt::format("must be a number of seconds from {} to {}", least, most);
        },
        ""};
}

inline CLI::Validator at_least_one() {
    return {
        [](std::string& text) {
            const bool digits = !text.empty() && text.size() <= 9 &&
                                text.find_first_not_of("0123456789") == std::string::npos;
            if (digits && text.find_first_not_of('0') != std::string::npos) return std::string();
            return std::string("must be a whole number from 1 to 999999999");
        },
        ""};
}

// An option that was given, but with nothing: a variable of a shell that is not set.
inline CLI::Validator not_empty() {
    return {
        [](std::string& text) {
            return text.empty() ? std::string("must not be empty") : std::string();
        },
        ""};
}

}  // namespace taskworker

#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "base/log_line.hpp"

namespace taskworker {

// Somebody else's text as one line for a terminal: nothing in it can steer the terminal or pass for
// a line of its own.
inline std::string shown_text(std::string_view text) {
    std::string out;
    log::append_safe_word(out, text);
    std::replace(out.begin(), out.end(), '\t', ' ');
    return out;
}

}  // namespace taskworker

#pragma once

#include <string>
#include <string_view>

namespace taskworker {

// repr() of str and of bytes, appended. Text is UTF-8 (WTF-8).
void append_str_repr(std::string& out, std::string_view text);
void append_bytes_repr(std::string& out, std::string_view bytes);

}  // namespace taskworker

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace taskworker {

// RFC 4648 with padding. Decoding is strict, but for line breaks, which some producers put in.
std::optional<std::string> base64_decode(std::string_view text);

std::string base64_encode(std::string_view bytes);
void base64_append(std::string& out, std::string_view bytes);

}  // namespace taskworker

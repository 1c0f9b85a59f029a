#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace taskworker {

// The code point at `at`, which moves behind it. WTF-8: lone surrogates in three bytes are read; a
// byte that is no part of UTF-8 comes as U+DC80…U+DCFF, as Python's surrogateescape has it.
inline std::uint32_t next_code_point(std::string_view text, std::size_t& at) {
    const auto byte = [&](std::size_t i) -> std::uint32_t {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
    };
    const auto first = byte(at);
    if (first < 0x80) return ++at, first;
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    static constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    std::uint32_t code = first & (0x7fu >> size);
    bool valid = first >= 0xc2 && first <= 0xf4;
    for (std::size_t i = 1; valid && i < size; ++i) {
        valid = (byte(at + i) & 0xc0) == 0x80;
        code = code << 6 | (byte(at + i) & 63);
    }
    if (!valid || code < kLeast[size] || code > 0x10ffff) return ++at, 0xdc00 | first;
    at += size;
    return code;
}

// UTF-8 as Python's bytes.decode() takes it: surrogates, which WTF-8 has, are none.
inline bool is_strict_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto code = next_code_point(text, at);
        if (code >= 0xd800 && code < 0xe000) return false;
    }
    return true;
}

inline std::size_t count_code_points(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++count) next_code_point(text, at);
    return count;
}

}  // namespace taskworker

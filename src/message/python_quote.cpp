#include "message/python_quote.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "base/utf8.hpp"

namespace taskworker {
namespace {

struct Range {
    std::uint32_t first, last;
};
constexpr Range kNotPrintable[] = {
#include "message/printable.inc"
};

bool is_printable(std::uint32_t code) {
    if (code < 0x80) return code >= 0x20 && code != 0x7f;
    const auto range = std::lower_bound(
        std::begin(kNotPrintable),
        std::end(kNotPrintable),
        code,
        [](const Range& r, std::uint32_t c) { return r.last < c; }
    );
    return range == std::end(kNotPrintable) || code < range->first;
}

// Single quotes, unless they would have to be escaped and double ones not.
char quote_for(std::string_view text) {
    const bool has_single = text.find('\'') != std::string_view::npos;
    return has_single && text.find('"') == std::string_view::npos ? '"' : '\'';
}

// True when `code` has been written: the escapes that str and bytes share.
bool append_common(std::string& out, std::uint32_t code, char quote) {
    switch (code) {
        case '\\':
            out += "\\\\";
            return true;
        case '\n':
            out += "\\n";
            return true;
        case '\r':
            out += "\\r";
            return true;
        case '\t':
            out += "\\t";
            return true;
        default:
            break;
    }
    if (code == static_cast<unsigned char>(quote)) {
        out += '\\';
    } else if (code < 0x20 || code >= 0x7f) {
        return false;
    }
    out += static_cast<char>(code);
    return true;
}

}  // namespace

void append_str_repr(std::string& out, std::string_view text) {
    const char quote = quote_for(text);
    out += quote;
    for (std::size_t at = 0; at < text.size();) {
        const auto start = at;
        const auto code = next_code_point(text, at);
        if (append_common(out, code, quote)) continue;
        if (is_printable(code)) {
            out += text.substr(start, at - start);
        } else if (code < 0x100) {
            fmt::format_to(std::back_inserter(out), "\\x{:02x}", code);
        } else if (code < 0x10000) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", code);
        } else {
            fmt::format_to(std::back_inserter(out), "\\U{:08x}", code);
        }
    }
    out += quote;
}

void append_bytes_repr(std::string& out, std::string_view bytes) {
    const char quote = quote_for(bytes);
    (out += 'b') += quote;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (!append_common(out, byte, quote))
            fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
    }
    out += quote;
}

}  // namespace taskworker

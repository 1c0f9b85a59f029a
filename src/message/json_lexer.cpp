#include "message/json_lexer.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <cstdint>
#include <cstring>

namespace taskworker {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// Four hex digits, or -1.
int hex_quad(std::string_view text) {
    if (text.size() < 4) return -1;
    int value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const int digit = hex_value(text[i]);
        if (digit < 0) return -1;
        value = value * 16 + digit;
    }
    return value;
}

void append_code_point(std::string& out, std::uint32_t code) {
    const auto add = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (code < 0x80) {
        add(code);
    } else if (code < 0x800) {
        add(0xc0 | code >> 6);
        add(0x80 | (code & 63));
    } else if (code < 0x10000) {
        add(0xe0 | code >> 12);
        add(0x80 | (code >> 6 & 63));
        add(0x80 | (code & 63));
    } else {
        add(0xf0 | code >> 18);
        add(0x80 | (code >> 12 & 63));
        add(0x80 | (code >> 6 & 63));
        add(0x80 | (code & 63));
    }
}

char plain_escape(char c) {
    switch (c) {
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        default:
            return c;  // '"', '\\', '/'
    }
}

// The code at `at` (behind "\u"), joined with a low surrogate that follows; moves `at` behind it.
std::uint32_t escaped_code(std::string_view text, std::size_t& at) {
    auto code = static_cast<std::uint32_t>(hex_quad(text.substr(at)));
    at += 4;
    const bool high = code >= 0xd800 && code < 0xdc00;
    if (!high || text.substr(at, 2) != "\\u") return code;
    const int low = hex_quad(text.substr(at + 2));
    if (low < 0xdc00 || low > 0xdfff) return code;
    at += 6;
    return 0x10000 + ((code - 0xd800) << 10) + (static_cast<std::uint32_t>(low) - 0xdc00);
}

}  // namespace

bool JsonLexer::at_end() {
    peek();
    return at_ == text_.size();
}

bool JsonLexer::fail(std::string_view what) {
    if (error_.empty()) error_ = fmt::format("{} at {}", what, at_);
    return false;
}

bool JsonLexer::unexpected() {
    if (at_ >= text_.size()) return fail("unexpected end");
    const auto c = static_cast<unsigned char>(text_[at_]);
    if (c < 0x20 || c >= 0x7f) return fail(fmt::format("unexpected byte {:#04x}", c));
    return fail(fmt::format("unexpected '{}'", text_[at_]));
}

// At the first byte that is not plain.
bool JsonLexer::string_with_escapes(String& out, std::size_t start) {
    out.escaped = false;
    for (;; at_ = find_end_of_plain_json(text_, at_)) {
        if (at_ >= text_.size()) return fail("unexpected end");
        if (text_[at_] == '"') break;
        if (text_[at_] != '\\') return fail("control character in a string");
        out.escaped = true;
        const char kind = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
        if (kind == 'u') {
            if (hex_quad(text_.substr(at_ + 2)) < 0) return fail("wrong \\u escape");
            at_ += 6;
        } else if (kind != '\0' && std::strchr("\"\\/bfnrt", kind)) {
            at_ += 2;
        } else {
            return fail("wrong escape");
        }
    }
    out.inside = text_.substr(start, at_ - start);
    ++at_;
    return true;
}

bool JsonLexer::skip_digits() {
    const auto start = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return at_ > start;
}

// Python's NUMBER_RE and parse_constant (json/scanner.py).
bool JsonLexer::number(Number& kind, std::string_view& digits) {
    const auto start = at_;
    if (text_[at_] == 'N') return kind = Number::NaN, word("NaN");
    if (text_[at_] == 'I') return kind = Number::Infinity, word("Infinity");
    if (text_[at_] == '-') {
        ++at_;
        if (at_ < text_.size() && text_[at_] == 'I') {
            return kind = Number::MinusInfinity, word("Infinity");
        }
    }
    kind = Number::Integer;
    if (at_ < text_.size() && text_[at_] == '0') {
        ++at_;
    } else if (!skip_digits()) {
        return unexpected();
    }
    if (at_ < text_.size() && text_[at_] == '.') {
        ++at_;
        if (!skip_digits()) return unexpected();
        kind = Number::Float;
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
        ++at_;
        if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
        if (!skip_digits()) return unexpected();
        kind = Number::Float;
    }
    digits = text_.substr(start, at_ - start);
    return true;
}

bool JsonLexer::skip_scalar(char first) {
    String text;
    Number kind;
    std::string_view digits;
    switch (first) {
        case '"':
            return string(text);
        case 'n':
            return word("null");
        case 't':
            return word("true");
        case 'f':
            return word("false");
        case 'N':
        case 'I':
        case '-':
            return number(kind, digits);
        default:
            return is_digit(first) ? number(kind, digits) : unexpected();
    }
}

// A container begins at `first`: its closing bracket is remembered. At an object also reads the
// first name; an empty container is closed at once.
bool JsonLexer::skip_open(char first, std::string& closers) {
    ++at_;
    if (!enter()) return false;
    const char closer = first == '{' ? '}' : ']';
    if (take(closer)) {
        leave();
        return true;
    }
    closers += closer;
    String name;
    return first == '[' || (string(name) && expect(':'));
}

bool JsonLexer::skip_container() {
    std::string closers;  // of the containers we are in; short ones need no memory
    do {
        const char first = peek();
        const auto open = closers.size();
        if (!count_value()) return false;
        if (first == '{' || first == '[') {
            if (!skip_open(first, closers)) return false;
            if (closers.size() > open) continue;  // its first value comes next
        } else if (!skip_scalar(first)) {
            return false;
        }
        while (!closers.empty() && take(closers.back())) {
            closers.pop_back();
            leave();
        }
        if (closers.empty()) return true;
        if (!expect(',')) return false;
        String name;
        if (closers.back() == '}' && !(string(name) && expect(':'))) return false;
    } while (true);
}

bool is_valid_utf8(std::string_view text) {
    return simdjson::validate_utf8(text.data(), text.size());
}

void append_unescaped(std::string& out, std::string_view inside) {
    std::size_t at = 0;
    while (at < inside.size()) {
        const auto next = inside.find('\\', at);
        out += inside.substr(at, next - at);
        if (next == std::string_view::npos) return;
        const char kind = inside[next + 1];
        at = next + 2;
        if (kind == 'u') {
            append_code_point(out, escaped_code(inside, at));
        } else {
            out += plain_escape(kind);
        }
    }
}

}  // namespace taskworker

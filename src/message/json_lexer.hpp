#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

#include "message/byte_scan.hpp"
#include "message/message.hpp"

namespace taskworker {

// Walks over JSON text as Python's json.loads reads it, and checks every byte but the UTF-8, which
// is the caller's to check before. Builds nothing. The first error stays; all steps return false
// after it. Both the envelope reader and parse_json stand on it, so that there is one grammar.
class JsonLexer {
public:
    JsonLexer(std::string_view text, const WireLimits& limits)
        : text_(text), depth_limit_(limits.depth), values_left_(limits.values) {}

    struct String {
        std::string_view inside;  // without the quotes, escapes as they stand
        bool escaped = false;
    };
    enum class Number { Integer, Float, Infinity, MinusInfinity, NaN };

    char peek() {  // next byte that is no white space, '\0' at the end
        while (at_ < text_.size() && is_space(text_[at_])) ++at_;
        return at_ < text_.size() ? text_[at_] : '\0';
    }
    bool take(char c) {  // that byte, if it is c
        if (at_ < text_.size() && text_[at_] == c) return ++at_, true;
        const bool is = peek() == c && at_ < text_.size();
        at_ += is;
        return is;
    }
    bool expect(char c) { return take(c) || unexpected(); }  // that byte, or an error
    bool string(String& out) {                               // at '"'
        if (!expect('"')) return false;
        const auto start = at_;
        at_ = find_end_of_plain_json(text_, at_);
        if (at_ >= text_.size() || text_[at_] != '"') return string_with_escapes(out, start);
        out = {{text_.data() + start, at_++ - start}, false};
        return true;
    }
    bool number(Number& kind, std::string_view& digits);
    template <std::size_t N>
    bool word(const char (&name)[N]) {  // null, true, false
        constexpr auto size = N - 1;
        if (text_.size() - at_ < size || std::memcmp(text_.data() + at_, name, size) != 0)
            return unexpected();
        at_ += size;
        return true;
    }
    bool skip_value() {  // any value, checked whole
        const char first = peek();
        if (first == '{' || first == '[') return skip_container();
        return count_value() && skip_scalar(first);
    }
    bool enter() {  // a container begins
        return ++depth_ <= depth_limit_ || fail("depth over " + std::to_string(depth_limit_));
    }
    void leave() { --depth_; }
    bool count_value() { return values_left_-- > 0 || fail("too many values"); }
    bool at_end();  // only white space is left
    std::size_t at() const { return at_; }

    bool fail(std::string_view what);  // always false
    bool unexpected();
    const std::string& error() const { return error_; }
    bool failed() const { return !error_.empty(); }

private:
    static bool is_space(char c) {
        return c <= ' ' && (c == ' ' || c == '\n' || c == '\r' || c == '\t');
    }
    bool string_with_escapes(String& out, std::size_t start);
    bool skip_container();
    bool skip_digits();
    bool skip_scalar(char first);
    bool skip_open(char first, std::string& closers);

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0, depth_limit_, values_left_;
    std::string error_;
};

bool is_valid_utf8(std::string_view text);

// The text that stands between the quotes of a literal, UTF-8; lone surrogates as WTF-8.
// The literal has gone through JsonLexer::string.
void append_unescaped(std::string& out, std::string_view inside);

}  // namespace taskworker

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

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
        const bool is = peek() == c && at_ < text_.size();
        at_ += is;
        return is;
    }
    bool expect(char c) { return take(c) || unexpected(); }  // that byte, or an error
    bool string(String& out);                                // at '"'
    bool number(Number& kind, std::string_view& digits);
    bool word(std::string_view name);  // null, true, false
    bool skip_value();                 // any value, checked whole
    bool enter() {                     // a container begins
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
    static bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
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

#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace taskworker::redis {

// Writes commands as RESP arrays straight into one buffer: argv only, binary safe, nothing is ever
// parsed out of a format string. begin(n) must be followed by exactly n arguments.
class CommandWriter {
public:
    void begin(std::size_t arguments) {
        head('*', arguments);
        ++commands_;
    }
    void arg(std::string_view text) {
        head('$', text.size());
        buffer_.append(text).append("\r\n", 2);
    }
    template <std::integral T>
    void arg(T number) {
        char digits[24];
        const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
        arg(std::string_view(digits, static_cast<std::size_t>(end - digits)));
    }
    // One argument made of several pieces, without joining them first.
    void arg(std::initializer_list<std::string_view> pieces) {
        std::size_t size = 0;
        for (auto piece : pieces) size += piece.size();
        head('$', size);
        for (auto piece : pieces) buffer_.append(piece);
        buffer_.append("\r\n", 2);
    }
    template <class... A>
    void command(const A&... args) {
        begin(sizeof...(A));
        (arg(args), ...);
    }

    std::string& buffer() { return buffer_; }
    const std::string& buffer() const { return buffer_; }
    std::size_t take_count() {  // commands written since the last call
        const auto n = commands_;
        commands_ = 0;
        return n;
    }

private:
    void head(char kind, std::size_t n) {
        char line[24];
        line[0] = kind;
        auto* end = std::to_chars(line + 1, line + sizeof line - 2, n).ptr;
        *end++ = '\r', *end++ = '\n';
        buffer_.append(line, static_cast<std::size_t>(end - line));
    }
    std::string buffer_;
    std::size_t commands_ = 0;
};

}  // namespace taskworker::redis

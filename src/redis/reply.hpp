#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace taskworker::redis {

// An answer of Redis (RESP2). Texts are owned, so that a message can be moved out without a copy;
// long ones have spare room behind them, which a JSON parser wants as padding.
struct Reply {
    enum class Type : std::uint8_t { Nil, Status, Error, Integer, Text, Array };
    Type type = Type::Nil;
    std::int64_t integer = 0;
    std::string text;
    std::vector<Reply> items;

    bool nil() const { return type == Type::Nil; }
    bool error() const { return type == Type::Error; }
    bool array() const { return type == Type::Array; }
    bool is_text() const { return type == Type::Text; }
    // Scores and times come as text; 0 if this is none.
    double number() const {
        double value = 0;
        std::from_chars(text.data(), text.data() + text.size(), value);
        return value;
    }
    bool is(std::string_view expected) const { return text == expected && !error(); }
};

}  // namespace taskworker::redis

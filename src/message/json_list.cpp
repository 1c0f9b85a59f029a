#include "message/json_list.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>
#include <variant>

#include "message/python_json.hpp"

namespace taskworker {
namespace {

Json parsed(std::string_view text) {
    constexpr auto kAny = std::numeric_limits<std::size_t>::max();  // it was bounded as a whole
    auto read = parse_json(text, WireLimits{.body_bytes = kAny, .values = kAny});
    auto* value = std::get_if<Json>(&read);
    return value ? std::move(*value) : Json();
}

}  // namespace

JsonList::JsonList(const Json& list) {
    if (list.is_null()) return;
    if (!list.is_array()) throw std::invalid_argument("a value that is no list");
    text_ = "[";
    begins_.reserve(list.size());
    for (const auto& value : list) {
        if (!begins_.empty()) text_ += ", ";
        begins_.push_back(static_cast<std::uint32_t>(text_.size()));
        write_json(text_, value);
    }
    text_ += ']';
}

std::string_view JsonList::text() const { return is_null() ? std::string_view("null") : text_; }

bool JsonList::holds_objects() const {
    return std::all_of(begins_.begin(), begins_.end(), [&](auto at) { return text_[at] == '{'; });
}

Json JsonList::value() const { return parsed(text()); }

Json JsonList::last() const {
    const std::size_t begin = begins_.back();
    return parsed(std::string_view(text_).substr(begin, text_.size() - 1 - begin));
}

// Between two values there is one comma, and white space.
JsonList JsonList::without_last() const {
    const bool only = begins_.size() == 1;
    JsonList rest;
    rest.text_.assign(text_, 0, only ? 1 : text_.rfind(',', begins_.back()));
    rest.text_ += ']';
    rest.begins_.assign(begins_.begin(), begins_.end() - 1);
    return rest;
}

bool read_list(JsonLexer& lexer, std::string_view whole, JsonList& out) {
    out = JsonList();
    if (!lexer.count_value()) return false;
    lexer.peek();
    const auto begin = lexer.at();
    if (!lexer.expect('[') || !lexer.enter()) return false;
    if (!lexer.take(']')) {
        do {
            lexer.peek();
            out.begins_.push_back(static_cast<std::uint32_t>(lexer.at() - begin));
            if (!lexer.skip_value()) return false;
        } while (lexer.take(','));
        if (!lexer.expect(']')) return false;
    }
    lexer.leave();
    out.text_.assign(whole.substr(begin, lexer.at() - begin));
    return true;
}

}  // namespace taskworker

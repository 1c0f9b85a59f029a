#include "canvas/lost_steps.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <utility>

#include "canvas/signature_json.hpp"
#include "message/fields.hpp"
#include "message/json_members.hpp"

namespace taskworker {

using namespace canvas;

namespace {

constexpr std::array<std::string_view, 6> kPlace = {
    "task_id", "group_id", "parent_id", "root_id", "group_index", "chord"};

std::optional<std::string> optional_text(const Json& value) {
    if (!value.is_string() || !truthy(value)) return std::nullopt;
    return value.get<std::string>();
}

LostStep lost_step(const Json& options) {
    LostStep step;
    step.id = text_or(member(options, "task_id"), "");
    step.group_id = optional_text(member(options, "group_id"));
    step.parent_id = optional_text(member(options, "parent_id"));
    step.root_id = optional_text(member(options, "root_id"));
    const auto& index = member(options, "group_index");
    if (index.is_number_integer() && index >= 0 && index < 2'000'000'000)
        step.group_index = index.get<int>();
    step.chord = member(options, "chord");
    return step;
}

// Goes over the members of an object: `each` takes the value of a name, which comes as a literal
// and plain.
template <class Each>
bool read_members(JsonLexer& lexer, Each each) {
    if (!lexer.count_value() || !lexer.expect('{') || !lexer.enter()) return false;
    std::string scratch;
    if (!lexer.take('}')) {
        do {
            JsonLexer::String name;
            if (!lexer.string(name) || !lexer.expect(':')) return false;
            const std::string_view literal(name.inside.data() - 1, name.inside.size() + 2);
            if (!each(literal, plain_name(literal, scratch))) return false;
        } while (lexer.take(','));
        if (!lexer.expect('}')) return false;
    }
    lexer.leave();
    return true;
}

bool is_of_place(std::string_view name) {
    return std::find(kPlace.begin(), kPlace.end(), name) != kPlace.end();
}

// A name that comes twice is copied twice: who reads the text takes the last value.
bool read_options(JsonLexer& lexer, std::string_view whole, std::string& out) {
    MemberWriter place(out);
    const bool good = read_members(lexer, [&](std::string_view literal, std::string_view name) {
        lexer.peek();
        const auto begin = lexer.at();
        if (!lexer.skip_value()) return false;
        if (is_of_place(name)) place.raw(literal, whole.substr(begin, lexer.at() - begin));
        return true;
    });
    place.close();
    return good;
}

bool read_step(JsonLexer& lexer, std::string_view whole, std::string& out) {
    MemberWriter step(out);
    const bool good = read_members(lexer, [&](std::string_view, std::string_view name) {
        if (name != "options") return lexer.skip_value();
        auto& options = step.open("options");
        if (lexer.peek() == '{') return read_options(lexer, whole, options);
        options += "null";
        return lexer.skip_value();
    });
    step.close();
    return good;
}

}  // namespace

std::vector<LostStep> lost_steps(const Json& chain) {
    std::vector<LostStep> steps;
    for (const auto& one : as_list(chain)) steps.push_back(lost_step(member(one, "options")));
    return steps;
}

bool read_places(JsonLexer& lexer, std::string_view whole, std::string& out) {
    out += '[';
    if (!lexer.count_value() || !lexer.expect('[') || !lexer.enter()) return false;
    if (!lexer.take(']')) {
        const char* between = "";
        do {
            out += between;
            between = ", ";
            if (!read_step(lexer, whole, out)) return false;
        } while (lexer.take(','));
        if (!lexer.expect(']')) return false;
    }
    lexer.leave();
    out += ']';
    return true;
}

std::string places_of_steps(const JsonList& chain) {
    constexpr auto kAny = std::numeric_limits<std::size_t>::max();  // it was bounded as a whole
    JsonLexer lexer(chain.text(), {.depth = kAny, .values = kAny});
    std::string out;
    return !chain.empty() && read_places(lexer, chain.text(), out) ? out : "[]";
}

}  // namespace taskworker

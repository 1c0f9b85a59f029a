#include "canvas/lost_steps.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <utility>

#include "canvas/signature_json.hpp"
#include "message/fields.hpp"
#include "message/json_lexer.hpp"
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

// Over a text that was checked and bounded as a whole.
class Places {
public:
    explicit Places(std::string_view text)
        : text_(text), lexer_(text, {.depth = kAny, .values = kAny}) {}

    std::string all() {
        std::string out = "[";
        lexer_.take('[');
        for (const char* between = ""; lexer_.peek() == '{'; between = ", ") {
            add(out += between);
            lexer_.take(',');
        }
        return out += ']';
    }

private:
    static constexpr auto kAny = std::numeric_limits<std::size_t>::max();

    void add(std::string& out) {
        read_fields(lexer_, text_, step_);
        std::string_view options = "{}";
        for (const auto& field : step_)
            if (plain_name(text(field.name), scratch_) == "options") options = text(field.value);
        MemberWriter step(out);
        if (options.starts_with('{')) add_place(step.open("options"), options);
        step.close();
    }

    void add_place(std::string& out, std::string_view options) {
        JsonLexer lexer(options, {.depth = kAny, .values = kAny});
        read_fields(lexer, options, options_);
        MemberWriter place(out);
        for (const auto& field : options_) {
            const auto name = options.substr(field.name.at, field.name.size);
            const auto plain = plain_name(name, scratch_);
            if (std::find(kPlace.begin(), kPlace.end(), plain) != kPlace.end())
                place.raw(name, options.substr(field.value.at, field.value.size));
        }
        place.close();
    }

    std::string_view text(Span span) const { return text_.substr(span.at, span.size); }

    const std::string_view text_;
    JsonLexer lexer_;
    std::vector<Field> step_, options_;
    std::string scratch_;
};

}  // namespace

std::vector<LostStep> lost_steps(const Json& chain) {
    std::vector<LostStep> steps;
    for (const auto& one : as_list(chain)) steps.push_back(lost_step(member(one, "options")));
    return steps;
}

std::string places_of_steps(const JsonList& chain) {
    if (chain.is_null() || !chain.holds_objects()) return "null";
    return Places(chain.text()).all();
}

}  // namespace taskworker

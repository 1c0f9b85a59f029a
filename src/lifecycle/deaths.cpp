#include "lifecycle/deaths.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "message/envelope.hpp"
#include "message/publish.hpp"

namespace taskworker {
namespace {

constexpr int kMost = 1'000'000;  // a forged number may not overflow ours

const Field* find_header(const Message& message) {
    const auto quoted = fmt::format("\"{}\"", kDeathsHeader);
    const auto found =
        std::find_if(message.headers.begin(), message.headers.end(), [&](const Field& field) {
            return message.text(field.name) == quoted;
        });
    return found == message.headers.end() ? nullptr : &*found;
}

}  // namespace

int deaths_of(const Message& message) {
    const auto* field = find_header(message);
    if (!field) return 0;
    const auto text = message.text(field->value);
    int count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole ? std::clamp(count, 0, kMost) : 0;
}

std::string with_one_death_more(const Message& message) {
    auto raw = mark_redelivered(message.raw);
    auto parsed = parse_envelope(raw);
    const auto* marked = std::get_if<Message>(&parsed);
    // The mark is a header: there is one to stand before. If not, the message stays uncounted.
    if (!marked || marked->headers.empty()) return raw;
    const auto count = deaths_of(*marked) + 1;
    if (const auto* field = find_header(*marked))
        return raw.replace(field->value.at, field->value.size, std::to_string(count));
    return raw.insert(
        marked->headers.front().name.at, fmt::format("\"{}\": {}, ", kDeathsHeader, count)
    );
}

}  // namespace taskworker

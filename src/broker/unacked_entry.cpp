#include "broker/unacked_entry.hpp"

#include <charconv>
#include <limits>

#include "message/python_json.hpp"

namespace taskworker {
namespace {

const Json* member(const Json* object, const char* name) {
    if (!object || !object->is_object()) return nullptr;
    const auto found = object->find(name);
    return found == object->end() ? nullptr : &*found;
}

// Python's int() of what is there; anything else is priority 0.
int priority_of(const Json& message) {
    const auto* value = member(member(&message, "properties"), "priority");
    if (!value) return 0;
    if (const auto* number = value->get_ptr<const std::int64_t*>())
        return static_cast<int>(*number < 0 ? 0 : *number > 9 ? 9 : *number);
    if (const auto* number = value->get_ptr<const std::uint64_t*>())
        return static_cast<int>(*number > 9 ? 9 : *number);
    if (const auto* number = value->get_ptr<const double*>())
        return *number >= 9 ? 9 : *number > 0 ? static_cast<int>(*number) : 0;
    if (const auto* text = value->get_ptr<const std::string*>()) {
        int number = 0;
        const auto [end, error] =
            std::from_chars(text->data(), text->data() + text->size(), number);
        if (error == std::errc() && end == text->data() + text->size()) return number;
    }
    return 0;
}

}  // namespace

std::optional<std::string_view> message_in(std::string_view entry) {
    // The queue is a JSON string: within it every quote has a backslash, so the last `,"","` is
    // ours.
    const auto tail = entry.rfind(",\"\",\"");
    if (tail == entry.npos || tail < 2 || entry.front() != '[' || !entry.ends_with("\"]"))
        return std::nullopt;
    return entry.substr(1, tail - 1);
}

std::optional<UnackedEntry> read_unacked_entry(std::string_view entry) {
    auto parsed = parse_json(entry);
    const auto* json = std::get_if<Json>(&parsed);
    if (!json || !json->is_array() || json->size() != 3) return std::nullopt;
    const auto& message = (*json)[0];
    if (!message.is_object() || !(*json)[1].is_string() || !(*json)[2].is_string())
        return std::nullopt;
    UnackedEntry result;
    result.exchange = (*json)[1].get_ref<const std::string&>();
    result.routing_key = (*json)[2].get_ref<const std::string&>();
    result.priority = priority_of(message);
    const auto ours = message_in(entry);
    if (ours && result.exchange.empty()) {
        result.message = *ours;
    } else {
        write_json(result.message, message);
    }
    return result;
}

}  // namespace taskworker

#include "lifecycle/revoked_stamps.hpp"

#include <algorithm>
#include <variant>

#include "message/fields.hpp"
#include "message/python_json.hpp"

namespace taskworker {
namespace {

std::string comparable(const Json& value) {
    return value.is_string() ? value.get_ref<const std::string&>() : to_json_text(value);
}

}  // namespace

std::vector<std::string> stamp_values(const Json& value) {
    std::vector<std::string> values;
    if (value.is_null()) return values;
    if (!value.is_array()) return {comparable(value)};
    for (const auto& one : value) values.push_back(comparable(one));
    return values;
}

std::vector<std::string> stamps_of(const Message& message, std::string_view header) {
    const auto* stamps = find_field(message, message.headers, "stamps");
    if (!stamps) return {};
    const auto read = parse_json(message.text(stamps->value));
    const auto* object = std::get_if<Json>(&read);
    if (!object || !object->is_object()) return {};
    const auto found = object->find(std::string(header));
    return found == object->end() ? std::vector<std::string>() : stamp_values(*found);
}

void RevokedStamps::add(const std::string& header, const std::vector<std::string>& values) {
    for (const auto& value : values) {
        if (values_ >= kMostValues) return;
        if (by_header_[header].insert(value).second) ++values_;
    }
}

bool RevokedStamps::match(const Message& message) const {
    return std::any_of(by_header_.begin(), by_header_.end(), [&](const auto& revoked) {
        const auto values = stamps_of(message, revoked.first);
        return std::any_of(values.begin(), values.end(), [&](const std::string& value) {
            return revoked.second.contains(value);
        });
    });
}

}  // namespace taskworker

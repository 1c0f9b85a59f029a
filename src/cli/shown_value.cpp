#include "cli/shown_value.hpp"

#include <algorithm>
#include <array>

#include "base/url.hpp"
#include "message/python_json.hpp"

namespace taskworker {
namespace {

bool secret(std::string_view name) {
    constexpr std::array<std::string_view, 10> kParts = {
        "API",
        "TOKEN",
        "SECRET",
        "PASS",
        "SIGNATURE",
        "DATABASE",
        "_KEY",
        "CREDENTIAL",
        "PWD",
        "DSN"};
    std::string upper(name);
    for (char& c : upper)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    return std::any_of(kParts.begin(), kParts.end(), [&](std::string_view part) {
        return upper.find(part) != std::string::npos;
    });
}

std::string without_password(std::string_view text) {
    const bool url = text.find("://") != std::string_view::npos;
    return url || text.find('@') != std::string_view::npos ? redact_url(text) : std::string(text);
}

Json redacted(std::string_view name, const Json& value) {
    const bool nothing = value.is_null() || value.is_boolean();
    if (secret(name) && !nothing) return "**";
    if (const auto* text = value.get_ptr<const std::string*>()) return without_password(*text);
    Json out = value;
    if (value.is_object())
        for (auto& [key, item] : out.items()) item = redacted(key, item);
    if (value.is_array())
        for (auto& item : out) item = redacted(name, item);
    return out;
}

std::string cut(std::string text) {
    constexpr std::size_t kMost = 80;
    if (text.size() <= kMost) return text;
    std::size_t end = kMost;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return text.substr(0, end) + "...";
}

}  // namespace

std::string shown_value(std::string_view name, const Json& value) {
    return cut(to_json_text(redacted(name, value)));
}

Json without_secrets(std::string_view name, const Json& value) { return redacted(name, value); }

std::string shown_text(std::string_view name, std::string_view text) {
    // Text that holds a nested value may hold passwords anywhere.
    if (secret(name) || text.starts_with('{') || text.starts_with('[')) return "**";
    std::string quoted;
    write_json_string(quoted, without_password(text));
    return cut(quoted);
}

}  // namespace taskworker

#include "broker/tags.hpp"

#include <charconv>
#include <system_error>

namespace taskworker {
namespace {
constexpr std::size_t kLongerThan = 64, kDigits = 12;
}

std::string tag_start(std::string_view worker) { return "tw:" + std::string(worker) + "@"; }

TagSource::TagSource(std::string_view worker) : prefix_(tag_start(worker)) {
    while (prefix_.size() + 1 + kDigits <= kLongerThan) prefix_.push_back('.');
    prefix_.push_back(':');
}

std::string TagSource::tag(std::uint64_t number, std::string_view list) const {
    std::string result;
    result.reserve(prefix_.size() + kDigits + 1 + list.size());
    result.append(prefix_).append(std::to_string(number)).append(1, ':').append(list);
    return result;
}

std::optional<TagParts> parse_tag(std::string_view tag) {
    if (!tag.starts_with("tw:")) return std::nullopt;
    const auto at = tag.find('@', 3);
    if (at == tag.npos) return std::nullopt;
    const auto number = tag.find(':', at);
    if (number == tag.npos) return std::nullopt;
    const auto list = tag.find(':', number + 1);
    if (list == tag.npos || list != number + 1 + kDigits) return std::nullopt;
    TagParts parts{tag.substr(3, at - 3), 0, tag.substr(list + 1)};
    const auto* end = tag.data() + list;
    const auto [stop, error] = std::from_chars(tag.data() + number + 1, end, parts.number);
    if (error != std::errc() || stop != end) return std::nullopt;
    return parts;
}

}  // namespace taskworker

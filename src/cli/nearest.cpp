#include "cli/nearest.hpp"

#include <algorithm>
#include <vector>

namespace taskworker {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + changed});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before.swap(last);
        last.swap(row);
    }
    return last[b.size()];
}

std::optional<std::string_view> nearest(
    std::string_view given, std::span<const std::string_view> names
) {
    constexpr std::size_t kLongest = 100;  // beyond it nobody mistyped one of our names
    if (given.empty() || given.size() > kLongest) return std::nullopt;
    std::optional<std::string_view> best;
    std::size_t least = std::max<std::size_t>(2, given.size() / 4) + 1;
    for (const auto name : names) {
        const auto distance = edit_distance(given, name);
        if (distance < least) best = name, least = distance;
    }
    if (best || given.size() < 4) return best;
    const auto ends = "_" + std::string(given);
    const auto at = std::find_if(names.begin(), names.end(), [&](std::string_view name) {
        return name.ends_with(ends);
    });
    return at == names.end() ? std::nullopt : std::optional(*at);
}

std::string suggestion(std::optional<std::string_view> name) {
    return name ? ", did you mean " + std::string(*name) + "?" : std::string();
}

}  // namespace taskworker

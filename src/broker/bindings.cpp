#include "broker/bindings.hpp"

#include <algorithm>

namespace taskworker {
namespace {

constexpr std::size_t kMostSteps = 100'000;  // a hostile pattern must not hold us

struct Matcher {
    std::size_t steps = 0;

    // `word` begins a word of the binding key; what it matches begins at `text`.
    bool match(std::string_view pattern, std::string_view text) {
        if (++steps > kMostSteps) return false;
        const auto dot = pattern.find('.');
        const auto word = pattern.substr(0, dot);
        const bool last = dot == pattern.npos;
        const auto rest = last ? std::string_view() : pattern.substr(dot + 1);
        const auto goes_on = [&](std::size_t used) {
            if (last) return used == text.size();
            return used < text.size() && text[used] == '.' && match(rest, text.substr(used + 1));
        };
        if (word == "*") {
            const auto end = std::min(text.find('.'), text.size());
            return end > 0 && goes_on(end);
        }
        if (word == "#") {
            for (std::size_t used = 0; used <= text.size(); ++used)
                if (goes_on(used)) return true;
            return false;
        }
        return text.starts_with(word) && goes_on(word.size());
    }
};

}  // namespace

bool topic_matches(std::string_view binding_key, std::string_view routing_key) {
    return Matcher{}.match(binding_key, routing_key);
}

std::vector<std::string> matching_queues(
    std::span<const std::string> members, std::string_view separator, std::string_view routing_key
) {
    std::vector<std::string> queues;
    for (const std::string_view member : members) {
        const auto first = member.find(separator);
        if (first == member.npos) continue;
        const auto second = member.find(separator, first + separator.size());
        if (second == member.npos) continue;
        const auto key = member.substr(0, first);
        const bool topic = second > first + separator.size();
        if (!(topic ? topic_matches(key, routing_key) : key == routing_key)) continue;
        const std::string queue(member.substr(second + separator.size()));
        if (!queue.empty() && std::find(queues.begin(), queues.end(), queue) == queues.end())
            queues.push_back(queue);
    }
    return queues;
}

}  // namespace taskworker

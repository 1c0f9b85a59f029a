#include "cli/purge.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace taskworker {
namespace {

constexpr std::size_t kPiece = 10'000;  // a few milliseconds of the server

std::string_view plural(std::size_t count) { return count == 1 ? "" : "s"; }

}  // namespace

std::size_t purge(
    Queues& queues,
    const std::vector<std::string>& names,
    const std::function<void(const PurgeProgress&)>& progress
) {
    std::size_t all = 0;
    for (const auto& name : names) {
        PurgeProgress now{.queue = name, .all = queues.size(name)};
        while (now.removed < now.all) {
            const auto removed = queues.remove(name, std::min(kPiece, now.all - now.removed));
            if (removed == 0) break;  // workers were faster
            now.removed += removed;
            progress(now);
        }
        all += now.removed;
    }
    return all;
}

std::string purge_question(const std::vector<std::string>& names) {
    return fmt::format(
        "WARNING: This will remove all tasks from queue{}: {}.\n"
        "         There is no undo for this operation!\n\n"
        "(to skip this prompt use the -f option)\n"
        "Are you sure you want to delete all tasks? [y/N]: ",
        plural(names.size()),
        fmt::join(names, ", ")
    );
}

bool is_yes(std::string_view answer) {
    std::string word;
    for (const char c : answer)
        if (c != ' ' && c != '\r') word += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    return word == "y" || word == "yes";
}

std::string purge_summary(std::size_t messages, std::size_t queues) {
    if (messages == 0)
        return fmt::format("No messages purged from {} queue{}.", queues, plural(queues));
    return fmt::format(
        "Purged {} message{} from {} known task queue{}.",
        messages,
        plural(messages),
        queues,
        plural(queues)
    );
}

}  // namespace taskworker

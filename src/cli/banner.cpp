#include "cli/banner.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gnu/libc-version.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <string_view>

namespace taskworker {
namespace {

// A pallet truck: it carries, and it is ours. Fourteen columns, like Celery's leaf.
constexpr std::array<std::string_view, 11> kArt = {
    "  __          ",
    " |  |  ______ ",
    " |  | |      |",
    " |  | | .--. |",
    " |  | | |tw| |",
    " |  | | '--' |",
    " |  | |______|",
    " |  |_________",
    " |____________",
    "  (_)     (_) ",
    "              ",
};

std::vector<std::string> config_lines(const BannerFacts& facts) {
    return {
        fmt::format("{} v{}", facts.node, facts.version),
        fmt::format("{} {}", facts.platform, facts.time),
        "",
        "[config]",
        ".> app:         " + facts.app,
        ".> transport:   " + facts.transport,
        ".> results:     " + facts.results,
        ".> concurrency: " + facts.concurrency,
        std::string(".> task events: ") +
            (facts.task_events ? "ON" : "OFF (enable -E to monitor tasks in this worker)"),
        "",
        "[queues]",
    };
}

std::string task_lines(const BannerFacts& facts) {
    std::string out = "\n[tasks]\n";
    auto names = facts.tasks;
    std::sort(names.begin(), names.end());
    for (const auto& name : names)
        if (facts.show_builtin_tasks || !name.starts_with("celery."))
            out += fmt::format("  . {}\n", name);
    return out;
}

void append_line(std::string& out, std::string_view line) {
    const auto end = line.find_last_not_of(' ');
    out += line.substr(0, end == std::string_view::npos ? 0 : end + 1);
    out += '\n';
}

}  // namespace

std::string banner(const BannerFacts& facts, bool colour) {
    std::string head = "\n";
    const auto lines = config_lines(facts);
    for (std::size_t i = 0; i < lines.size(); ++i)
        append_line(head, fmt::format("{}  {}", kArt.at(i), lines[i]));
    auto queues = facts.queues;
    std::sort(queues.begin(), queues.end(), [](const auto& a, const auto& b) {
        return a.name < b.name;
    });
    for (const auto& queue : queues)
        append_line(
            head,
            fmt::format(
                "{:16}.> {:<16} exchange={}({}) key={}",
                "",
                queue.name,
                queue.own().exchange,
                queue.own().type,
                queue.own().routing_key
            )
        );
    if (colour) head = "\x1b[1;36m" + head + "\x1b[0m";
    if (facts.show_tasks) head += task_lines(facts);
    return head + "\n";
}

std::string platform_text() {
    utsname name{};
    if (::uname(&name) != 0) return "unknown";
    return fmt::format(
        "{}-{}-{}-with-glibc{}", name.sysname, name.release, name.machine, ::gnu_get_libc_version()
    );
}

std::string local_time_text() {
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::localtime(now));
}

}  // namespace taskworker

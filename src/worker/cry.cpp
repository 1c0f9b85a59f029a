#include "worker/cry.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace taskworker {
namespace {

namespace fs = std::filesystem;

const char* name_of(Inflight::Stage stage) {
    switch (stage) {
        case Inflight::Stage::Received:
            return "waits for its time";
        case Inflight::Stage::Reserved:
            return "waits for a slot";
        case Inflight::Stage::Started:
            return "runs";
        case Inflight::Stage::Settling:
            return "has ended, its result is on its way";
    }
    return "";
}

std::string first_line(const fs::path& path) {
    std::ifstream in(path);
    std::string line;
    std::getline(in, line);
    return line;
}

// proc(5): "pid (name) state … utime stime …": state, and the CPU seconds of both.
std::string activity(const fs::path& stat) {
    const auto line = first_line(stat);
    const auto behind_name = line.rfind(')');
    if (behind_name == std::string::npos) return "has ended";
    std::istringstream fields(line.substr(behind_name + 1));
    char state = '?';
    fields >> state;
    std::string skipped;
    for (int i = 0; i < 10; ++i) fields >> skipped;
    double user = 0, system = 0;
    fields >> user >> system;
    const auto ticks = static_cast<double>(std::max(1L, ::sysconf(_SC_CLK_TCK)));
    const char* what = state == 'R'   ? "running"
                       : state == 'S' ? "waiting"
                       : state == 'D' ? "waiting for a disk"
                       : state == 'T' ? "stopped"
                                      : "ended";
    return fmt::format("{}, {:.2f} s CPU", what, (user + system) / ticks);
}

void add_threads(std::vector<std::string>& lines) {
    std::error_code error;
    for (const auto& thread : fs::directory_iterator("/proc/self/task", error))
        lines.push_back(fmt::format(
            "thread {} '{}': {}",
            thread.path().filename().string(),
            first_line(thread.path() / "comm"),
            activity(thread.path() / "stat")
        ));
}

double seconds_since(TimePoint then) {
    return std::chrono::duration<double>(std::chrono::system_clock::now() - then).count();
}

std::string task_text(const Inflight::Entry& entry) {
    const auto& request = entry.delivery->request;
    auto text = fmt::format("{}[{}] {}", request.display_name(), request.id, name_of(entry.stage));
    if (entry.started)
        text += fmt::format(" for {:.1f} s (pid {})", seconds_since(*entry.started), entry.pid);
    return text;
}

}  // namespace

std::vector<std::string> cry(
    const std::vector<Inflight::Entry>& held, std::size_t waiting, const std::vector<int>& children
) {
    std::vector<std::string> lines;
    lines.push_back(fmt::format("{} task(s) in hand, {} waiting in the pool", held.size(), waiting)
    );
    add_threads(lines);
    for (const int child : children) {
        if (child == ::getpid()) continue;
        const auto busy = std::find_if(held.begin(), held.end(), [&](const auto& entry) {
            return entry.stage == Inflight::Stage::Started && entry.pid == child;
        });
        lines.push_back(fmt::format(
            "child {}: {}; {}",
            child,
            activity(fmt::format("/proc/{}/stat", child)),
            busy == held.end() ? "idle" : task_text(*busy)
        ));
    }
    for (const auto& entry : held) lines.push_back(task_text(entry));
    return lines;
}

}  // namespace taskworker

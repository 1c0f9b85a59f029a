#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include "cli/daemon.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

// The id in it; 0: it holds none; nothing: there is no such file.
std::optional<int> pid_in(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return std::nullopt;
    std::string line(32, '\0');
    in.read(line.data(), static_cast<std::streamsize>(line.size()));
    line.resize(static_cast<std::size_t>(in.gcount()));
    int pid = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), pid);
    const bool whole = error == std::errc() && *end == '\n' && pid > 0;
    return whole ? pid : 0;
}

// As Celery: a process that we must not signal is not ours, so the number is an old one.
bool runs(int pid) { return ::kill(pid, 0) == 0; }

}  // namespace

void Pidfile::check(const std::string& path) {
    const auto pid = pid_in(path);
    if (pid && *pid > 0 && *pid != ::getpid() && runs(*pid)) throw PidfileTaken(path, *pid);
    const auto folder = std::filesystem::absolute(path).parent_path();
    if (::access(folder.c_str(), W_OK | X_OK) != 0)
        throw ConfigError(fmt::format("--pidfile {}: {}", path, std::strerror(errno)));
}

Pidfile::Pidfile(std::string path) : path_(std::move(path)), owner_(::getpid()) {
    check(path_);
    if (const auto pid = pid_in(path_)) {
        fmt::print(stderr, "{} pidfile found - Removing it.\n", *pid == 0 ? "Broken" : "Stale");
        ::unlink(path_.c_str());
    }
    const int file = ::open(path_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
    if (file < 0) throw ConfigError(fmt::format("--pidfile {}: {}", path_, std::strerror(errno)));
    const auto text = fmt::format("{}\n", owner_);
    const bool written =
        ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::close(file);
    if (!written) throw ConfigError(fmt::format("--pidfile {}: {}", path_, std::strerror(errno)));
}

void Pidfile::remove() {
    // Not another's, and not from a process that came out of ours.
    if (::getpid() == owner_ && pid_in(path_) == owner_) ::unlink(path_.c_str());
}

PidfileTaken::PidfileTaken(const std::string& path, int pid)
    : Error(fmt::format(
          "ERROR: Pidfile ({}) already exists.\nSeems we're already running? (pid: {})", path, pid
      )) {}
PidfileTaken::~PidfileTaken() = default;

}  // namespace taskworker

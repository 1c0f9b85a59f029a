#include "cli/daemon.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "cli/exit_code.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

constexpr const char* kMark = "TASKWORKER_DETACHED";  // the process id of who was detached

[[noreturn]] void cannot(const char* what) {
    throw ConfigError(fmt::format("--detach: {}: {}", what, std::strerror(errno)));
}

// Threads do not live on in a fork: a lock that one of them holds would be held for ever.
void must_be_alone() {
    namespace fs = std::filesystem;
    std::error_code error;
    std::size_t threads = 0;
    for ([[maybe_unused]] const auto& thread : fs::directory_iterator("/proc/self/task", error))
        ++threads;
    if (threads > 1)
        throw ConfigError(
            "--detach: the module has started threads while it was loaded; they would be lost"
        );
}

// In the old process: until the new one is ready or has ended.
[[noreturn]] void wait_for(int told, pid_t middle) {
    int code = kFailed;
    const auto size = ::read(told, &code, sizeof code);
    ::waitpid(middle, nullptr, 0);
    std::fflush(nullptr);
    ::_exit(size == sizeof code ? code : kFailed);
}

}  // namespace

bool is_detached() {
    const char* mark = std::getenv(kMark);
    return mark && mark == std::to_string(::getpid());
}

// Twice, so that the daemon is no leader of its session and can never get a terminal.
Detached::Detached(std::optional<int> umask) {
    must_be_alone();
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) cannot("pipe");
    std::fflush(nullptr);
    const pid_t middle = ::fork();
    if (middle < 0) cannot("fork");
    if (middle > 0) {
        ::close(ends[1]);
        wait_for(ends[0], middle);
    }
    ::setsid();
    const pid_t daemon = ::fork();
    if (daemon != 0) ::_exit(daemon < 0 ? kFailed : kDone);
    ::close(ends[0]);
    told_ = ends[1];
    if (umask) ::umask(static_cast<mode_t>(*umask));
    ::setenv(kMark, std::to_string(::getpid()).c_str(), 1);
}

void Detached::ready() {
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    for (const int descriptor : {0, 1, 2}) ::dup2(null, descriptor);
    ::close(null);
    [[maybe_unused]] const auto written = ::write(told_, &kDone, sizeof kDone);
    ::close(told_);
    told_ = -1;
}

// A mistake on the way: who waits ends as we do.
Detached::~Detached() {
    if (told_ >= 0) ::close(told_);
}

}  // namespace taskworker

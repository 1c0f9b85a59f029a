#include "pool/child_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <tuple>

#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

[[noreturn]] void fail(const char* what, int error) {
    throw Error(fmt::format("starting a pool child: {}: {}", what, std::strerror(error)));
}

// Above the fixed numbers that a child finds its descriptors at, so that none is overwritten early.
FileDescriptor lifted(FileDescriptor fd) {
    FileDescriptor high(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 10));
    if (!high) fail("dup", errno);
    return high;
}

std::pair<FileDescriptor, FileDescriptor> socket_pair() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) fail("socketpair", errno);
    FileDescriptor ours(ends[0]), theirs(ends[1]);
    if (::fcntl(ours.get(), F_SETFL, O_NONBLOCK) != 0) fail("fcntl", errno);
    return {std::move(ours), lifted(std::move(theirs))};
}

// Reading end, writing end.
std::pair<FileDescriptor, FileDescriptor> output_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) fail("pipe", errno);
    FileDescriptor ours(ends[0]), theirs(ends[1]);
    if (::fcntl(ours.get(), F_SETFL, O_NONBLOCK) != 0) fail("fcntl", errno);
    return {std::move(ours), lifted(std::move(theirs))};
}

// posix_spawn's two property bags with the lifetime of a scope.
class SpawnPlan {
public:
    SpawnPlan() {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawnattr_init(&attributes_);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
    ~SpawnPlan() {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }
    void hand_down(int socket, int memory, int executable) {
        check(::posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0));
        check(::posix_spawn_file_actions_adddup2(&actions_, socket, kChildSocket));
        check(::posix_spawn_file_actions_adddup2(&actions_, memory, kChildMemory));
        check(::posix_spawn_file_actions_adddup2(&actions_, executable, kChildExecutable));
        check(::posix_spawn_file_actions_addclosefrom_np(&actions_, kChildExecutable + 1));
    }
    // One pipe for both, so that lines stay in the order in which they were written.
    void redirect_output(int pipe) {
        check(::posix_spawn_file_actions_adddup2(&actions_, pipe, 1));
        check(::posix_spawn_file_actions_adddup2(&actions_, pipe, 2));
    }
    void fresh_signals() {
        sigset_t every, none;
        ::sigfillset(&every);
        ::sigemptyset(&none);
        check(::posix_spawnattr_setsigdefault(&attributes_, &every));
        check(::posix_spawnattr_setsigmask(&attributes_, &none));
        check(
            ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)
        );
    }
    pid_t run(const std::string& path, std::vector<std::string> argv) {
        std::vector<char*> pointers;
        for (auto& argument : argv) pointers.push_back(argument.data());
        pointers.push_back(nullptr);
        pid_t pid = 0;
        check(::posix_spawn(&pid, path.c_str(), &actions_, &attributes_, pointers.data(), environ));
        return pid;
    }

private:
    static void check(int error) {
        if (error != 0) fail("posix_spawn", error);
    }
    posix_spawn_file_actions_t actions_;
    posix_spawnattr_t attributes_;
};

FileDescriptor open_pidfd(pid_t pid) {
    // The descriptor is close-on-exec by itself. Without it the end of the stream tells the death.
    return FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

}  // namespace

void ChildProcess::kill(int signal) const { ::kill(pid, signal); }

std::optional<int> ChildProcess::reap() const {
    int status = 0;
    const pid_t dead = ::waitpid(pid, &status, WNOHANG);
    if (dead == 0 || (dead < 0 && errno == EINTR)) return std::nullopt;
    return dead == pid ? status : 0;  // ECHILD: somebody else has reaped it, the status is gone
}

ChildLauncher::ChildLauncher(const std::string& executable, bool capture) : capture_(capture) {
    FileDescriptor opened(::open(executable.c_str(), O_RDONLY | O_CLOEXEC));
    if (!opened) {
        throw Error(fmt::format("pool children run {}: {}", executable, std::strerror(errno)));
    }
    executable_ = lifted(std::move(opened));
}

ChildProcess ChildLauncher::spawn(
    const std::string& title, const std::vector<std::string>& arguments
) const {
    auto [ours, theirs] = socket_pair();
    auto page = SharedPage::create();
    const auto memory = lifted(FileDescriptor(::fcntl(page.fd(), F_DUPFD_CLOEXEC, 10)));

    std::vector<std::string> argv{title};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    SpawnPlan plan;
    FileDescriptor output, childs_output;
    if (capture_) {
        std::tie(output, childs_output) = output_pipe();
        plan.redirect_output(childs_output.get());
    }
    plan.hand_down(theirs.get(), memory.get(), executable_.get());
    plan.fresh_signals();
    const pid_t pid = plan.run(fmt::format("/proc/self/fd/{}", kChildExecutable), std::move(argv));
    return {pid, std::move(ours), open_pidfd(pid), std::move(output), std::move(page)};
}

}  // namespace taskworker

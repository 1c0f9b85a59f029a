#include "pool/child_signals.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <atomic>

namespace taskworker {
namespace {

std::atomic<pid_t> parent_pid{
    0};  // read by signal handlers: there is no other way to hand it to them

void end_if_from_parent(int signal, siginfo_t* info, void*) {
    const bool sent =
        info->si_code == SI_USER || info->si_code == SI_TKILL || info->si_code == SI_QUEUE;
    if (!sent) return;  // by the kernel: the terminal
    if (info->si_pid != parent_pid.load() && info->si_pid != ::getpid()) return;
    struct sigaction by_default {};
    by_default.sa_handler = SIG_DFL;
    ::sigaction(signal, &by_default, nullptr);
    ::raise(signal);  // delivered when this handler returns and the signal is unblocked
}

void do_nothing(int) {}

}  // namespace

void install_child_signals(pid_t parent) {
    parent_pid.store(parent);
    struct sigaction filter {};
    filter.sa_sigaction = &end_if_from_parent;
    filter.sa_flags = SA_SIGINFO | SA_RESTART;
    for (const int signal : {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2}) {
        ::sigaction(signal, &filter, nullptr);
    }
    struct sigaction ignore {};
    ignore.sa_handler = &do_nothing;
    ignore.sa_flags = SA_RESTART;
    ::sigaction(SIGPIPE, &ignore, nullptr);
}

bool die_with_parent(pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    return ::getppid() == parent;
}

}  // namespace taskworker

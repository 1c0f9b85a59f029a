#include "pool/failures.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <cmath>
#include <cstring>

namespace taskworker {

Failure time_limit_exceeded(Seconds limit) {
    const double seconds = limit.count();
    Failure failure;
    failure.type = "TimeLimitExceeded";
    failure.module = "billiard.exceptions";
    if (std::trunc(seconds) == seconds && std::abs(seconds) < 1e15) {
        failure.args.push_back(static_cast<std::int64_t>(seconds));
        failure.message = fmt::format("TimeLimitExceeded({},)", static_cast<std::int64_t>(seconds));
    } else {
        failure.args.push_back(seconds);
        failure.message = fmt::format("TimeLimitExceeded({},)", seconds);
    }
    return failure;
}

Failure worker_lost(const std::string& what, std::uint64_t job) {
    Failure failure;
    failure.type = "WorkerLostError";
    failure.module = "billiard.exceptions";
    failure.message = fmt::format("Worker exited prematurely: {} Job: {}.", what, job);
    failure.args.push_back(failure.message);
    return failure;
}

std::string describe_exit(int wait_status) {
    if (!WIFSIGNALED(wait_status)) return fmt::format("exitcode {}", WEXITSTATUS(wait_status));
    const int signal = WTERMSIG(wait_status);
    const char* name = ::sigabbrev_np(signal);
    return name ? fmt::format("signal {} (SIG{})", signal, name) : fmt::format("signal {}", signal);
}

}  // namespace taskworker

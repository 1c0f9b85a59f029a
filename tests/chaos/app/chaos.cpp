// What `taskworker -A chaos` loads: tasks that note in a file what they do (the ledger is outside
// of everything that is under test), and tasks that take their process with them. chaos_tasks.py
// has the same for Python.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <taskworker/taskworker.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <stdexcept>
#include <string>
#include <vector>

namespace chaos {
namespace {

using namespace tw::literals;

// One write() of one line at the end of the file: whole or not at all, whoever dies.
void note(const char* what, std::int64_t n) {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    char line[128];
    const int size = std::snprintf(
        line,
        sizeof line,
        "%s %lld %d %d %lld.%06ld\n",
        what,
        static_cast<long long>(n),
        ::getpid(),
        ::getppid(),
        static_cast<long long>(now.tv_sec),
        now.tv_nsec / 1000
    );
    const char* path = std::getenv("CHAOS_LEDGER");
    if (path == nullptr) throw std::runtime_error("CHAOS_LEDGER names no file");
    const int file = ::open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0 || ::write(file, line, static_cast<std::size_t>(size)) != size)
        throw std::runtime_error("the ledger cannot be written");
    ::close(file);
}

std::int64_t work(tw::Context& ctx, std::int64_t n, double seconds) {
    note("start", n);
    if (seconds > 0) ctx.sleep(tw::Seconds(seconds));
    note("done", n);
    return n;
}

// Past the limit the kernel refuses memory; the allocator throws, and a noexcept frame ends the
// process, as a program ends that is not made for it.
void run_out_of_memory() noexcept {
    const rlimit limit{256u << 20, 256u << 20};
    ::setrlimit(RLIMIT_AS, &limit);
    std::vector<std::string> hoard;
    for (;;) hoard.emplace_back(1u << 20, 'x');
}

void poison(std::int64_t n, const std::string& kind) {
    note("start", n);
    if (kind == "exit") ::_exit(3);
    if (kind == "memory") run_out_of_memory();
    std::raise(SIGSEGV);
}

tw::Json settings() {
    const char* text = std::getenv("CHAOS_CONF");
    return tw::Json::parse(text != nullptr ? text : "{}");
}

}  // namespace
}  // namespace chaos

TASKWORKER_MODULE(app) {
    using namespace chaos;
    app.config(settings(), tw::unknown::ignore);
    app.task("chaos.late", &work, {"n", "seconds"_arg = 0}, {.acks_late = true});
    app.task(
        "chaos.again",
        &work,
        {"n", "seconds"_arg = 0},
        {.acks_late = true, .reject_on_worker_lost = true}
    );
    app.task("chaos.early", &work, {"n", "seconds"_arg = 0});
    app.task(
        "chaos.poison", &poison, {"n", "kind"}, {.acks_late = true, .reject_on_worker_lost = true}
    );
}

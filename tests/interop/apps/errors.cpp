#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>

#include "tasks.hpp"

namespace conformance {
namespace {

constexpr std::array<std::string_view, 6> kBuiltins = {
    "ValueError", "KeyError", "TypeError", "RuntimeError", "ZeroDivisionError", "OSError"};

void fail(tw::Json message, const std::string& exc_type) {
    tw::Json args = tw::Json::array();
    args.push_back(std::move(message));
    if (exc_type == "ConformanceError") throw ConformanceError(std::move(args));
    if (std::find(kBuiltins.begin(), kBuiltins.end(), exc_type) == kBuiltins.end()) {
        throw tw::TaskError("KeyError", exc_type);
    }
    throw tw::TaskError(exc_type, std::move(args), "builtins");
}

int signal_named(std::string_view name) {
    if (name == "SEGV") return SIGSEGV;
    if (name == "ABRT") return SIGABRT;
    if (name == "KILL") return SIGKILL;
    throw tw::TaskError(
        "AttributeError", "module 'signal' has no attribute 'SIG" + std::string(name) + "'"
    );
}

[[noreturn]] void exit_with(const std::string& status) {
    int code = 0;
    const auto read = std::from_chars(status.data(), status.data() + status.size(), code);
    if (read.ec != std::errc{} || read.ptr != status.data() + status.size()) {
        throw tw::TaskError(
            "ValueError", "invalid literal for int() with base 10: '" + status + "'"
        );
    }
    ::_exit(code);
}

// Dies in the middle of the task, leaving no core file.
void crash(tw::Context& ctx, const std::string& how) {
    if (how.starts_with("EXIT")) exit_with(how.substr(4));
    const int number = signal_named(how);
    if (number != SIGKILL) std::signal(number, SIG_DFL);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::kill(::getpid(), number);
    ctx.sleep(30s);
}

std::uint32_t allocate(std::uint32_t mb) {
    std::vector<char> block(std::size_t{mb} << 20);
    for (std::size_t i = 0; i < block.size(); i += 4096) block[i] = 1;
    return static_cast<std::uint32_t>(block.size() >> 20);
}

}  // namespace

void add_error_tasks(tw::App& app) {
    app.task("conformance.fail", &fail, {"message"_arg = "boom", "exc_type"_arg = "ValueError"});
    app.task("conformance.fail_args", [](const tw::Args& args) {
        throw ConformanceError(args.list);
    });
    app.task("conformance.crash", &crash, {"how"});
    app.task(
        "conformance.reject",
        [](bool requeue) { throw tw::Reject("no", requeue); },
        {"requeue"_arg = false}
    );
    app.task("conformance.ignore", [] { throw tw::Ignore(); });
    app.task("conformance.allocate", &allocate, {"mb"});
}

}  // namespace conformance

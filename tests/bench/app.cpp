// The tasks of the benchmark; celery_app.py has the same in Python.
#include <chrono>
#include <cstdint>

#include "taskworker/taskworker.hpp"

TASKWORKER_MODULE(bench) {
    bench.task("bench.add", [](std::int64_t x, std::int64_t y) { return x + y; }, {"x", "y"});
    bench.task("bench.noop", [] {});
    bench.task(
        "bench.sleep",
        [](tw::Context& ctx, double seconds) { ctx.sleep(std::chrono::duration<double>(seconds)); },
        {"seconds"}
    );
}

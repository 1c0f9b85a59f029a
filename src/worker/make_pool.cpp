#include "worker/make_pool.hpp"

#include <algorithm>
#include <thread>

#include "pool/child_pool.hpp"
#include "pool/runner.hpp"
#include "pool/thread_pool.hpp"
#include "taskworker/errors.hpp"
#include "worker/child_main.hpp"

namespace taskworker {
namespace {

std::size_t slots_of(const Settings& settings) {
    if (settings.worker_concurrency.value_or(0) > 0)
        return static_cast<std::size_t>(*settings.worker_concurrency);
    return std::max(1u, std::thread::hardware_concurrency());
}

// With --autoscale it begins small.
std::size_t first_slots(const Settings& settings, const WorkerOptions& options) {
    return options.autoscale ? std::max<std::size_t>(options.autoscale->min(), 1)
                             : slots_of(settings);
}

std::unique_ptr<Pool> children(
    const App& app, const Settings& settings, const WorkerOptions& options
) {
    return std::make_unique<ChildPool>(ChildPoolOptions{
        .slots = first_slots(settings, options),
        .arguments = options.child_arguments,
        .node = options.node,
        .setup = options.child_setup,
        .identity = identity_of(app, options.module_path),
        .max_tasks_per_child = settings.worker_max_tasks_per_child,
        .max_memory_per_child = settings.worker_max_memory_per_child,
        .alive_timeout = settings.worker_proc_alive_timeout,
        .output_level = settings.worker_redirect_stdouts
                             ? log::level_from(settings.worker_redirect_stdouts_level)
                             : std::nullopt});
}

}  // namespace

std::unique_ptr<Pool> make_pool(
    const App& app, const Settings& settings, const WorkerOptions& options, Resources& resources
) {
    const auto& name = settings.worker_pool;
    if (name == "prefork" || name == "processes") return children(app, settings, options);
    const bool solo = name == "solo";
    if (!solo && name != "threads" && name != "eventlet" && name != "gevent")
        throw ConfigError("worker_pool: '" + name + "' is none of prefork, threads, solo");
    return std::make_unique<ThreadPool>(ThreadPoolOptions{
        .slots = solo ? 1 : first_slots(settings, options),
        .run = execute_jobs(resources, options.node, settings),
        .solo = solo});
}

}  // namespace taskworker

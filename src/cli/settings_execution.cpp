#include "canvas/router.hpp"
#include "cli/settings_rows.hpp"
#include "cli/used_setting.hpp"
#include "client/publish_retry.hpp"
#include "task/annotations.hpp"

namespace taskworker {
namespace {

// A setting of any shape that only its own check understands.
Setting nested(
    Area area,
    std::string_view name,
    Json Settings::*member,
    std::string_view help,
    Broken (*check)(const Json&)
) {
    Setting setting{.area = area, .name = name, .help = help};
    setting.shape = Shape::Any;
    setting.assign = [member, check](Settings& settings, const Json& value) -> Broken {
        auto broken = check(value);
        if (!broken) settings.*member = value;
        return broken;
    };
    setting.read = [member](const Settings& settings) { return settings.*member; };
    return setting;
}

Broken eta_limit(const std::optional<int>& value) {
    if (!value || *value >= 1) return std::nullopt;
    return std::string("must be a whole number of at least 1");
}

}  // namespace

// What becomes of tasks between their message and their end.
// clang-format off
std::vector<Setting> execution_settings() {
    using enum Area;
    using S = Settings;
    return {
        nested(Tasks, "task_annotations", &S::task_annotations,
             "Options of tasks by their name, or \"*\": {\"shop.add\": {\"rate_limit\": \"10/s\"}}",
             &check_annotations),
        nested(Tasks, "task_publish_retry_policy", &S::task_publish_retry_policy,
             "How often and when: {max_retries, interval_start, interval_step, interval_max}; null = 3, 0, 0.2, 1",
             &check_publish_retry_policy),
        nested(Tasks, "task_routes", &S::task_routes,
             "Queues of tasks that clients and tasks send: {\"shop.*\": {\"queue\": \"shop\"}}; the caller's choice wins",
             &check_routes),
        used(Worker, "worker_cancel_long_running_tasks_on_connection_loss",
             &S::worker_cancel_long_running_tasks_on_connection_loss,
             "When the broker is lost, late-ack tasks that run are ended and go back to their queue"),
        used(Worker, "worker_deduplicate_successful_tasks", &S::worker_deduplicate_successful_tasks,
             "A late-ack task that is delivered again after its success is not run again"),
        used(Worker, "worker_disable_prefetch", &S::worker_disable_prefetch,
             "Fetch a message only when a slot is free for it"),
        used(Worker, "worker_enable_soft_shutdown_on_idle", &S::worker_enable_soft_shutdown_on_idle,
             "The soft shutdown takes its time even when nothing runs"),
        used(Worker, "worker_eta_task_limit", &S::worker_eta_task_limit,
             "Most tasks that wait for their ETA in memory, in their last two seconds; the others wait in Redis",
             &eta_limit),
        used(Worker, "worker_proc_alive_timeout", &S::worker_proc_alive_timeout,
             "Seconds that a new child has to load the app; then it is killed and another one started; 0 = no limit"),
        used(Worker, "worker_soft_shutdown_timeout", &S::worker_soft_shutdown_timeout,
             "Seconds that QUIT lets running tasks go on before it ends them"),
    };
}
// clang-format on

}  // namespace taskworker

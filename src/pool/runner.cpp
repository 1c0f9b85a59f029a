#include "pool/runner.hpp"

#include <utility>

namespace taskworker {

Runner execute_jobs(Resources& resources, std::string node, const Settings& settings) {
    return [&resources, &settings, node = std::move(node)](const Job& job, TaskPort& port) {
        thread_local Luck luck = Luck::seeded_by_the_system();
        const Moment moment{std::chrono::system_clock::now(), luck, node, settings};
        return execute(*job.task, *job.delivery, port, resources, moment);
    };
}

}  // namespace taskworker

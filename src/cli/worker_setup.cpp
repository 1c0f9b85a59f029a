#include "cli/worker_setup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "backend/open_backend.hpp"
#include "broker/broker_address.hpp"
#include "taskworker/errors.hpp"
#include "taskworker/version.hpp"

namespace taskworker {
namespace {

// As it will be: solo has one slot, and the green pools of Python are threads here.
std::string concurrency_text(const Settings& settings) {
    const auto cpus = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    const auto& pool = settings.worker_pool;
    if (pool == "solo") return "1 (solo)";
    const bool threads = pool == "threads" || pool == "eventlet" || pool == "gevent";
    const auto slots = settings.worker_concurrency.value_or(cpus);
    return fmt::format("{} ({})", slots, threads ? "threads" : "prefork");
}

}  // namespace

std::vector<std::string> queues_of(
    const WorkerCommand& options, const Settings& settings, const std::string& node
) {
    return QueueTable(settings, node).to_consume(options.queues, options.exclude_queues);
}

std::vector<std::string> child_arguments(const GlobalOptions& global, const Session& session) {
    std::vector<std::string> arguments = {"pool-child"};
    if (!session.module().empty()) {
        arguments.push_back("-A");
        arguments.push_back(std::filesystem::absolute(session.module()).string());
    }
    if (global.config) {
        arguments.push_back("--config");
        arguments.push_back(global.config->string());
    }
    for (const auto& setting : global.overrides) {
        arguments.push_back("--set");
        arguments.push_back(setting.name + "=" + setting.text);
    }
    return arguments;
}

BannerFacts banner_facts(
    const Session& session, const WorkerCommand& options, const std::string& node
) {
    const auto& settings = session.settings();
    BannerFacts facts;
    facts.node = node;
    facts.version = TASKWORKER_VERSION;
    facts.platform = platform_text();
    facts.time = local_time_text();
    facts.app = session.module().empty() ? "linked in" : session.module().string();
    facts.transport = address_to_read(settings).text();
    facts.results =
        settings.result_backend.empty() ? "disabled://" : result_server(settings).url.redacted();
    facts.concurrency = concurrency_text(settings);
    facts.task_events = settings.worker_send_task_events;
    const QueueTable table(settings, node);
    for (const auto& name : queues_of(options, settings, node))
        facts.queues.push_back(table.describe(name));
    facts.tasks = session.app().names();
    facts.show_tasks = options.level <= log::Level::Info;
    facts.show_builtin_tasks = options.level == log::Level::Debug;
    return facts;
}

}  // namespace taskworker

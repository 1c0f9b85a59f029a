#include "cli/worker_setup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <thread>

#include "backend/open_backend.hpp"
#include "broker/broker_address.hpp"
#include "base/url.hpp"
#include "message/python_json.hpp"
#include "taskworker/errors.hpp"
#include "taskworker/version.hpp"

namespace taskworker {
namespace {

// As it will be: solo has one slot, and the green pools of Python are threads here.
std::string concurrency_text(const Settings& settings, const std::optional<Autoscale>& scale) {
    const auto cpus = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    const auto& pool = settings.worker_pool;
    if (pool == "solo") return "1 (solo)";
    const bool threads = pool == "threads" || pool == "eventlet" || pool == "gevent";
    if (scale)  // Celery's own form
        return fmt::format(
            "{{min={}, max={}}} ({})", scale->min(), scale->max(), threads ? "threads" : "prefork"
        );
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
    return arguments;
}

std::string child_setup(const GlobalOptions& global) {
    auto overrides = Json::array();
    for (const auto& setting : global.overrides)
        overrides.push_back(Json::array({setting.name, setting.text, setting.shown}));
    return to_json_text(overrides);
}

std::vector<Override> overrides_in(const std::string& child_setup) {
    const auto parsed = parse_json(child_setup);
    const auto* list = std::get_if<Json>(&parsed);
    std::vector<Override> overrides;
    if (!list) throw ConfigError("a pool child was told settings that are no JSON");
    for (const auto& item : *list)
        overrides.push_back(
            {item.at(0).get<std::string>(),
             item.at(1).get<std::string>(),
             item.at(2).get<std::string>()}
        );
    return overrides;
}

std::optional<Autoscale> autoscale_of(const WorkerCommand& options) {
    std::string_view text = options.autoscale;
    if (text.empty()) return std::nullopt;
    constexpr std::size_t kMost = 10'000;
    std::vector<std::size_t> numbers;
    for (bool more = true; more;) {
        const auto part = text.substr(0, text.find(','));
        more = part.size() < text.size();
        text.remove_prefix(std::min(part.size() + 1, text.size()));
        std::size_t number = 0;
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
        if (error != std::errc() || end != part.data() + part.size() || number > kMost ||
            numbers.size() == 2)
            throw ConfigError(fmt::format(
                "--autoscale {}: must be MAX,MIN, whole numbers up to {}", options.autoscale, kMost
            ));
        numbers.push_back(number);
    }
    if (numbers.size() == 1) numbers.push_back(0);
    const auto [least, most] = std::minmax(numbers[0], numbers[1]);
    if (most == 0) throw ConfigError("--autoscale 0: must allow one task at a time at least");
    const char* keepalive = std::getenv("AUTOSCALE_KEEPALIVE");
    const double seconds = keepalive ? std::strtod(keepalive, nullptr) : 0;
    return Autoscale(most, least, seconds > 0 ? Seconds(seconds) : Seconds(30));
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
    facts.concurrency = concurrency_text(settings, autoscale_of(options));
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

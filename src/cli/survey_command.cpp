// taskworker queues, taskworker explain
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "backend/open_backend.hpp"
#include "broker/open_broker.hpp"
#include "broker/redis_survey.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/node_name.hpp"
#include "cli/place_text.hpp"
#include "cli/shown_text.hpp"
#include "client/control.hpp"
#include "client/producer.hpp"
#include "message/python_json.hpp"
#include "message/python_repr.hpp"

namespace taskworker {
namespace {

std::vector<std::string> wanted_queues(
    const std::vector<std::string>& given, const Settings& settings
) {
    return given.empty() ? std::vector<std::string>{settings.task_default_queue} : given;
}

Json queue_json_of(const RedisSurvey::Queue& queue) {
    Json steps = Json::object();
    for (const auto& [step, count] : queue.steps) steps[std::to_string(step)] = count;
    return {
        {"messages", queue.total()},
        {"by_priority", std::move(steps)},
        {"next", queue.next ? Json(*queue.next) : Json()}};
}

void print_queues(
    const std::vector<RedisSurvey::Queue>& queues, const RedisSurvey::Totals& totals
) {
    fmt::print("{:<24} {:>9}  {:<24} {}\n", "QUEUE", "MESSAGES", "BY PRIORITY", "NEXT");
    for (const auto& queue : queues) {
        std::string steps;
        for (const auto& [step, count] : queue.steps)
            if (count > 0) steps += fmt::format("{}{}:{}", steps.empty() ? "" : " ", step, count);
        fmt::print(
            "{:<24} {:>9}  {:<24} {}\n",
            shown_text(queue.name),
            queue.total(),
            steps,
            shown_text(queue.next.value_or("-"))
        );
    }
    fmt::print(
        "\nin the hands of workers: {}, and {} begun and acknowledged early\n"
        "parked until their time: {}\ndead letters: {}\ntaskworkers alive: {}\n",
        totals.unacked - std::min(totals.parked, totals.unacked),
        totals.started,
        totals.parked,
        totals.dead_letters,
        totals.workers
    );
}

// What live workers say of it: which of them runs it, or who has it revoked.
std::vector<std::string> told_by_workers(
    const Settings& settings, const std::string& id, Seconds patience
) {
    const auto transport =
        open_broker(settings, producer_name(host_name()), Luck::seeded_by_the_system().uuid());
    const auto fanout = transport->fanout();
    const SystemClock clock;
    Control control(*fanout, settings, clock);
    std::vector<std::string> lines;
    for (const auto& [node, body] :
         control.ask({.method = "query_task", .arguments = {{"ids", {id}}}, .timeout = patience})) {
        if (!body.is_object()) continue;
        const auto found = body.find(id);
        if (found == body.end() || !found->is_array() || found->empty()) continue;
        lines.push_back(fmt::format("is {} at {}", python_str(found->at(0)), node));
    }
    return lines;
}

}  // namespace

int run_queues_command(
    const GlobalOptions& global, const QueuesCommand& options, RegisterTasks linked_in
) {
    const Session session(global, linked_in, NeedsApp::No);
    RedisSurvey survey(session.settings());
    const auto queues = survey.queues(wanted_queues(options.queues, session.settings()));
    const auto totals = survey.totals(SystemClock().now());
    if (!options.json) {
        print_queues(queues, totals);
        return kDone;
    }
    Json all = Json::object();
    for (const auto& queue : queues) all[queue.name] = queue_json_of(queue);
    const Json report = {
        {"queues", std::move(all)},
        {"unacked", totals.unacked},
        {"started", totals.started},
        {"parked", totals.parked},
        {"dead_letters", totals.dead_letters},
        {"workers", totals.workers}};
    fmt::print("{}\n", to_json_text(report));
    return kDone;
}

int run_explain_command(
    const GlobalOptions& global, const ExplainCommand& options, RegisterTasks linked_in
) {
    const Session session(global, linked_in, NeedsApp::No);
    const auto& settings = session.settings();
    RedisSurvey survey(settings);
    const auto names = queues_to_search(survey, options.queues, settings);
    std::vector<std::string> lines;
    for (const auto& place : survey.find(options.id, names)) lines.push_back(text_of_place(place));
    for (auto& line : told_by_workers(settings, options.id, Seconds(options.timeout)))
        lines.push_back(std::move(line));
    if (!settings.result_backend.empty()) {
        if (const auto record = open_backend(settings)->load(options.id))
            lines.push_back(fmt::format(
                "has the result {}{}",
                record->status,
                record->date_done ? " since " + *record->date_done : std::string()
            ));
    }
    if (lines.empty()) {
        fmt::print(
            "{}: not in queues {}, held by nobody, no dead letter, no result. Never sent to this "
            "broker, or ended and forgotten.\n",
            options.id,
            fmt::join(names, ", ")
        );
        return kNotFound;
    }
    for (const auto& line : lines) fmt::print("{} {}\n", options.id, shown_text(line));
    return kDone;
}

}  // namespace taskworker

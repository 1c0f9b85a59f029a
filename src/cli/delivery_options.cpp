#include <fmt/format.h>

#include <array>
#include <utility>

#include "cli/number_checks.hpp"
#include "cli/option_parser.hpp"
#include "taskworker/errors.hpp"

// The commands that look after messages: dead letters, parked tasks, dead workers.
namespace taskworker {

void OptionParser::declare_dlq() {
    dlq_ = command("dlq", "Dead letters: list, show, replay, purge");
    dlq_->add_option("ACTION", dlq_action_, "list, show, replay or purge")
        ->type_name("")
        ->required();
    dlq_->add_option("ID", dlq_options_.ids, "Only these: ids of entries or of tasks")
        ->type_name("");
    text(*dlq_, "-t,--task", dlq_options_.task, "Only this task; `shop.*` means all that begin so")
        ->check(not_empty())
        ->type_name("NAME");
    text(*dlq_, "--reason", dlq_options_.reason, "Only those whose reason contains this")
        ->check(not_empty())
        ->type_name("TEXT");
    text(*dlq_, "--queue", dlq_options_.queue, "Only those from this queue")
        ->check(not_empty())
        ->type_name("NAME");
    dlq_->add_option("--older", dlq_options_.older, "Only those that are older")
        ->take_last()
        ->check(seconds_between(0, kHundredYears))
        ->type_name("SECONDS");
    dlq_->add_option("--younger", dlq_options_.younger, "Only those that are younger")
        ->take_last()
        ->check(seconds_between(0, kHundredYears))
        ->type_name("SECONDS");
    dlq_->add_option("--limit", dlq_options_.limit, "At most so many, the newest first")
        ->take_last()
        ->check(at_least_one())
        ->type_name("N");
    dlq_->add_flag("--all", dlq_options_.all, "replay, purge: all of them");
    dlq_->add_flag("-y,--yes", dlq_options_.yes, "replay, purge: without asking");
    dlq_->add_flag("--json", dlq_options_.json, "One JSON object a line");
    dlq_->footer(
        "Exit code: 0 done, 1 answered with no, 2 not confirmed and nobody to ask, 3 none such."
    );
}

void OptionParser::declare_scheduled() {
    scheduled_ = command("scheduled", "List the tasks that wait for their time");
    scheduled_->add_option("--limit", scheduled_options_.limit, "At most so many, default 100")
        ->take_last()
        ->check(at_least_one())
        ->type_name("N");
    scheduled_->add_flag("--json", scheduled_options_.json, "One JSON object a line");
}

void OptionParser::declare_recover() {
    recover_ = command("recover", "Bring back what dead workers held, then exit (takes some 12 s)");
}

DlqCommand OptionParser::dlq() const {
    using Action = DlqCommand::Action;
    constexpr std::array<std::pair<const char*, Action>, 4> kActions{{
        {"list", Action::List},
        {"show", Action::Show},
        {"replay", Action::Replay},
        {"purge", Action::Purge},
    }};
    auto command = dlq_options_;
    for (const auto& [name, action] : kActions) {
        if (dlq_action_ != name) continue;
        command.action = action;
        return command;
    }
    throw ConfigError(fmt::format("dlq {}: must be one of list, show, replay, purge", dlq_action_));
}

}  // namespace taskworker

#include "cli/number_checks.hpp"
#include "cli/option_parser.hpp"

namespace taskworker {

CLI::App* OptionParser::remote(const char* name, const char* help) {
    auto* made = command(name, help);
    made->add_option("-d,--destination", remote_options_.destination, "Only these, by whole name")
        ->type_name("NODE,…")
        ->delimiter(',')
        ->allow_extra_args(false);
    made->add_option("-t,--timeout", remote_options_.timeout, "Seconds to wait for more replies")
        ->take_last()
        ->check(seconds_between(0, 3600))
        ->type_name("SECONDS");
    made->add_flag("-j,--json", remote_options_.json, "Replies as JSON");
    return made;
}

// The options of what steers workers, in Celery's words (celery/bin/control.py).
void OptionParser::declare_remote() {
    inspect_ = remote("inspect", "Ask workers: active, stats, scheduled …");
    control_ = remote("control", "Steer workers: revoke, rate_limit, pool_grow …");
    for (auto* command : {inspect_, control_}) {
        command->add_option("COMMAND", remote_options_.words, "And what belongs to it")
            ->type_name("")
            ->allow_extra_args();
        command->add_flag("--list", remote_options_.list, "The commands and their arguments");
    }
    inspect_->footer(
        "Example: taskworker inspect active -d w1@host\n"
        "Exit code 69: nobody answered."
    );
    control_->footer(
        "Example: taskworker control rate_limit shop.send_sms 10/m\n"
        "Exit code 69: nobody answered."
    );
    status_ = remote("status", "Who is there");
    events_ = command("events", "Print the events of workers as they come");
    events_->add_flag("-d,--dump")->description("As Celery's; there is no other way");
    events_->add_flag("-j,--json", events_options_.json, "One event per line, as JSON");

    constexpr auto kQueues =
        "Look into these as well, beside task_default_queue and what workers serve";
    queues_ = command("queues", "What waits, and what is in the hands of workers");
    queues_->add_option("-Q,--queues", queues_options_.queues, kQueues)
        ->type_name("A,B")
        ->delimiter(',')
        ->allow_extra_args(false);
    queues_->add_flag("-j,--json", queues_options_.json, "As JSON");

    explain_ = command("explain", "Where a task is");
    explain_->add_option("ID", explain_options_.id, "Id of the task")->type_name("")->required();
    explain_->add_option("-Q,--queues", explain_options_.queues, kQueues)
        ->type_name("A,B")
        ->delimiter(',')
        ->allow_extra_args(false);
    explain_
        ->add_option(
            "-t,--timeout", explain_options_.timeout, "Seconds that workers may take to answer"
        )
        ->take_last()
        ->check(seconds_between(0, 3600))
        ->type_name("SECONDS");
    explain_->footer("Exit code 3: it is nowhere.");

    chord_ = command("chord", "How far a chord is, and why it waits");
    chord_->add_option("ID", chord_options_.id, "Id of its group")->type_name("")->required();
    chord_->add_option("-Q,--queues", chord_options_.queues, kQueues)
        ->type_name("A,B")
        ->delimiter(',')
        ->allow_extra_args(false);
    chord_->add_option("--limit", chord_options_.limit, "Most parts that are named")
        ->take_last()
        ->check(at_least_one())
        ->type_name("N");
    chord_->footer("Exit code 3: there is no such chord, or it is finished.");

    doctor_ = command("doctor", "Look for what is wrong with the broker");
    doctor_->add_flag("-j,--json", doctor_options_.json, "As JSON");
    declare_top();
    doctor_->footer("Exit code 1: something is wrong that loses tasks or stops the worker.");
}

void OptionParser::declare_top() {
    top_ = command("top", "Workers, queues and running tasks, live in the terminal");
    top_->add_option("-i,--interval", top_options_.interval, "Seconds between two looks, default 2")
        ->take_last()
        ->check(seconds_between(0.2, 3600))
        ->type_name("SECONDS");
    list(*top_, "-Q,--queues", top_options_.queues, "Show these beside those that workers serve")
        ->type_name("A,B");
    top_->add_flag("--once", top_options_.once, "Print one look and exit, as into a pipe");
    top_->footer(
        "Keys: q quit, arrows (or j, k, g, G) select a task, r revoke, t terminate it by SIGTERM,\n"
        "space look at once.\n"
        "Exit code 69 of --once: nobody answered."
    );
}

}  // namespace taskworker

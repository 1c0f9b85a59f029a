#include "cli/option_parser.hpp"

namespace taskworker {

CLI::App* OptionParser::remote(const char* name, const char* help) {
    auto* command = app_.add_subcommand(name, help);
    command
        ->add_option("-d,--destination", remote_options_.destination, "Only these, by whole name")
        ->type_name("NODE,…")
        ->delimiter(',')
        ->allow_extra_args(false);
    command->add_option("-t,--timeout", remote_options_.timeout, "Seconds to wait for more replies")
        ->take_last()
        ->check(CLI::Range(0.0, 3600.0))
        ->type_name("SECONDS");
    command->add_flag("-j,--json", remote_options_.json, "Replies as JSON");
    return command;
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
    events_ = app_.add_subcommand("events", "Print the events of workers as they come");
    events_->add_flag("-d,--dump", "As Celery's; there is no other way");
    events_->add_flag("-j,--json", events_options_.json, "One event per line, as JSON");
}

}  // namespace taskworker

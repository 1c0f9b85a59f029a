#include "cli/option_parser.hpp"

namespace taskworker {

// The options of the commands that publish, read results and look at queues.

void OptionParser::declare_call() {
    constexpr auto kCalling = "Calling", kRouting = "Routing";
    call_ = command("call", "Publish a task; prints its id");
    auto& to = *call_;
    to.add_option("TASK", call_options_.task, "Name of the task")->type_name("");
    text(to, "--canvas", call_options_.canvas, "Instead of a task: a signature as JSON, or @FILE")
        ->type_name("JSON")
        ->group(kCalling);
    text(to, "-a,--args", call_options_.args, "Arguments, a JSON list")
        ->type_name("JSON")
        ->group(kCalling);
    text(to, "-k,--kwargs", call_options_.kwargs, "Keyword arguments, a JSON object")
        ->type_name("JSON")
        ->group(kCalling);
    text(to, "--countdown", call_options_.countdown, "Seconds to wait before it runs")
        ->type_name("SECONDS")
        ->group(kCalling);
    text(to, "--eta", call_options_.eta, "When it runs at the earliest, ISO 8601")
        ->type_name("TIME")
        ->group(kCalling);
    text(to, "--expires", call_options_.expires, "When it is void, ISO 8601 or seconds")
        ->type_name("TIME")
        ->group(kCalling);
    text(to, "--serializer", call_options_.serializer, "Default: task_serializer")
        ->type_name("NAME")
        ->group(kCalling);
    text(to, "--compression", call_options_.compression, "Default: task_compression")
        ->type_name("NAME")
        ->group(kCalling);
    text(to, "--queue", call_options_.queue, "Default: task_routes, else task_default_queue")
        ->type_name("NAME")
        ->group(kRouting);
    text(to, "--exchange", call_options_.exchange, "Instead of a queue: all that are bound to it")
        ->type_name("NAME")
        ->group(kRouting);
    text(to, "--routing-key", call_options_.routing_key, "With --exchange, else the queue's name")
        ->type_name("KEY")
        ->group(kRouting);
    text(to, "--priority", call_options_.priority, "0 (first on Redis) to 255; from 9 on all are last")
        ->type_name("N")
        ->group(kRouting);
    to.footer(
        "Example:\n  taskworker call shop.send_sms -a '[\"13800138000\", \"1234\"]' --countdown 5"
    );
}

void OptionParser::declare_result() {
    result_ = command("result", "Show the result of a task");
    auto& to = *result_;
    to.add_option("ID", result_options_.id, "Id of the task, as `call` prints it")
        ->type_name("")
        ->required();
    to.add_flag("--json", result_options_.json, "The whole document, as JSON");
    to.add_flag("--traceback", result_options_.traceback, "Show the traceback of a failure");
    to.add_flag(
        "--tree", result_options_.tree, "Where it stands in its canvas: root, children, states"
    );
    to.add_flag("--watch", result_options_.watch, "Wait for its end and print each state");
    to.add_option("--timeout", result_options_.timeout, "Most seconds that --watch waits")
        ->take_last()
        ->type_name("SECONDS");
    text(to, "-t,--task", ignored_, "Accepted as Celery's, changes nothing")->type_name("NAME");
    to.footer("Exit code: 0 succeeded, 1 failed, 3 nothing is stored, or no end yet.");
}

void OptionParser::declare_purge() {
    purge_ = command("purge", "Delete the messages of queues");
    auto& to = *purge_;
    to.add_flag("-f,--force", purge_options_.force, "Do not ask");
    list(to, "-Q,--queues", purge_options_.queues, "Default: those that the worker consumes")
        ->type_name("A,B");
    list(to, "-X,--exclude-queues", purge_options_.exclude_queues, "Queues to leave alone")
        ->type_name("A,B");
    to.footer(
        "What workers hold, and what waits there for its ETA, stays. There is no undo.\n"
        "Exit code: 0 done, 1 not confirmed."
    );
}

}  // namespace taskworker

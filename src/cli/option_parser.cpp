#include "cli/option_parser.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/nearest.hpp"
#include "cli/unexpected_option.hpp"
#include "taskworker/errors.hpp"
#include "taskworker/version.hpp"

namespace taskworker {
namespace {

// `flags` as people say it: "-c,--concurrency" → "-c".
std::string first_of(std::string_view flags) {
    return std::string(flags.substr(0, std::min(flags.find(','), flags.size())));
}

Ending mistake(const std::string& text) { return {.code = 2, .out = "", .err = text}; }

}  // namespace

OptionParser::OptionParser() {
    const auto formatter = app_.get_formatter();  // the commands share it
    formatter->column_width(34);
    formatter->label("SUBCOMMAND", "COMMAND");
    formatter->label("REQUIRED", "");
    declare_global();
    declare_worker();
    declare_worker_accepted();
    declare_call();
    declare_result();
    declare_remote();
    declare_dlq();
    declare_scheduled();
    declare_recover();
    pool_child_ = app_.add_subcommand("pool-child", "")->group("");
    for (auto* command :
         {worker_,
          call_,
          result_,
          inspect_,
          control_,
          status_,
          events_,
          dlq_,
          scheduled_,
          recover_,
          queues_,
          explain_,
          doctor_,
          pool_child_}) {
        command->fallthrough();  // `taskworker worker -A app`: Celery's old order
        command->allow_extras();
        if (command != pool_child_) command->group("Commands");
    }
    app_.allow_extras();
    app_.require_subcommand(0, 1);
}

// The last one wins, as in Celery: scripts add their options behind those of others.
CLI::Option* OptionParser::text(
    CLI::App& to, const char* flags, std::string& value, const char* help
) {
    return to.add_option(flags, value, help)->take_last();
}

CLI::Option* OptionParser::setting(
    CLI::App& to, const char* flags, const char* name, const char* help
) {
    const auto take = [this, name, shown = first_of(flags)](const std::string& text) {
        global_.overrides.push_back({name, text, shown});
    };
    return to.add_option_function<std::string>(flags, take, help)->take_last();
}

CLI::Option* OptionParser::switch_setting(
    CLI::App& to, const char* flags, const char* name, const char* value, const char* help
) {
    const auto take = [this, name, value, shown = first_of(flags)](std::int64_t) {
        global_.overrides.push_back({name, value, shown});
    };
    return to.add_flag_function(flags, take, help);
}

void OptionParser::declare_global() {
    app_.name("taskworker");
    app_.footer(
        "Global options may stand before or behind the command. Examples:\n"
        "  taskworker -A app worker -l info -c 4\n"
        "  taskworker call shop.send_sms -a '[\"13800138000\", \"1234\"]'\n"
        "  taskworker result 3f0c8a2e-… --watch\n"
    );
    constexpr auto kGlobal = "Global options", kOthers = "Others";
    text(app_, "-A,--app", global_.app, "Tasks: a name (app.so, libapp.so) or the path of a .so")
        ->type_name("MODULE")
        ->group(kGlobal);
    setting(app_, "-b,--broker", "broker_url", "Where tasks come from")
        ->type_name("URL")
        ->group(kGlobal);
    setting(app_, "--result-backend", "result_backend", "Where results go")
        ->type_name("URL")
        ->group(kGlobal);
    text(app_, "--config", config_, "Settings; default: taskworker.toml, if it is there")
        ->type_name("FILE")
        ->group(kGlobal);
    app_.add_option("--set", sets_, "A setting, e.g. --set task_acks_late=true; may be repeated")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false)
        ->group(kGlobal);
    app_.add_flag("-C,--no-color", global_.no_color, "No colours")->group(kGlobal);
    app_.add_flag("-q,--quiet", global_.quiet, "No banner")->group(kGlobal);
    app_.set_help_flag("-h,--help", "Show this text")
        ->group(kOthers);  // anew: at the end of the list
    app_.set_version_flag("--version", "taskworker " TASKWORKER_VERSION, "Show the version")
        ->group(kOthers);
}

void OptionParser::declare_call() {
    call_ = app_.add_subcommand("call", "Publish a task; prints its id");
    call_->add_option("TASK", call_options_.task, "Name of the task")->type_name("")->required();
    text(*call_, "-a,--args", call_options_.args, "Arguments, a JSON list")->type_name("JSON");
    text(*call_, "-k,--kwargs", call_options_.kwargs, "Keyword arguments, a JSON object")
        ->type_name("JSON");
    text(*call_, "--countdown", call_options_.countdown, "Seconds to wait before it runs")
        ->type_name("SECONDS");
    text(*call_, "--eta", call_options_.eta, "When it runs at the earliest, ISO 8601")
        ->type_name("TIME");
    text(*call_, "--expires", call_options_.expires, "When it is void, ISO 8601 or seconds")
        ->type_name("TIME");
    text(*call_, "--queue", call_options_.queue, "Default: task_default_queue")->type_name("NAME");
    text(*call_, "--priority", call_options_.priority, "0 (first on Redis) to 9")->type_name("N");
    text(*call_, "--serializer", call_options_.serializer, "Default: task_serializer")
        ->type_name("NAME");
    text(*call_, "--compression", call_options_.compression, "Default: task_compression")
        ->type_name("NAME");
    call_->footer(
        "Example: taskworker call shop.send_sms -a '[\"13800138000\", \"1234\"]' --countdown 5"
    );
}

void OptionParser::declare_result() {
    result_ = app_.add_subcommand("result", "Show the result of a task");
    result_->add_option("ID", result_options_.id, "Id of the task, as `call` prints it")
        ->type_name("")
        ->required();
    result_->add_flag("--json", result_options_.json, "The whole document, as JSON");
    result_->add_flag("--traceback", result_options_.traceback, "Show the traceback of a failure");
    result_->add_flag("--watch", result_options_.watch, "Wait for its end and print each state");
    result_->add_option("--timeout", result_options_.timeout, "Most seconds that --watch waits")
        ->take_last()
        ->type_name("SECONDS");
    text(*result_, "-t,--task", ignored_, "Accepted as Celery's, changes nothing")
        ->type_name("NAME");
    result_->footer("Exit code: 0 succeeded, 1 failed, 3 nothing is stored, or no end yet.");
}

// The option that a token is, when that option takes a value from the next token.
bool OptionParser::takes_value(const std::string& token) const {
    if (token.size() < 2 || token.front() != '-') return false;
    for (const auto* app : {static_cast<const CLI::App*>(worker_), &app_}) {
        const auto* option = app->get_option_no_throw(token);
        if (option) return option->get_items_expected_max() > 0;
    }
    return false;
}

// Takes `task.acks_late=1` out of the arguments of `worker`.
std::vector<Override> OptionParser::take_dotted(std::vector<std::string>& arguments) const {
    std::vector<Override> taken;
    auto at = std::find(arguments.begin(), arguments.end(), "worker");
    if (at == arguments.end()) return taken;
    for (++at; at != arguments.end();) {
        auto override = parse_dotted_override(*at);
        if (override && takes_value(*std::prev(at))) override.reset();
        if (override) taken.push_back(*std::move(override));
        at = override ? arguments.erase(at) : at + 1;
    }
    return taken;
}

std::optional<Ending> OptionParser::unexpected() const {
    const auto commands = app_.get_subcommands();
    const auto* command = commands.empty() ? nullptr : commands.front();
    const auto rest = app_.remaining(true);
    if (!rest.empty()) return mistake(unexpected_option(rest.front(), app_, command));
    if (command) return std::nullopt;
    return mistake("no command: `worker`, `call`, `inspect` …; `taskworker --help` explains them");
}

std::variant<Invocation, Ending> OptionParser::parse(std::vector<std::string> arguments) {
    try {
        const auto dotted = take_dotted(arguments);
        std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
        app_.parse(std::move(arguments));
        if (auto ending = unexpected()) return *std::move(ending);
        for (const auto& text : sets_) global_.overrides.push_back(parse_set(text));
        global_.overrides.insert(global_.overrides.end(), dotted.begin(), dotted.end());
        return invocation();
    } catch (const CLI::CallForHelp&) {
        return Ending{.code = 0, .out = app_.help(), .err = ""};
    } catch (const CLI::CallForVersion& version) {
        return Ending{.code = 0, .out = std::string(version.what()) + "\n", .err = ""};
    } catch (const CLI::ParseError& error) {
        if (auto ending = unexpected(); ending && !app_.remaining(true).empty())
            return *std::move(ending);
        const auto command = app_.get_subcommands();
        const auto place = command.empty() ? std::string() : command.front()->get_name() + ": ";
        return mistake(place + error.what());
    } catch (const ConfigError& error) {
        return mistake(error.what());
    }
}

Invocation OptionParser::invocation() {
    if (!config_.empty()) global_.config = config_;
    if (call_->parsed()) return {global_, call_options_};
    if (result_->parsed()) return {global_, result_options_};
    if (inspect_->parsed() || control_->parsed() || status_->parsed()) {
        remote_options_.control = control_->parsed();
        remote_options_.status = status_->parsed();
        return {global_, remote_options_};
    }
    if (events_->parsed()) return {global_, events_options_};
    if (dlq_->parsed()) return {global_, dlq()};
    if (scheduled_->parsed()) return {global_, scheduled_options_};
    if (recover_->parsed()) return {global_, RecoverCommand{}};
    if (queues_->parsed()) return {global_, queues_options_};
    if (explain_->parsed()) return {global_, explain_options_};
    if (doctor_->parsed()) return {global_, doctor_options_};
    if (pool_child_->parsed()) return {global_, PoolChildCommand{}};
    if (!level_.empty()) {
        const auto level = log::level_from(level_);
        if (!level)
            throw ConfigError(fmt::format(
                "-l {}: must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL, FATAL", level_
            ));
        worker_options_.level = *level;
    }
    return {global_, worker_options_};
}

std::variant<Invocation, Ending> parse_options(std::vector<std::string> arguments) {
    OptionParser parser;
    return parser.parse(std::move(arguments));
}

}  // namespace taskworker

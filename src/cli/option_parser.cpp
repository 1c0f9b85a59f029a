#include "cli/option_parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>

#include "cli/help_formatter.hpp"
#include "cli/nearest.hpp"
#include "cli/unexpected_option.hpp"
#include "cli/versions.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

// `flags` as people say it: "-c,--concurrency" → "-c".
std::string first_of(std::string_view flags) {
    return std::string(flags.substr(0, std::min(flags.find(','), flags.size())));
}

std::string capitals(std::string text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    return text;
}

Ending mistake(const std::string& text) { return {.code = 2, .out = "", .err = text}; }

}  // namespace

OptionParser::OptionParser() {
    app_.formatter(std::make_shared<HelpFormatter>());
    declare_global();
    declare_worker();
    declare_worker_pool();
    declare_worker_queues();
    declare_worker_log_and_daemon();
    declare_worker_accepted();
    declare_call();
    declare_result();
    declare_remote();
    declare_dlq();
    declare_scheduled();
    declare_recover();
    declare_purge();
    declare_about_the_module();
    declare_new();
    declare_shell_files();
    pool_child_ = command("pool-child", "");
    pool_child_->group("");
    app_.allow_extras();
    app_.require_subcommand(0, 1);
}

CLI::App* OptionParser::command(const char* name, const char* does) {
    auto* made = app_.add_subcommand(name, does);
    made->fallthrough();  // `taskworker worker -A app`: Celery's old order
    made->allow_extras();
    made->group("Commands");
    return made;
}

// "a,b", also repeated; what follows it is no part of it.
CLI::Option* OptionParser::list(
    CLI::App& to, const char* flags, std::vector<std::string>& value, const char* help
) {
    return to.add_option(flags, value, help)->delimiter(',')->allow_extra_args(false);
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
        global_.overrides.push_back({name, text, origin_.empty() ? shown : origin_});
    };
    return to.add_option_function<std::string>(flags, take, help)->take_last();
}

CLI::Option* OptionParser::switch_setting(
    CLI::App& to, const char* flags, const char* name, const char* value, const char* help
) {
    const auto take = [this, name, value, shown = first_of(flags)](std::int64_t) {
        global_.overrides.push_back({name, value, origin_.empty() ? shown : origin_});
    };
    return to.add_flag_function(flags, take, help);
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
    return mistake("no command, e.g. `worker`, `call` or `result`; `taskworker --help` has all");
}

std::variant<Invocation, Ending> OptionParser::parse(
    std::vector<std::string> arguments, const Variables& environment
) {
    try {
        const auto dotted = take_dotted(arguments);
        std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
        app_.parse(std::move(arguments));
        if (auto ending = unexpected()) return *std::move(ending);
        // A pool child has its parent's options, and its parent's directory already.
        if (!pool_child_->parsed()) take_variables(app_, environment, origin_);
        for (const auto& text : sets_) global_.overrides.push_back(parse_set(text));
        global_.overrides.insert(global_.overrides.end(), dotted.begin(), dotted.end());
        if (auto text = shell_file()) return Ending{.code = 0, .out = *std::move(text), .err = ""};
        return invocation();
    } catch (const CLI::CallForHelp&) {
        return Ending{.code = 0, .out = app_.help(), .err = ""};
    } catch (const CLI::CallForVersion& version) {
        return Ending{.code = 0, .out = version_text(), .err = ""};
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
    global_.variables = all_variables(app_);
    if (call_->parsed()) {
        if (call_options_.task.empty() && call_options_.canvas.empty())
            throw ConfigError("call: TASK is required, or --canvas");
        return {global_, call_options_};
    }
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
    if (chord_->parsed()) return {global_, chord_options_};
    if (doctor_->parsed()) return {global_, doctor_options_};
    if (top_->parsed()) return {global_, top_options_};
    if (purge_->parsed()) return {global_, purge_options_};
    if (report_->parsed()) return {global_, report_options_};
    if (registered_->parsed()) return {global_, registered_options_};
    if (new_->parsed()) return {global_, new_options_};
    if (pool_child_->parsed()) return {global_, PoolChildCommand{}};
    if (!level_.empty()) {
        const auto level = log::level_from(level_);
        if (!level) {
            constexpr std::array<std::string_view, 6> kLevels = {
                "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", "FATAL"};
            throw ConfigError(fmt::format(
                "-l {}: must be one of {}{}",
                level_,
                fmt::join(kLevels, ", "),
                suggestion(nearest(capitals(level_), kLevels))
            ));
        }
        worker_options_.level = *level;
    }
    return {global_, worker_options_};
}

std::variant<Invocation, Ending> parse_options(
    std::vector<std::string> arguments, const Variables& environment
) {
    OptionParser parser;
    return parser.parse(std::move(arguments), environment);
}

}  // namespace taskworker

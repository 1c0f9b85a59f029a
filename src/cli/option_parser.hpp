#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/option_variables.hpp"
#include "cli/options.hpp"

namespace taskworker {

// The declarations behind parse_options(): CLI11's parser and what it fills. Not moved: the parser
// holds references into it.
class OptionParser {
public:
    OptionParser();
    OptionParser(const OptionParser&) = delete;
    OptionParser& operator=(const OptionParser&) = delete;

    std::variant<Invocation, Ending> parse(
        std::vector<std::string> arguments, const Variables& environment
    );

private:
    void declare_global();
    void declare_worker();
    void declare_worker_pool();
    void declare_worker_queues();
    void declare_worker_log_and_daemon();
    void declare_worker_accepted();
    void declare_call();
    void declare_result();
    void declare_remote();
    CLI::App* remote(const char* name, const char* help);
    void declare_dlq();
    void declare_scheduled();
    void declare_recover();
    DlqCommand dlq() const;
    void declare_purge();
    void declare_about_the_module();
    void declare_new();
    CLI::App* command(const char* name, const char* does);
    static CLI::Option* list(
        CLI::App& to, const char* flags, std::vector<std::string>& value, const char* help
    );
    static CLI::Option* text(CLI::App& to, const char* flags, std::string& value, const char* help);
    // A flag whose value is a setting: its text goes through the settings' own checks.
    CLI::Option* setting(CLI::App& to, const char* flags, const char* name, const char* help);
    CLI::Option* switch_setting(
        CLI::App& to, const char* flags, const char* name, const char* value, const char* help
    );

    std::vector<Override> take_dotted(std::vector<std::string>& arguments) const;
    bool takes_value(const std::string& token) const;
    std::optional<Ending> unexpected() const;
    Invocation invocation();

    CLI::App app_{"A worker in C++ that speaks Celery's protocol."};
    CLI::App* worker_ = nullptr;
    CLI::App* call_ = nullptr;
    CLI::App* result_ = nullptr;
    CLI::App* inspect_ = nullptr;
    CLI::App* control_ = nullptr;
    CLI::App* status_ = nullptr;
    CLI::App* events_ = nullptr;
    CLI::App* dlq_ = nullptr;
    CLI::App* scheduled_ = nullptr;
    CLI::App* recover_ = nullptr;
    CLI::App* queues_ = nullptr;
    CLI::App* explain_ = nullptr;
    CLI::App* chord_ = nullptr;
    CLI::App* doctor_ = nullptr;
    CLI::App* purge_ = nullptr;
    CLI::App* report_ = nullptr;
    CLI::App* registered_ = nullptr;
    CLI::App* new_ = nullptr;
    CLI::App* pool_child_ = nullptr;

    GlobalOptions global_;
    WorkerCommand worker_options_;
    CallCommand call_options_;
    ResultCommand result_options_;
    RemoteCommand remote_options_;
    EventsCommand events_options_;
    DlqCommand dlq_options_;
    ScheduledCommand scheduled_options_;
    std::string dlq_action_;
    QueuesCommand queues_options_;
    ExplainCommand explain_options_;
    ChordCommand chord_options_;
    DoctorCommand doctor_options_;
    PurgeCommand purge_options_;
    ReportCommand report_options_;
    RegisteredCommand registered_options_;
    NewCommand new_options_;
    std::string origin_;  // where the value of an option comes from, when it is a variable
    std::vector<std::string> sets_;
    std::string config_, level_, ignored_;
};

}  // namespace taskworker

#pragma once

#include "cli/options.hpp"
#include "cli/session.hpp"

namespace taskworker {

// The commands behind their options; each returns the exit code. They throw ConfigError (exit code
// 2), BrokerError and BackendError (69).
int run_worker_command(
    const GlobalOptions& global, const WorkerCommand& options, RegisterTasks linked_in
);
int run_call_command(
    const GlobalOptions& global, const CallCommand& options, RegisterTasks linked_in
);
int run_result_command(
    const GlobalOptions& global, const ResultCommand& options, RegisterTasks linked_in
);
int run_remote_command(
    const GlobalOptions& global, const RemoteCommand& options, RegisterTasks linked_in
);
int run_status_command(
    const GlobalOptions& global, const RemoteCommand& options, RegisterTasks linked_in
);
int run_events_command(
    const GlobalOptions& global, const EventsCommand& options, RegisterTasks linked_in
);
int run_dlq_command(
    const GlobalOptions& global, const DlqCommand& options, RegisterTasks linked_in
);
int run_scheduled_command(
    const GlobalOptions& global, const ScheduledCommand& options, RegisterTasks linked_in
);
int run_recover_command(const GlobalOptions& global, RegisterTasks linked_in);
int run_queues_command(
    const GlobalOptions& global, const QueuesCommand& options, RegisterTasks linked_in
);
int run_explain_command(
    const GlobalOptions& global, const ExplainCommand& options, RegisterTasks linked_in
);
int run_chord_command(
    const GlobalOptions& global, const ChordCommand& options, RegisterTasks linked_in
);
int run_doctor_command(
    const GlobalOptions& global, const DoctorCommand& options, RegisterTasks linked_in
);
int run_purge_command(
    const GlobalOptions& global, const PurgeCommand& options, RegisterTasks linked_in
);
int run_report_command(
    const GlobalOptions& global, const ReportCommand& options, RegisterTasks linked_in
);
int run_registered_command(
    const GlobalOptions& global, const RegisteredCommand& options, RegisterTasks linked_in
);
int run_new_command(const NewCommand& options);
int run_pool_child_command(const GlobalOptions& global, RegisterTasks linked_in);

}  // namespace taskworker

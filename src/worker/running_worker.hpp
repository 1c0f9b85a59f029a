#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "backend/result_backend.hpp"
#include "base/clock.hpp"
#include "base/lamport_clock.hpp"
#include "broker/queues.hpp"
#include "broker/transport.hpp"
#include "ledger/ledger.hpp"
#include "observe/event_groups.hpp"
#include "observe/event_publisher.hpp"
#include "observe/log_observer.hpp"
#include "observe/metrics.hpp"
#include "observe/metrics_http.hpp"
#include "observe/observers.hpp"
#include "observe/task_counts.hpp"
#include "pool/pool.hpp"
#include "task/resources.hpp"
#include "worker/broadcasts.hpp"
#include "worker/chord_finisher.hpp"
#include "worker/consumer.hpp"
#include "worker/control_service.hpp"
#include "worker/finisher.hpp"
#include "worker/held.hpp"
#include "worker/keeper.hpp"
#include "worker/settler.hpp"
#include "worker/worker.hpp"

namespace taskworker {

// All parts of a worker, by value, in the order in which they are built. Ends "senders before
// receivers": consumer → pool → settler → keeper. Called from main's thread, but for
// end_tasks_now(), which may hurry wait_for_tasks() along from another.
class RunningWorker {
public:
    RunningWorker(const App& app, const Settings& settings, const WorkerOptions& options);
    ~RunningWorker();

    // Tells the app's handlers.
    void tell(ProcessSignal signal);

    void connect();  // first contact; throws while Redis is away: call again
    void start();
    void tell_what_runs();  // to the log, with what all threads and children do
    bool busy() const { return held_.in_hand() > 0; }  // a task runs, or is about to
    bool failed() const { return failed_; }
    bool moves() const;  // the consumer goes round, or waits as it should: for watchdogs

    void stop_fetching();   // what had not begun goes back to its lists
    void wait_for_tasks();  // returns when nothing runs, or end_tasks_now() has done what it can
    void end_tasks_now();
    // Settles what is left and says goodbye. False: a thread still runs, leave by _exit().
    bool finish();

private:
    RunningWorker(
        const App& app,
        const Settings& settings,
        const WorkerOptions& options,
        const std::string& id
    );
    ControlParts control_parts();
    void serve_http();
    std::vector<std::string> lists_to_consume();
    Metrics::Now metrics_now() const;
    std::vector<std::pair<std::string, std::optional<std::size_t>>> queue_lengths() const;
    MetricsHttp::Health health(bool ready) const;
    Seconds since_last_fetch() const;
    void over(std::span<const std::string> tags);
    void lost(const std::string& tag, Inflight::Stage stage);
    void pool_failed(const std::string& why);
    std::optional<Settlement> instead_of(const Settlement& refused, const std::string& why) const;
    bool executes_itself() const;  // its own threads run the tasks
    void run_errbacks(const std::vector<PoolJob>& jobs);
    Settler::Then then();

    const App& app_;
    const Settings& settings_;
    const WorkerOptions& options_;
    SystemClock clock_;
    LamportClock lamport_;
    LogObserver log_;
    TaskCounts counts_;
    EventGroups event_groups_;
    Observers observer_;
    std::unique_ptr<Transport> transport_;
    std::unique_ptr<Broker> broker_;
    std::unique_ptr<Leases> consumer_leases_, keeper_leases_, control_leases_;
    std::unique_ptr<Fanout> control_fanout_, event_fanout_;
    std::unique_ptr<Revocations> revocations_;
    std::unique_ptr<ResultBackend> control_backend_;
    std::unique_ptr<Ledger> settler_ledger_, keeper_ledger_;
    std::unique_ptr<StoredEnds> stored_ends_;
    Resources resources_;
    Held held_;
    RevokedTasks revoked_;
    TaskOverrides overrides_;
    ServedQueues served_;
    Broadcasts broadcasts_;
    std::unique_ptr<Autoscaler> autoscaler_;  // none without --autoscale
    Settler settler_;
    Finisher finisher_;
    std::unique_ptr<Pool> pool_;
    ChordFinisher chord_finisher_;
    Keeper keeper_;
    Consumer consumer_;
    EventPublisher events_;
    mutable std::mutex lengths_mutex_;
    std::unique_ptr<Queues> lengths_;   // guarded by lengths_mutex_; none without worker_http
    std::unique_ptr<Metrics> metrics_;  // as these: what is asked for over HTTP
    std::unique_ptr<MetricsHttp> http_;
    std::unique_ptr<ControlService> control_;  // none without worker_enable_remote_control
    std::atomic<bool> failed_{false}, started_{false}, stopping_{false};
    std::atomic<std::uint64_t> errbacks_{0};
};

}  // namespace taskworker

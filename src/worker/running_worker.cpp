#include "worker/running_worker.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "backend/open_backend.hpp"
#include "base/log.hpp"
#include "broker/open_broker.hpp"
#include "ledger/open_ledger.hpp"
#include "lifecycle/refused.hpp"
#include "task/around.hpp"
#include "worker/cry.hpp"
#include "worker/errback_jobs.hpp"
#include "worker/make_pool.hpp"
#include "worker/stored_results.hpp"

namespace taskworker {
namespace {

using namespace std::chrono_literals;
constexpr auto kUnreadyAfter = Seconds(15);  // the consumer asks the broker every 10 s at least
constexpr auto kStuckAfter =
    Seconds(120);                   // its loop comes round within seconds, with or without a broker
constexpr auto kSettleAtEnd = 10s;  // how long our end waits for a Redis that is away

BackoffTimer settler_backoff(const Settings& settings) {
    if (!settings.result_backend_always_retry) return {};
    return {
        Millis(settings.result_backend_base_sleep_between_retries_ms),
        Millis(settings.result_backend_max_sleep_between_retries_ms)};
}

std::string fresh_worker_id() { return Luck::seeded_by_the_system().uuid(); }

// What remote control stores, and what /metrics asks, must not keep them waiting for a Redis that
// is away.
Settings impatient(Settings settings) {
    constexpr Seconds kMost{1};
    settings.redis_socket_timeout = std::min(settings.redis_socket_timeout, kMost);
    settings.redis_socket_connect_timeout = std::min(
        settings.redis_socket_connect_timeout.value_or(settings.broker_connection_timeout), kMost
    );
    settings.broker_connection_timeout = std::min(settings.broker_connection_timeout, kMost);
    auto& options = settings.broker_transport_options;
    for (const char* name : {"socket_timeout", "socket_connect_timeout"})
        options[name] = kMost.count();
    return settings;
}

std::unique_ptr<Autoscaler> autoscaler_of(const WorkerOptions& options) {
    return options.autoscale ? std::make_unique<Autoscaler>(*options.autoscale) : nullptr;
}

}  // namespace

// One id for all parts: what they write in Redis belongs together.
RunningWorker::RunningWorker(const App& app, const Settings& settings, const WorkerOptions& options)
    : RunningWorker(app, settings, options, fresh_worker_id()) {}

RunningWorker::RunningWorker(
    const App& app, const Settings& settings, const WorkerOptions& options, const std::string& id
)
    : app_(app),
      settings_(settings),
      options_(options),
      event_groups_(settings.worker_send_task_events),
      transport_(open_broker(settings, options.node, id)),
      broker_(transport_->broker()),
      consumer_leases_(transport_->leases()),
      keeper_leases_(transport_->leases()),
      control_leases_(transport_->leases()),
      control_fanout_(transport_->fanout()),
      event_fanout_(transport_->fanout()),
      revocations_(transport_->revocations()),
      control_backend_(open_backend(impatient(settings))),
      settler_ledger_(open_ledger(settings, options.node, id)),
      keeper_ledger_(open_ledger(settings, options.node, id)),
      stored_ends_(open_stored_ends(settings)),
      resources_(app, settings),
      broadcasts_([this] { return transport_->fanout(); }, clock_, options.node),
      autoscaler_(autoscaler_of(options)),
      settler_(
          *settler_ledger_,
          observer_,
          clock_,
          [this](auto tags) { over(tags); },
          [this](const Settlement& refused, const std::string& why) {
              return instead_of(refused, why);
          },
          settler_backoff(settings)
      ),
      finisher_(
          {.app = app,
           .settings = settings,
           .node = options.node,
           .clock = clock_,
           .settler = settler_,
           .held = held_,
           .observer = observer_,
           .pool_failed = [this](const std::string& why) { pool_failed(why); }}
      ),
      pool_(make_pool(app, settings, options, resources_)),
      chord_finisher_(
          {.app = app,
           .settings = settings,
           .node = options.node,
           .clock = clock_,
           .chords = open_chord_ledger(settings, id),
           .run = [this](const std::vector<PoolJob>& jobs) { run_errbacks(jobs); }}
      ),
      keeper_(
          {.app = app,
           .settings = settings,
           .node = options.node,
           .clock = clock_,
           .leases = *keeper_leases_,
           .ledger = *keeper_ledger_,
           .held = held_,
           .observer = observer_,
           .lease_lost =
               [this](const std::string& tag, Inflight::Stage stage) { lost(tag, stage); },
           .intake =
               [this] {
                   return FetchWatch::Look{
                       .room = consumer_.has_room(), .backlog = 0, .fetched = consumer_.fetched()};
               },
           .reconnect = [this] { consumer_.post(Reconnect{}); },
           .then = then()}
      ),
      consumer_(
          {.app = app,
           .settings = settings,
           .clock = clock_,
           .broker = *broker_,
           .leases = *consumer_leases_,
           .pool = *pool_,
           .held = held_,
           .finisher = finisher_,
           .observer = observer_,
           .revoked = revoked_,
           .overrides = overrides_,
           .served = served_,
           .ends = *stored_ends_,
           .autoscaler = autoscaler_.get(),
           .work_came = [this] { keeper_.work_came(); }}
      ),
      events_(
          {.fanout = *event_fanout_,
           .groups = event_groups_,
           .lamport = lamport_,
           .clock = clock_,
           .node = options.node,
           .exchange = settings.event_exchange,
           .heartbeat = options.heartbeat,
           .load =
               [this] {
                   return WorkerNews::Load{
                       .active = held_.running(), .processed = counts_.total(), .averages = {}};
               }}
      ) {
    offer_stored_results(resources_);
    observer_.add(log_);
    observer_.add(counts_);
    observer_.add(events_);
    if (!settings.worker_http.empty()) serve_http();
    if (settings.worker_enable_remote_control)
        control_ = std::make_unique<ControlService>(control_parts());
}

// Before the first contact with the broker: /startupz is asked then.
void RunningWorker::serve_http() {
    lengths_ = open_queues(impatient(settings_), "metrics");
    metrics_ =
        std::make_unique<Metrics>(options_.node, app_.names(), [this] { return metrics_now(); });
    observer_.add(*metrics_);
    http_ = std::make_unique<MetricsHttp>(
        settings_.worker_http,
        MetricsHttp::Pages{
            .metrics = [this] { return metrics_->text(); },
            .live = [this] { return health(false); },
            .ready = [this] { return health(true); },
            .started =
                [this] {
                    return started_ ? MetricsHttp::Health{}
                                    : MetricsHttp::Health{false, "not connected yet"};
                }}
    );
}

Seconds RunningWorker::since_last_fetch() const {
    const auto last = consumer_.last_fetch();
    return last == SteadyPoint{} ? Seconds(0) : Seconds(clock_.ticks() - last);
}

Metrics::Now RunningWorker::metrics_now() const {
    return {
        .active = held_.running(),
        .waiting = pool_->waiting(),
        .processes = pool_->processes().size(),
        .since_last_fetch = since_last_fetch().count(),
        .events_dropped = events_.dropped(),
        .up = started_ && !failed_,
        .queues = queue_lengths()};
}

// A Redis that is away must not take the other numbers with it.
std::vector<std::pair<std::string, std::optional<std::size_t>>> RunningWorker::queue_lengths(
) const {
    std::vector<std::pair<std::string, std::optional<std::size_t>>> lengths;
    const std::lock_guard lock(lengths_mutex_);
    for (const auto& queue : served_.get()) lengths.emplace_back(queue, std::nullopt);
    try {
        for (auto& [queue, length] : lengths) length = lengths_->size(queue);
    } catch (const Error& error) {
        log::debug("metrics: {}", error.what());
    }
    return lengths;
}

bool RunningWorker::moves() const {
    return !started_ || stopping_ || clock_.ticks() - consumer_.last_turn() < kStuckAfter;
}

// Live: the process does something. Ready: it also reaches the broker and takes work.
MetricsHttp::Health RunningWorker::health(bool ready) const {
    if (failed_) return {false, "the pool cannot go on"};
    if (!ready) return {};
    if (!started_) return {false, "not connected yet"};
    if (stopping_) return {false, "shutting down"};
    if (since_last_fetch() > kUnreadyAfter)
        return {false, "the broker has not answered for a while"};
    return {};
}

ControlParts RunningWorker::control_parts() {
    return {
        .app = app_,
        .settings = settings_,
        .node = options_.node,
        .clock = clock_,
        .lamport = lamport_,
        .fanout = *control_fanout_,
        .revocations = *revocations_,
        .leases = *control_leases_,
        .backend = *control_backend_,
        .pool = *pool_,
        .held = held_,
        .finisher = finisher_,
        .consumer = consumer_,
        .broadcasts = broadcasts_,
        .autoscaler = autoscaler_.get(),
        .revoked = revoked_,
        .overrides = overrides_,
        .served = served_,
        .counts = counts_,
        .events = event_groups_,
        .heartbeat = [this] { events_.beat(); },
        .conf = options_.conf,
        .report = options_.report,
        .shut_down = [] { ::kill(::getpid(), SIGTERM); }};
}

RunningWorker::~RunningWorker() = default;

void RunningWorker::connect() { keeper_.announce(); }

void RunningWorker::tell(ProcessSignal signal) {
    for (const auto& complaint : taskworker::tell(signal, resources_, options_.node))
        log::error("{}", complaint);
}

bool RunningWorker::executes_itself() const {
    return settings_.worker_pool != "prefork" && settings_.worker_pool != "processes";
}

std::optional<Settlement> RunningWorker::instead_of(
    const Settlement& refused, const std::string& why
) const {
    const auto delivery = held_.find(refused.tag);
    return delivery ? settle_refused(refused, *delivery, why, clock_.now()) : std::nullopt;
}

void RunningWorker::start() {
    events_.start();
    if (executes_itself()) tell(process_start);
    pool_->start(finisher_);
    settler_.then(then());
    settler_.start();
    chord_finisher_.start();
    keeper_.start();
    consumer_.start(lists_to_consume());
    started_ = true;
    if (!control_) return;
    control_->connect();
    control_->start();
}

// Broadcast queues are listened to from now on.
std::vector<std::string> RunningWorker::lists_to_consume() {
    auto queues = options_.queues;
    if (queues.empty()) queues.push_back(settings_.task_default_queue);
    const QueueTable table(settings_, options_.node);
    for (auto& name : queues)
        if (const auto queue = table.describe(name); queue.is_broadcast())
            name = broadcasts_.add(queue);
    return queues;
}

void RunningWorker::tell_what_runs() {
    for (const auto& line : cry(held_.snapshot(), pool_->waiting(), pool_->processes()))
        log::warning("{}", line);
}

void RunningWorker::stop_fetching() {
    stopping_ = true;
    broadcasts_.stop();
    consumer_.stop();
}

void RunningWorker::wait_for_tasks() { pool_->stop(SteadyPoint::max()); }

void RunningWorker::end_tasks_now() {
    finisher_.going_down();
    pool_->stop(clock_.ticks());
}

bool RunningWorker::finish() {
    for (const auto& entry : held_.snapshot()) {
        if (entry.stage == Inflight::Stage::Settling) continue;
        if (entry.stage == Inflight::Stage::Started)
            finisher_.abandon(entry, app_.find(entry.delivery->request.task));
    }
    if (const auto n = finisher_.handed_back(); n > 0)
        log::warning("Restoring {} unacknowledged message(s)", n);
    if (const auto left = settler_.stop(clock_.ticks() + kSettleAtEnd); left > 0)
        log::error("{} result(s) could not be stored; their tasks will be run again", left);
    chord_finisher_.stop();
    broadcasts_.forget();
    if (control_) control_->stop();
    events_.stop();
    keeper_.stop();
    if (executes_itself()) tell(process_stop);
    tell(worker_shutdown);
    return pool_->stuck() == 0;
}

void RunningWorker::over(std::span<const std::string> tags) {
    held_.remove(tags);
    consumer_.room_freed();
}

// What runs goes on: its end will be refused. What has not begun must not begin.
void RunningWorker::lost(const std::string& tag, Inflight::Stage stage) {
    if (stage == Inflight::Stage::Reserved) pool_->cancel(tag, SIGKILL);
    log::warning("lease lost: {} (another worker has the task now)", tag);
}

Settler::Then RunningWorker::then() {
    return {
        .chords_complete = [this](std::vector<std::string> groups
                           ) { chord_finisher_.finish(std::move(groups)); },
        .run = [this](const std::vector<PoolJob>& jobs) { run_errbacks(jobs); }};
}

void RunningWorker::run_errbacks(const std::vector<PoolJob>& jobs) {
    std::vector<Job> ready;
    for (const auto& one : jobs)
        if (auto job = job_of(one, app_, std::to_string(++errbacks_)))
            ready.push_back(std::move(*job));
    if (!ready.empty()) pool_->submit(std::move(ready));
}

void RunningWorker::pool_failed(const std::string& why) {
    log::critical("The pool cannot go on: {}. Shutting down.", why);
    failed_ = true;
    ::kill(::getpid(), SIGTERM);
}

}  // namespace taskworker

#include "observe/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>
#include <set>
#include <string_view>

namespace taskworker {
namespace {

using Labels = prometheus::Labels;
using Counters = prometheus::Family<prometheus::Counter>;
using Gauges = prometheus::Family<prometheus::Gauge>;

// The client library's default buckets, which celery-exporter uses, and finer ones below them: most
// C++ tasks end within a millisecond.
const prometheus::Histogram::BucketBoundaries kBuckets = {
    0.0001,
    0.0005,
    0.001,
    0.005,
    0.01,
    0.025,
    0.05,
    0.075,
    0.1,
    0.25,
    0.5,
    0.75,
    1.0,
    2.5,
    5.0,
    7.5,
    10.0,
    60.0};

constexpr const char* kOther = "other";
constexpr std::size_t kMostQueues = 200;

std::string host_of(const std::string& node) {
    const auto at = node.find('@');
    return at == node.npos ? node : node.substr(at + 1);
}

// "ValueError('boom')" → "ValueError"
std::string class_of(std::string_view exception) {
    return std::string(exception.substr(0, exception.find('(')));
}

Counters& counters(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

Gauges& gauges(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

// Consumers, workers and processes are those of this worker: add them up over all workers.
void set_queues(prometheus::Registry& registry, const Metrics::Now& now) {
    auto& length = gauges(registry, "celery_queue_length", "Messages that wait in the queue");
    auto& consumers =
        gauges(registry, "celery_active_consumer_count", "Consumers of the queue in this worker");
    auto& workers =
        gauges(registry, "celery_active_worker_count", "1: this worker consumes the queue");
    auto& processes = gauges(
        registry, "celery_active_process_count", "Processes of this worker that serve the queue"
    );
    for (const auto& [queue, messages] : now.queues) {
        const Labels labels{{"queue_name", queue}};
        if (messages) length.Add(labels).Set(static_cast<double>(*messages));
        consumers.Add(labels).Set(1);
        workers.Add(labels).Set(1);
        processes.Add(labels).Set(static_cast<double>(now.processes));
    }
}

}  // namespace

struct Metrics::State {
    State(const std::string& node, std::vector<std::string> known, std::function<Now()> look)
        : hostname(host_of(node)),
          names(known.begin(), known.end()),
          now(std::move(look)),
          own{{"hostname", hostname}, {"worker", node}} {
        for (auto* family : {&dead_letters, &lost_leases, &lost_processes, &hard_limits})
            family->Add(own);
    }

    Labels of(const Event& event) {
        return {
            {"name", names.contains(event.name) ? event.name : kOther},
            {"hostname", hostname},
            {"queue_name", queue_label(event.queue)}};
    }

    // What tasks send may go to any queue; what we receive comes from ours.
    std::string queue_label(const std::string& queue) {
        const std::lock_guard lock(mutex);
        if (queues.size() < kMostQueues) queues.insert(queue);
        return queues.contains(queue) ? queue : kOther;
    }

    // Rates of what has not happened yet need a zero to begin with, as celery-exporter gives it.
    void first_seen(const Labels& labels) {
        for (auto* family : {&started, &succeeded, &retried, &rejected, &revoked})
            family->Add(labels);
    }

    const std::string hostname;
    const std::set<std::string> names;
    const std::function<Now()> now;
    const Labels own;
    std::mutex mutex;
    std::set<std::string> queues;  // guarded by mutex
    prometheus::Registry registry;
    Counters& sent = counters(registry, "celery_task_sent_total", "Tasks that tasks of ours sent");
    Counters& received = counters(registry, "celery_task_received_total", "Tasks received");
    Counters& started = counters(registry, "celery_task_started_total", "Tasks begun");
    Counters& succeeded = counters(registry, "celery_task_succeeded_total", "Tasks that succeeded");
    Counters& failed = counters(registry, "celery_task_failed_total", "Tasks that failed");
    Counters& retried = counters(registry, "celery_task_retried_total", "Tasks that retry");
    Counters& rejected = counters(registry, "celery_task_rejected_total", "Tasks rejected");
    Counters& revoked = counters(registry, "celery_task_revoked_total", "Tasks revoked or expired");
    prometheus::Family<prometheus::Histogram>& runtime = prometheus::BuildHistogram()
                                                             .Name("celery_task_runtime")
                                                             .Help("Seconds that tasks ran")
                                                             .Register(registry);
    Counters& dead_letters =
        counters(registry, "taskworker_dead_letters_total", "Messages that became dead letters");
    Counters& lost_leases = counters(
        registry,
        "taskworker_leases_lost_total",
        "Tasks that another worker took over from this one"
    );
    Counters& lost_processes =
        counters(registry, "taskworker_processes_lost_total", "Children that died with a task");
    Counters& hard_limits =
        counters(registry, "taskworker_hard_limits_total", "Tasks ended by their time limit");
    Gauges& up = gauges(registry, "celery_worker_up", "The worker is there");
    Gauges& active = gauges(registry, "celery_worker_tasks_active", "Tasks that run");
    Gauges& waiting = gauges(registry, "taskworker_tasks_reserved", "Tasks that wait for a slot");
    Gauges& processes = gauges(registry, "taskworker_processes", "Executing processes");
    Gauges& fetched =
        gauges(registry, "taskworker_last_fetch_seconds", "Seconds since the broker was asked");
    Gauges& dropped =
        gauges(registry, "taskworker_events_dropped", "Events that no monitor will see");
};

Metrics::Metrics(const std::string& node, std::vector<std::string> names, std::function<Now()> now)
    : state_(std::make_unique<State>(node, std::move(names), std::move(now))) {}

Metrics::~Metrics() = default;

void Metrics::on(const Event& event) {
    using Type = Event::Type;
    auto& s = *state_;
    switch (event.type) {
        case Type::TaskReceived:
            s.first_seen(s.of(event));
            return s.received.Add(s.of(event)).Increment();
        case Type::TaskSent:
            return s.sent.Add(s.of(event)).Increment();
        case Type::TaskStarted:
            return s.started.Add(s.of(event)).Increment();
        case Type::TaskSucceeded:
            s.succeeded.Add(s.of(event)).Increment();
            return s.runtime.Add(s.of(event), kBuckets).Observe(event.runtime.value_or(0));
        case Type::TaskFailed:
        case Type::TaskUnregistered: {
            auto labels = s.of(event);
            labels["exception"] = class_of(event.exception);
            return s.failed.Add(labels).Increment();
        }
        case Type::TaskRetried:
            return s.retried.Add(s.of(event)).Increment();
        case Type::TaskRejected:
            return s.rejected.Add(s.of(event)).Increment();
        case Type::TaskRevoked:
            return s.revoked.Add(s.of(event)).Increment();
        case Type::Discarded:
        case Type::DeadLettered:
            return s.dead_letters.Add(s.own).Increment();
        case Type::LeaseLost:
            return s.lost_leases.Add(s.own).Increment();
        case Type::WorkerLost:
            return s.lost_processes.Add(s.own).Increment();
        case Type::HardLimit:
            return s.hard_limits.Add(s.own).Increment();
        default:
            return;
    }
}

std::string Metrics::text() const {
    auto& s = *state_;
    const auto now = s.now ? s.now() : Now{};
    s.up.Add(s.own).Set(now.up ? 1 : 0);
    s.active.Add(s.own).Set(static_cast<double>(now.active));
    s.waiting.Add(s.own).Set(static_cast<double>(now.waiting));
    s.processes.Add(s.own).Set(static_cast<double>(now.processes));
    s.fetched.Add(s.own).Set(now.since_last_fetch);
    s.dropped.Add(s.own).Set(static_cast<double>(now.events_dropped));
    // Anew each time: a queue that is given up is gone.
    prometheus::Registry queues;
    set_queues(queues, now);
    const prometheus::TextSerializer text;
    return text.Serialize(s.registry.Collect()) + text.Serialize(queues.Collect());
}

}  // namespace taskworker

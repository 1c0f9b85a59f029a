#pragma once

#include <optional>
#include <string>

#include "taskworker/json.hpp"
#include "taskworker/time.hpp"

namespace taskworker {

// Something that happened to a task or to the worker. One stream feeds the log, metrics and
// celeryev; types and fields are those of celery/events (wire §8.2), a few types are our own
// (`taskworker-*`).
struct Event {
    enum class Type {
        TaskReceived,
        TaskStarted,
        TaskSucceeded,
        TaskFailed,
        TaskRetried,
        TaskRejected,
        TaskRevoked,
        TaskIgnored,
        TaskUnregistered,
        TaskCustom,
        Discarded,  // malformed message to the dead-letter list
        LeaseLost,  // somebody else has the task now: our effects were dropped
        SoftLimit,
        HardLimit,
        WorkerLost,
        Redelivered,  // a dead worker's task was handed back
        DeadLettered,
        ErrbacksNotCalled,  // a signature that cannot be sent
        TaskSent,           // by a task of ours, or because of its end
    };
    Type type;
    TimePoint at{};
    std::string uuid = {}, name = {};
    std::string root_id = {}, parent_id = {};
    std::string queue = {};                             // it came from; of TaskSent: goes to
    std::optional<std::string> args = {}, kwargs = {};  // reprs
    int retries = 0;
    std::optional<std::string> eta = {}, expires = {};
    std::string result = {};     // repr of a success
    std::string exception = {};  // repr: Name('text')
    std::string traceback = {};
    std::string reason = {};             // retry text, reject reason, why discarded
    std::optional<double> runtime = {};  // seconds
    std::optional<double> limit = {};    // of SoftLimit and HardLimit, seconds
    bool expected = false;               // failure in `throws`
    bool requeue = false, terminated = false, expired = false;
    int pid = 0;
    std::string process = {};      // that ran it, as logs name it; empty: the main one
    std::string custom_type = {};  // of TaskCustom
    Json fields = {};  // of TaskCustom; of Discarded: queue, head; of TaskSent: exchange …
    bool logged = true;  // false: another line says it, this is for metrics and celeryev only
    bool sent = true;    // false: Celery has no such event (or the task's send_events is off)
    bool operator==(const Event&) const = default;
};

}  // namespace taskworker

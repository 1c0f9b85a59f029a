#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "taskworker/export.hpp"
#include "taskworker/json.hpp"
#include "taskworker/time.hpp"

namespace taskworker {

// How one execution ended. A value: execute() makes it where the task ran, settle() turns it into
// effects. Exceptions exist on the task author's side of execute() only.

struct Success {
    Json value;
    std::string encoded = {};  // `value` as it will be stored; made where the task ran
    std::string repr = {};     // `value` as Python prints it, at most 1,024 characters
    bool operator==(const Success&) const = default;
};

// An error as a result document carries it: Python rebuilds type(*args) from it.
struct Failure {
    std::string type = "Exception";  // ValueError, SmsGatewayError, …
    std::string module =
        "builtins";  // where Python looks for the class; made up there if not found
    Json args = Json::array();
    std::string message = {};    // str() of the exception
    std::string traceback = {};  // ends with "Type: message"; empty = null (Celery's own errors)
    bool expected = false;       // its class is in the task's `throws`: logged without a traceback
    bool operator==(const Failure&) const = default;
};

// The task goes back to its queue. Already decided: retries are left, `eta` has backoff and dice in
// it.
struct RetryLater {
    std::optional<TimePoint> eta = {};      // none: at once (countdown = 0)
    std::optional<Seconds> countdown = {};  // as the log line says it: "Retry in 1s"
    std::optional<Failure> cause = {};  // what Celery calls exc; none: the stored result is null
    std::string message = {};           // replaces the log text when the author gave one
    std::optional<Json> args = {}, kwargs = {};  // other arguments than the ones received
    std::optional<int> priority = {};
    std::optional<std::string> queue = {};  // another queue than the one it came from
    std::optional<Seconds> expires = {};    // from now on
    std::optional<Seconds> time_limit = {}, soft_time_limit = {};
    Json headers = Json::object();  // custom headers added
    std::string traceback = {};
    bool operator==(const RetryLater&) const = default;
};

struct Rejected {
    bool requeue = false;
    std::string reason = {};
    bool operator==(const Rejected&) const = default;
};

struct Ignored {
    bool operator==(const Ignored&) const = default;
};

struct Revoked {
    enum class Why { Revoked, Expired, Terminated };
    Why why = Why::Revoked;
    bool operator==(const Revoked&) const = default;
};

// Nobody runs it here: the name is not registered. FAILURE NotRegistered.
struct Unregistered {
    bool operator==(const Unregistered&) const = default;
};

// The body cannot be read (found only when it was opened): goes to the dead-letter list as it is.
struct Undecodable {
    std::string why;
    bool operator==(const Undecodable&) const = default;
};

// Another signature takes its place, its id, its links and its place in a group.
struct Replaced {
    Json signature;  // Celery's dict form
    bool operator==(const Replaced&) const = default;
};

using Outcome = std::variant<
    Success,
    Failure,
    RetryLater,
    Rejected,
    Ignored,
    Revoked,
    Unregistered,
    Undecodable,
    Replaced>;

// Celery's word for it: "SUCCESS", "FAILURE", "RETRY", "REJECTED", "IGNORED", "REVOKED". A task
// that cannot be run has failed.
TASKWORKER_EXPORT std::string_view state_of(const Outcome& outcome);

}  // namespace taskworker

#pragma once

#include <string>
#include <tuple>
#include <type_traits>

#include "taskworker/json.hpp"

namespace taskworker {

// A call that has not been made yet: Celery's Signature, member by member (wire form:
// celery/canvas.py). A value; task.hpp makes it: `shop::send_sms.s("138…", "1234")`.
struct Signature {
    std::string task;
    Json args = Json::array();
    Json kwargs = Json::object();
    Json options = Json::object();  // of apply_async: queue, countdown, priority, link …
    Json subtask_type = nullptr;    // null, "chain", "group", "chord" …
    bool immutable = false;         // .si(): takes no result of the task before it
    bool operator==(const Signature&) const = default;
};

// A signature whose result type is known.
template <class R>
struct TypedSignature : Signature {
    using result_type = R;
};

// A call of a Task<F> with the positional arguments of types Given...; keywords are not in the
// list. `complete`: it can be sent as it is. `follows<Prev>`: it can stand behind a task that
// returns Prev.
template <class F, class Given, bool Immutable>
struct Call;

}  // namespace taskworker

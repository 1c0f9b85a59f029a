#include "task/execute.hpp"

#include <chrono>
#include <new>

#include "message/decode.hpp"
#include "message/python_json.hpp"
#include "message/python_repr.hpp"
#include "task/around.hpp"
#include "task/bind_arguments.hpp"
#include "task/context_state.hpp"
#include "task/errback_call.hpp"
#include "task/error_info.hpp"
#include "task/retry_plan.hpp"
#include "task/run_request.hpp"
#include "task/send.hpp"
#include "taskworker/canvas.hpp"

namespace taskworker {
namespace {

Outcome retried(std::variant<RetryLater, Failure> plan) {
    return std::visit(
        [](auto&& end) -> Outcome { return std::forward<decltype(end)>(end); }, std::move(plan)
    );
}

Outcome succeeded(const TaskDef& task, Json value) {
    try {
        Success success;
        success.encoded = to_json_text(value);
        success.repr = python_repr(value);
        success.value = std::move(value);
        return success;
    } catch (const EncodeError& refused) {
        return python_error(
            "EncodeError", "kombu.exceptions", Json::array({refused.what()}), task.name
        );
    }
}

Outcome failed(
    const TaskDef& task,
    const Request& request,
    const std::exception_ptr& error,
    const Moment& moment
) {
    auto failure = describe_error(error, task.name, task.options.throws);
    const bool again = task.options.autoretry_for.matches(error) &&
                       !task.options.dont_autoretry_for.matches(error);
    return again ? retried(plan_retry(task, request, {}, std::move(failure), moment))
                 : Outcome(std::move(failure));
}

// What cannot take a task's place is refused where Celery refuses it: in the task.
Outcome replaced(const TaskDef& task, const Replacement& replacement) {
    Replaced outcome{signature_to_json(replacement.signature)};
    const auto wrong = check_replacement(outcome.signature);
    if (!wrong) return outcome;
    return python_error(wrong->type, wrong->module, wrong->args, task.name);
}

// What the body threw. Ignore, Reject and Retry pass autoretry by: with autoretry_for=(Exception,)
// Celery retries a Reject, which nobody wants. Wrong arguments do not become right by trying again.
Outcome thrown(const TaskDef& task, const Request& request, const Moment& moment) {
    const std::exception_ptr error = std::current_exception();
    try {
        std::rethrow_exception(error);
    } catch (const Retry& retry) {
        const auto& cause = retry.options.cause.error();
        std::optional<Failure> failure;
        if (cause) failure = describe_error(cause, task.name, task.options.throws);
        return retried(plan_retry(task, request, retry.options, std::move(failure), moment));
    } catch (const Reject& reject) {
        return Rejected{reject.requeue, reject.reason};
    } catch (const Ignore&) {
        return Ignored{};
    } catch (const Replacement& replacement) {
        return replaced(task, replacement);
    } catch (const TaskStopped&) {
        return Revoked{Revoked::Why::Terminated};
    } catch (const BadArgument&) {
        return describe_error(error, task.name);
    } catch (...) {
        return failed(task, request, error, moment);
    }
}

Outcome run_body(
    const TaskDef& task, const Request& request, Context& context, const Moment& moment
) {
    const auto begin = std::chrono::steady_clock::now();
    try {
        if (task.options.before_start) task.options.before_start(context);
        auto bound = bind_arguments(task, request.args, request.kwargs);
        if (const auto* wrong = std::get_if<BindError>(&bound))
            return python_error("TypeError", "builtins", Json::array({wrong->why}), task.name);
        return succeeded(task, task.invoke(context, std::get<std::vector<Json>>(bound)));
    } catch (...) {
        // A countdown is counted from the end of the attempt.
        const Seconds ran = std::chrono::steady_clock::now() - begin;
        return thrown(
            task, request, Moment{moment.now + ran, moment.luck, moment.node, moment.settings}
        );
    }
}

Outcome called(
    const TaskDef& task,
    const Request& request,
    TaskPort& port,
    Resources& resources,
    const Moment& moment,
    const Message* message = nullptr
) {
    ContextState state(request, port, resources, moment, message);
    Context context(state);
    const Around around(task, resources.app(), port, context);
    around.begin();
    auto outcome = run_body(task, request, context, moment);
    around.end(outcome);
    return outcome;
}

// The last line of defence: what a bug of ours throws ends this task, not the process.
template <class Run>
Outcome contained(const TaskDef& task, Run run) {
    try {
        return run();
    } catch (const std::bad_alloc&) {
        Failure failure;
        failure.type = "MemoryError";
        failure.traceback = "MemoryError\n";
        return failure;
    } catch (const std::exception& broken) {
        return python_error("RuntimeError", "builtins", Json::array({broken.what()}), task.name);
    }
}

}  // namespace

Outcome run_request(
    const TaskDef& task,
    const Request& request,
    TaskPort& port,
    Resources& resources,
    const Moment& moment
) {
    return contained(task, [&] { return called(task, request, port, resources, moment); });
}

Outcome execute(
    const TaskDef& task,
    const Delivery& delivery,
    TaskPort& port,
    Resources& resources,
    const Moment& moment
) {
    return contained(task, [&]() -> Outcome {
        Request request = delivery.request;
        // Asked again right before the start: it may have waited for its slot (request.py:
        // maybe_expire).
        if (request.expires_at && moment.now > *request.expires_at)
            return Revoked{Revoked::Why::Expired};
        if (request.hostname.empty()) request.hostname = moment.node;
        if (auto malformed = decode_body(delivery.message, request))
            return Undecodable{malformed->why};
        auto outcome = called(task, request, port, resources, moment, &delivery.message);
        if (const auto* failure = std::get_if<Failure>(&outcome))
            call_errbacks(request, *failure, port, resources, moment);
        return outcome;
    });
}

}  // namespace taskworker

#include "task/chord_unlock.hpp"

#include <chrono>
#include <utility>

#include "canvas/finish_chord.hpp"
#include "canvas/signature_json.hpp"
#include "message/python_json.hpp"
#include "task/context_access.hpp"
#include "task/errback_call.hpp"
#include "task/stored_results.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

constexpr int kErrorLevel = 4;  // spdlog's

bool has_ended(const std::optional<ResultRecord>& record) {
    return record && (record->status == "SUCCESS" || record->status == "FAILURE" ||
                      record->status == "REVOKED");
}

// What the task was given (celery/app/builtins.py: unlock_chord).
struct Unlock {
    std::string group;
    Json body, interval, max_retries, results;
};

TakenChord as_chord(const Unlock& unlock, const CurrentTask& current) {
    auto tree = Json::object();
    tree["result"] =
        Json::array({Json::array({unlock.group, nullptr}), Json(canvas::as_list(unlock.results))});
    TakenChord chord;
    chord.group_id = unlock.group;
    chord.note = chord_note(unlock.body, current);
    chord.saved = to_json_text(tree);
    chord.polled = true;
    return chord;
}

Retry look_again(Context& context, const Unlock& unlock) {
    RetryOptions options;
    const bool own = unlock.interval.is_number() && unlock.interval.get<double>() >= 0;
    options.countdown = own ? Seconds(unlock.interval.get<double>())
                            : context.settings().result_chord_retry_interval;
    options.max_retries =
        unlock.max_retries.is_number_integer() ? unlock.max_retries.get<int>() : forever;
    return context.retry(std::move(options));
}

void end_chord(
    ContextState& state, StoredResults& results, const ChordEnd& end, const Moment& now
) {
    state.send(end.dispatch);
    if (!end.error.empty())
        state.port.log(state.request, kErrorLevel, "Chord raised: ChordError(" + end.error + ")");
    for (const auto& record : end.store) results.store(record);
    for (const auto& call : end.errbacks) {
        Request failed;
        failed.id = call.id;
        failed.task = call.task;
        failed.root_id = call.id;
        failed.errbacks = Json::array({call.errback});
        call_errbacks(failed, call.failure, state.port, state.resources, now);
    }
}

void unlock_chord(Context& context, const Unlock& unlock) {
    auto& state = ContextAccess::of(context);
    auto& results = *static_cast<StoredResults*>(state.resources.get(typeid(StoredResults)));
    const auto& request = context.request();
    auto chord = as_chord(
        unlock, {request.id, request.root_id.value_or(request.id), request.delivery_info.priority}
    );
    for (const auto& id : missing_results(chord)) {
        const auto record = results.load(id);
        if (!has_ended(record)) throw look_again(context, unlock);
        chord.documents[id] = encode_result(*record);
    }
    auto luck = Luck::seeded_by_the_system();
    const Moment now{
        std::chrono::system_clock::now(),
        luck,
        request.hostname,
        context.settings(),
        errbacks_in(state.resources.app())};
    const auto decided = finish_chord(chord, false, now);
    if (const auto* end = std::get_if<ChordEnd>(&decided)) end_chord(state, results, *end, now);
}

}  // namespace

TaskDef chord_unlock_task() {
    using Kind = Parameter::Kind;
    TaskDef task;
    task.name = "celery.chord_unlock";
    task.signature = "(…)";
    task.options.ignore_result = true;
    task.parameters = {
        {"group_id", Kind::Plain, true, nullptr},
        {"callback", Kind::Plain, true, nullptr},
        {"interval", Kind::Plain, false, nullptr},
        {"max_retries", Kind::Plain, false, nullptr},
        {"result", Kind::Plain, false, nullptr},
        {"kwargs", Kind::Kwargs, false, nullptr}};
    task.invoke = [](Context& context, std::vector<Json>& bound) -> Json {
        unlock_chord(
            context, {canvas::text_or(bound[0], ""), bound[1], bound[2], bound[3], bound[4]}
        );
        return nullptr;
    };
    return task;
}

}  // namespace taskworker

// revoke, terminate, revoke_by_stamped_headers, hello.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/iso_time.hpp"
#include "base/log.hpp"
#include "lifecycle/records.hpp"
#include "message/python_repr.hpp"
#include "taskworker/errors.hpp"
#include "worker/control_commands.hpp"

namespace taskworker {
namespace {

constexpr std::size_t kStoredAtOnce = 20;  // before the reply; a longer list is worked off after it

ResultRecord revoked_record(const std::string& id, TimePoint now) {
    ResultRecord record;
    record.id = id;
    record.status = "REVOKED";
    record.result = encode_failure(revoked_failure(Revoked::Why::Revoked));
    record.children = "null";
    record.date_done = format_iso_time(now);
    return record;
}

std::string set_repr(const std::vector<std::string>& ids) {
    if (ids.empty()) return "set()";
    std::string text = "{";
    for (const auto& id : ids) text += (text.size() > 1 ? ", " : "") + quoted_repr(id);
    return text + "}";
}

std::vector<std::string> without_doubles(std::vector<std::string> ids) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

// Ends a task that is in hand; returns whether it was there.
bool end_task(ControlState& state, const Inflight::Entry& entry, int signal) {
    const auto& tag = entry.delivery->tag;
    if (entry.stage == Inflight::Stage::Started) {
        log::info("Terminating {} ({})", entry.delivery->request.id, signal);
        state.with.finisher.terminating(tag, signal);
        state.with.pool.cancel(tag, signal);
        return true;
    }
    if (entry.stage != Inflight::Stage::Reserved) return false;
    // Its turn never comes. If it begins at this moment the signal follows it.
    state.with.finisher.terminating(tag, signal);
    state.with.pool.cancel(tag, signal);
    return true;
}

Json flag(ControlState& state, std::vector<std::string> ids, bool terminate, int signal) {
    ids = without_doubles(std::move(ids));
    revoke_ids(state, ids, kStoredAtOnce);
    const std::set<std::string> wanted(ids.begin(), ids.end());
    std::string terminated;
    for (const auto& entry : state.with.held.snapshot()) {
        const auto& id = entry.delivery->request.id;
        if (!wanted.contains(id)) continue;
        if (!terminate) {
            if (entry.stage == Inflight::Stage::Reserved)
                state.with.pool.cancel(entry.delivery->tag, 0);
        } else if (end_task(state, entry, signal)) {
            terminated += (terminated.empty() ? "" : ", ") + id;
        }
    }
    if (terminate)
        return ok(terminated.empty() ? "terminate: tasks unknown" : "terminate: " + terminated);
    log::info("Tasks flagged as revoked: {}", fmt::join(ids, ", "));
    return ok(fmt::format("tasks {} flagged as revoked", set_repr(ids)));
}

// {"header": value or values}, or ["header=value", …] as the command line has it.
Json headers_of(const ControlArguments& arguments) {
    const auto& given = arguments.required("headers");
    if (given.is_object()) return given;
    Json headers = Json::object();
    for (const auto& pair : arguments.texts("headers")) {
        const auto sign = pair.find('=');
        if (sign == pair.npos) throw CommandError("IndexError", "list index out of range");
        headers[pair.substr(0, sign)] = pair.substr(sign + 1, pair.find('=', sign + 1) - sign - 1);
    }
    return headers;
}

}  // namespace

void revoke_ids(ControlState& state, const std::vector<std::string>& ids, std::size_t at_once) {
    auto& with = state.with;
    with.revoked.add(ids, with.clock.ticks());
    try {
        with.revocations.add(ids, with.clock.now());
    } catch (const BrokerError& error) {
        log::warning("control: revoked ids could not be kept for other workers: {}", error.what());
    }
    state.to_store.insert(state.to_store.end(), ids.begin(), ids.end());
    store_revoked(state, at_once);
}

// celery/worker/control.py: _revoke. A SUCCESS that is stored stays.
void store_revoked(ControlState& state, std::size_t most) {
    auto& waiting = state.to_store;
    try {
        for (; most > 0 && !waiting.empty(); --most) {
            state.with.backend.store(revoked_record(waiting.back(), state.with.clock.now()));
            waiting.pop_back();
        }
    } catch (const BackendError& error) {
        log::warning(
            "Failed to mark {} task(s) as revoked in backend: {}", waiting.size(), error.what()
        );
        waiting.clear();
    }
}

Json revoke_command(ControlState& state, const ControlArguments& arguments) {
    const bool terminate = arguments.truth("terminate");
    const int signal = terminate ? signal_number(arguments.find("signal")) : 0;
    return flag(state, arguments.texts("task_id"), terminate, signal);
}

Json terminate_command(ControlState& state, const ControlArguments& arguments) {
    arguments.required("signal");
    const int signal = signal_number(arguments.find("signal"));
    return flag(state, arguments.texts("task_id"), true, signal);
}

Json revoke_by_stamps_command(ControlState& state, const ControlArguments& arguments) {
    const auto headers = headers_of(arguments);
    const bool terminate = arguments.truth("terminate");
    const int signal = signal_number(arguments.find("signal"));
    for (const auto& [header, value] : headers.items())
        state.with.revoked.add_stamps(header, stamp_values(value));
    const auto shown = python_repr(headers, 0);
    if (!terminate) {
        for (const auto& entry : state.with.held.snapshot())
            if (entry.stage == Inflight::Stage::Reserved &&
                state.with.revoked.contains(*entry.delivery, state.with.clock.ticks()))
                state.with.pool.cancel(entry.delivery->tag, 0);
        return ok(fmt::format("headers {} flagged as revoked, but not terminated", shown));
    }
    RevokedStamps wanted;
    for (const auto& [header, value] : headers.items()) wanted.add(header, stamp_values(value));
    std::size_t ended = 0;
    for (const auto& entry : state.with.held.snapshot())
        if (wanted.match(entry.delivery->message) && end_task(state, entry, signal)) ++ended;
    if (ended == 0) return ok(fmt::format("headers {} were not terminated", shown));
    return ok(fmt::format("headers {} revoked", shown));
}

// The mingle of a Python worker that starts (wire §6.3): ids with floats, else its own breaks.
Json hello_command(ControlState& state, const ControlArguments& arguments) {
    auto& with = state.with;
    const auto from = arguments.text("from_node");
    if (from == with.node) return nullptr;
    log::info("sync with {}", from);
    if (const auto* theirs = arguments.find("revoked")) {
        std::vector<std::string> ids;
        if (theirs->is_object())
            for (const auto& [id, time] : theirs->items()) ids.push_back(id);
        else
            ids = arguments.texts("revoked");
        with.revoked.add(ids, with.clock.ticks());
    }
    Json revoked = Json::object();
    for (const auto& [id, added] : with.revoked.entries())
        revoked[id] = Json::array({Seconds(added.time_since_epoch()).count(), id});
    return {{"revoked", std::move(revoked)}, {"clock", with.lamport.forward()}};
}

}  // namespace taskworker

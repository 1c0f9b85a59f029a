#include "lifecycle/start.hpp"

#include <fmt/format.h>

#include <utility>

#include "canvas/lost_steps.hpp"
#include "lifecycle/links.hpp"
#include "lifecycle/records.hpp"
#include "lifecycle/treatment.hpp"
#include "message/json_members.hpp"
#include "message/python_json.hpp"

namespace taskworker {
namespace {

void add_text(std::string& out, std::string_view name, const std::optional<std::string>& value) {
    if (!value || value->empty()) return;
    out.append(", \"").append(name).append("\": ");
    write_json_string(out, *value);
}

// What its failure would have to send: the message is gone by then.
void add_links(std::string& out, const NotedLinks& links) {
    const bool errbacks = canvas::truthy(links.errbacks), chord = links.chord.is_object();
    const bool chain = links.places != "[]";
    if (!errbacks && !chord && !chain) return;
    MemberWriter kept(out += ", \"links\": ");
    if (errbacks) write_json(kept.open("errbacks"), links.errbacks);
    if (chain) kept.add("chain", links.places);
    if (chord) write_json(kept.open("chord"), links.chord);
    kept.close();
}

}  // namespace

// Appended by hand: it is written for every early-ack task.
Start start_of(const Delivery& delivery, const TaskDef* task, const Settings& settings) {
    const auto& request = delivery.request;
    std::string note = "{\"id\": ";
    write_json_string(note, request.id);
    add_text(note, "name", request.task);
    add_text(note, "shadow", request.shadow);
    add_text(note, "root", request.root_id);
    add_text(note, "parent", request.parent_id);
    add_text(note, "group", request.group);
    if (request.group_index) note += fmt::format(", \"index\": {}", *request.group_index);
    if (request.retries > 0) note += fmt::format(", \"retries\": {}", request.retries);
    add_links(note, noted_links_of(delivery));
    if (!treatment_of(request, task, settings).store_errors) note += ", \"store\": false";
    note += "}";
    return {delivery.tag, std::move(note)};
}

bool tracks_started(const Request& request, const TaskDef& task, const Settings& settings) {
    return treatment_of(request, &task, settings).track_started;
}

Progress started_progress(const Delivery& delivery, int pid, const Moment& moment) {
    auto record = record_of(delivery, "STARTED", moment);
    record.result = fmt::format("{{\"pid\": {}, \"hostname\": ", pid);
    write_json_string(record.result, moment.node);
    record.result += "}";
    return {delivery.tag, std::move(record)};
}

Progress progress_of(
    const Delivery& delivery, const std::string& state, std::string meta, const Moment& moment
) {
    auto record = record_of(delivery, state, moment);
    record.result = meta.empty() ? "null" : std::move(meta);
    return {delivery.tag, std::move(record)};
}

}  // namespace taskworker

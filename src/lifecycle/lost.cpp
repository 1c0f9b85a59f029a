#include "lifecycle/lost.hpp"

#include <fmt/format.h>

#include <limits>

#include "base/iso_time.hpp"
#include "lifecycle/ends.hpp"
#include "lifecycle/events.hpp"
#include "lifecycle/records.hpp"
#include "message/python_json.hpp"
#include "message/python_repr.hpp"

namespace taskworker {
namespace {

std::optional<std::string> text_of(const Json& note, const char* name) {
    const auto found = note.find(name);
    if (found == note.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
}

std::optional<int> number_of(const Json& note, const char* name) {
    const auto found = note.find(name);
    if (found == note.end() || !found->is_number_integer()) return std::nullopt;
    const auto number = found->get<std::int64_t>();
    if (number < 0 || number > std::numeric_limits<int>::max()) return std::nullopt;
    return static_cast<int>(number);
}

bool flag_of(const Json& note, const char* name, bool otherwise) {
    const auto found = note.find(name);
    return found != note.end() && found->is_boolean() ? found->get<bool>() : otherwise;
}

Request request_of(const Json& note, std::string id) {
    Request request;
    request.id = std::move(id);
    request.task = text_of(note, "name").value_or("");
    request.shadow = text_of(note, "shadow");
    request.root_id = text_of(note, "root");
    request.parent_id = text_of(note, "parent");
    request.group = text_of(note, "group");
    request.group_index = number_of(note, "index");
    request.retries = number_of(note, "retries").value_or(0);
    return request;
}

Links links_in(const Json& note) {
    const auto& kept = canvas::member(note, "links");
    Links links;
    links.errbacks = canvas::member(kept, "errbacks");
    if (const auto& chain = canvas::member(kept, "chain"); chain.is_array()) links.chain = chain;
    links.chord = canvas::member(kept, "chord");
    return links;
}

}  // namespace

std::optional<Settlement> settle_lost_start(
    const std::string& tag, const std::string& note, const Moment& moment
) {
    const auto parsed = parse_json(note);
    const auto* json = std::get_if<Json>(&parsed);
    if (!json || !json->is_object()) return std::nullopt;
    auto id = text_of(*json, "id");
    if (!id || id->empty()) return std::nullopt;

    Delivery delivery;  // what is left of it
    delivery.tag = tag;
    delivery.request = request_of(*json, std::move(*id));
    const auto failure = worker_lost_failure("Worker exited prematurely: its worker died.");
    auto settlement = begin_settlement(delivery);
    const bool stored = flag_of(*json, "store", true);
    if (stored) {
        Settings plain;  // result_extended needs the body, which is gone
        settlement.store =
            record_of(delivery, "FAILURE", Moment{moment.now, moment.luck, moment.node, plain});
        settlement.store->result = encode_failure(failure);
    }
    const auto links = links_in(*json);
    add_chord_part(settlement, delivery.request, links, "FAILURE", encode_failure(failure));
    end_lost_steps(settlement, links, failure, stored, moment);
    call_errbacks(settlement, delivery, links, failure, ErrbacksHere::NotYet, moment);
    add_worker_lost_events(settlement, delivery.request, failure, moment);
    return settlement;
}

Settlement settle_poisoned(const Delivery& delivery, const TaskDef* task, const Moment& moment) {
    const auto failure = worker_lost_failure(fmt::format(
        "Worker exited prematurely {} times; the message is in the dead-letter list.",
        moment.settings.worker_max_deliveries
    ));
    auto settlement = begin_settlement(delivery);
    end_as_failure(settlement, delivery, task, failure, moment);
    settlement.disposition = Disposition::DeadLetter;
    settlement.message = delivery.message.raw;
    settlement.dead_letter_reason = fmt::format(
        "its process died {} times (worker_max_deliveries)", moment.settings.worker_max_deliveries
    );
    auto dead = task_event(Event::Type::DeadLettered, delivery.request, moment.now);
    dead.reason = settlement.dead_letter_reason;
    dead.sent = false;
    settlement.events.push_back(std::move(dead));
    auto failed = failed_event(delivery.request, failure, moment.now);
    failed.logged = false;
    settlement.events.push_back(std::move(failed));
    return settlement;
}

}  // namespace taskworker

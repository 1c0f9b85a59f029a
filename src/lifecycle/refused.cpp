#include "lifecycle/refused.hpp"

#include <utility>

#include "lifecycle/ends.hpp"
#include "lifecycle/events.hpp"

namespace taskworker {

std::optional<Settlement> settle_refused(
    const Settlement& refused, const Delivery& delivery, const std::string& why, TimePoint now
) {
    if (refused.store) {
        auto without_result = refused;
        without_result.store.reset();
        return without_result;
    }
    if (refused.disposition == Disposition::DeadLetter) return std::nullopt;
    auto kept = begin_settlement(delivery);
    kept.disposition = Disposition::DeadLetter;
    kept.message = delivery.message.raw;
    kept.dead_letter_reason = "Redis refused its end: " + why;
    kept.events = refused.events;
    auto dead = task_event(Event::Type::DeadLettered, delivery.request, now);
    dead.reason = kept.dead_letter_reason;
    dead.sent = false;
    kept.events.push_back(std::move(dead));
    return kept;
}

}  // namespace taskworker

#include "lifecycle/duplicate.hpp"

#include <utility>

#include "lifecycle/ends.hpp"
#include "lifecycle/events.hpp"

namespace taskworker {

Settlement settle_duplicate(const Delivery& delivery, const Moment& moment) {
    auto settlement = begin_settlement(delivery);
    auto known = task_event(Event::Type::TaskIgnored, delivery.request, moment.now);
    known.reason = "Task already completed successfully.";  // celery/app/trace.py
    known.sent = false;
    settlement.events.push_back(std::move(known));
    return settlement;
}

}  // namespace taskworker

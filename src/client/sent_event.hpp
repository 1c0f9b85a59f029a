#pragma once

#include <cstdint>
#include <string>

#include "broker/fanout.hpp"
#include "message/event_text.hpp"
#include "message/publish.hpp"

namespace taskworker {

struct SentEventWith {
    EventSender sender;
    std::uint64_t clock;
    TimePoint at;
    std::string exchange;      // event_exchange
    std::string delivery_tag;  // must be new
};

// task-sent: what a producer tells monitors of (celery/app/amqp.py: send_task_message). Pure.
Fanout::Sending sent_event(const Publication& message, const SentEventWith& with);

EventSender event_sender(std::string node);  // this process
std::string this_host();

}  // namespace taskworker

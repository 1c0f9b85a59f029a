#include "pool/slot.hpp"

#include <unistd.h>

#include "base/log.hpp"
#include "message/python_json.hpp"
#include "pool/task_events.hpp"

namespace taskworker {

// The listener is called with `speaking` held, which is no one else's lock: only so can the pool be
// sure that an abandoned thread is silent when the listener is destroyed.

void SlotPort::update_state(const Request&, const std::string& state, const Json& meta) {
    auto text = to_json_text(meta);
    const std::lock_guard lock(slot_.speaking);
    if (!slot_.abandoned) listener_.state_changed(job_, state, std::move(text));
}

void SlotPort::send_event(const Request&, const std::string& type, const Json& fields) {
    auto event = task_event(Event::Type::TaskCustom, job_, ::getpid());
    event.custom_type = type;
    event.fields = fields;
    const std::lock_guard lock(slot_.speaking);
    if (!slot_.abandoned) listener_.event(std::move(event));
}

void SlotPort::send(const Request&, Spawned spawned) {
    const std::lock_guard lock(slot_.speaking);
    if (!slot_.abandoned) listener_.sent(job_, std::move(spawned));
}

void SlotPort::log(const Request& request, int level, const std::string& text) {
    log::task(log_level(level), {}, request.display_name(), request.id, text);
}

}  // namespace taskworker

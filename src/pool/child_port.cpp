#include "pool/child_port.hpp"

#include "message/python_json.hpp"

namespace taskworker {

std::int64_t unix_micros(TimePoint at) {
    return std::chrono::floor<std::chrono::microseconds>(at.time_since_epoch()).count();
}

void ChildPort::update_state(const Request&, const std::string& state, const Json& meta) {
    send(StateFrame{seq_, state, to_json_text(meta)});
}

void ChildPort::send_event(const Request&, const std::string& type, const Json& fields) {
    const auto now = unix_micros(std::chrono::system_clock::now());
    send(EventFrame{seq_, now, type, to_json_text(fields)});
}

void ChildPort::send(const Request&, Spawned spawned) { send(SentFrame{seq_, std::move(spawned)}); }

void ChildPort::log(const Request& request, int level, const std::string& text) {
    send(LogFrame{level, request.display_name(), request.id, text});
}

void ChildPort::send(const Frame& frame) {
    outbox_.append(frame);
    appended_();
}

}  // namespace taskworker

#include "message/event_text.hpp"

#include <algorithm>

#include "message/json_members.hpp"
#include "message/python_json.hpp"
#include "taskworker/version.hpp"

namespace taskworker {
namespace {

using Type = Event::Type;

class EventWriter {
public:
    explicit EventWriter(std::string& out) : members_(out) {}
    void text(const char* name, std::string_view value) {
        write_json_string(members_.open(name), value);
    }
    void text_unless_empty(const char* name, std::string_view value) {
        value.empty() ? members_.add(name, "null") : text(name, value);
    }
    void text_or_null(const char* name, const std::optional<std::string>& value) {
        value ? text(name, *value) : members_.add(name, "null");
    }
    void truth(const char* name, bool value) { members_.add(name, value ? "true" : "false"); }
    template <class T>
    void number(const char* name, T value) {
        members_.add(name, std::to_string(value));
    }
    void number(const char* name, double value) { write_json(members_.open(name), Json(value)); }
    void json(std::string_view name, const Json& value) {
        std::string literal;
        write_json_string(literal, name);
        members_.raw(literal, to_json_text(value));
    }
    void sender(
        const EventSender& sender, std::uint64_t clock, TimePoint at, std::string_view type
    ) {
        text("hostname", sender.node);
        number("utcoffset", sender.utcoffset);
        number("pid", sender.pid);
        number("clock", clock);
        number("timestamp", unix_time(at));
        text("type", type);
        members_.close();
    }

private:
    MemberWriter members_;
};

void write_received(EventWriter& out, const Event& event) {
    out.text("name", event.name);
    out.text_or_null("args", event.args);
    out.text_or_null("kwargs", event.kwargs);
    out.text_unless_empty("root_id", event.root_id);
    out.text_unless_empty("parent_id", event.parent_id);
    out.number("retries", event.retries);
    out.text_or_null("eta", event.eta);
    out.text_or_null("expires", event.expires);
}

void write_sent(EventWriter& out, const Event& event) {
    write_received(out, event);
    out.text("queue", event.queue);
    for (const auto& [name, value] : event.fields.items()) out.json(name, value);
}

void write_revoked(EventWriter& out, const Event& event) {
    out.truth("terminated", event.terminated);
    const auto signal = event.fields.find("signum");
    out.json("signum", signal == event.fields.end() ? Json() : *signal);
    out.truth("expired", event.expired);
}

// The fields of the envelope are ours to say, whatever the author sends.
bool is_reserved(std::string_view name) {
    constexpr std::string_view kNames[] = {
        "uuid", "hostname", "utcoffset", "pid", "clock", "timestamp", "type"};
    return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

void write_custom(EventWriter& out, const Event& event) {
    for (const auto& [name, value] : event.fields.items())
        if (!is_reserved(name)) out.json(name, value);
}

void write_own_fields(EventWriter& out, const Event& event) {
    switch (event.type) {
        case Type::TaskReceived:
            return write_received(out, event);
        case Type::TaskSent:
            return write_sent(out, event);
        case Type::TaskSucceeded:
            out.text("result", event.result);
            return out.number("runtime", event.runtime.value_or(0));
        case Type::TaskFailed:
        case Type::TaskRetried:
            out.text("exception", event.exception);
            return out.text("traceback", event.traceback);
        case Type::TaskUnregistered:
            return out.text("exception", event.exception);
        case Type::TaskRejected:
            return out.truth("requeue", event.requeue);
        case Type::TaskRevoked:
            return write_revoked(out, event);
        case Type::TaskCustom:
            return write_custom(out, event);
        default:
            return;
    }
}

}  // namespace

std::optional<std::string_view> celery_type(const Event& event) {
    switch (event.type) {
        case Type::TaskReceived:
            return "task-received";
        case Type::TaskSent:
            return "task-sent";
        case Type::TaskStarted:
            return "task-started";
        case Type::TaskSucceeded:
            return "task-succeeded";
        case Type::TaskFailed:
        case Type::TaskUnregistered:  // consumer.py: on_unknown_task
            return "task-failed";
        case Type::TaskRetried:
            return "task-retried";
        case Type::TaskRejected:
            return "task-rejected";
        case Type::TaskRevoked:
            return "task-revoked";
        case Type::TaskCustom:
            return event.custom_type.empty() ? std::optional<std::string_view>()
                                             : event.custom_type;
        default:
            return std::nullopt;
    }
}

bool write_task_event(
    std::string& out, const Event& event, const EventSender& sender, std::uint64_t clock
) {
    const auto type = celery_type(event);
    if (!type || !event.sent) return false;
    const auto before = out.size();
    try {
        EventWriter writer(out);
        writer.text("uuid", event.uuid);
        write_own_fields(writer, event);
        writer.sender(sender, clock, event.at, *type);
        return true;
    } catch (const EncodeError&) {  // a custom event with values that JSON has no form for
        out.resize(before);
        return false;
    }
}

void write_worker_event(
    std::string& out, const WorkerNews& news, const EventSender& sender, std::uint64_t clock
) {
    EventWriter writer(out);
    writer.number("freq", news.freq);
    if (news.load) {
        writer.number("active", news.load->active);
        writer.number("processed", news.load->processed);
        const auto& averages = news.load->averages;
        writer.json("loadavg", Json::array({averages[0], averages[1], averages[2]}));
    }
    writer.text("sw_ident", "taskworker");
    writer.text("sw_ver", TASKWORKER_VERSION);
    writer.text("sw_sys", "Linux");
    writer.sender(sender, clock, news.at, news.type);
}

std::string event_routing_key(std::string_view type) {
    std::string key(type);
    std::replace(key.begin(), key.end(), '-', '.');
    return key;
}

}  // namespace taskworker

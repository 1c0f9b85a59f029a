// Which queues the worker consumes: active_queues, add_consumer, cancel_consumer (wire §7.3, 7.5).
#include "message/queue_table.hpp"
#include "worker/control_commands.hpp"

namespace taskworker {
namespace {

QueueTable table_of(const ControlParts& with) { return QueueTable(with.settings, with.node); }

// kombu/entity.py: Queue.as_dict(recurse=True)
Json queue_json(const QueueSpec& spec) {
    Json exchange = Json::object();
    exchange["name"] = spec.own().exchange;
    exchange["type"] = spec.own().type;
    exchange["arguments"] = nullptr;
    exchange["durable"] = true;
    exchange["passive"] = false;
    exchange["auto_delete"] = false;
    exchange["delivery_mode"] = nullptr;
    exchange["no_declare"] = false;
    Json queue = Json::object();
    queue["name"] = spec.name;
    queue["exchange"] = std::move(exchange);
    queue["routing_key"] = spec.own().routing_key;
    for (const auto* unset : {"queue_arguments", "binding_arguments", "consumer_arguments"})
        queue[unset] = nullptr;
    if (spec.expires_ms) queue["queue_arguments"] = {{"x-expires", *spec.expires_ms}};
    queue["durable"] = true;
    queue["exclusive"] = false;
    queue["auto_delete"] = spec.is_broadcast();
    queue["no_ack"] = false;
    queue["alias"] = nullptr;
    queue["bindings"] = Json::array();
    queue["no_declare"] = nullptr;
    for (const auto* unset :
         {"expires", "message_ttl", "max_length", "max_length_bytes", "max_priority"})
        queue[unset] = nullptr;
    return queue;
}

// Not in task_queues: its exchange is what the command says.
QueueSpec described(
    const QueueTable& table, const std::string& queue, const ControlArguments& arguments
) {
    if (const auto* known = table.find(queue)) return *known;
    auto spec = table.describe(queue);
    auto& own = spec.bindings.front();
    own.type = arguments.text_or("exchange_type", own.type);
    if (own.type.empty()) own.type = "direct";
    own.exchange = arguments.text_or("exchange", queue);
    own.routing_key = arguments.text_or("routing_key", own.type == "fanout" ? "" : queue);
    return spec;
}

}  // namespace

Json active_queues_command(ControlState& state, const ControlArguments&) {
    const auto table = table_of(state.with);
    const auto broadcasts = broadcast_list(state.with.node, "");
    Json queues = Json::array();
    for (auto name : state.with.served.get()) {
        const bool copies = name.starts_with(broadcasts);
        if (copies) name.erase(0, broadcasts.size());
        auto spec = table.describe(name);
        if (copies) spec.bindings.front().type = "fanout";  // may have been added by command
        queues.push_back(queue_json(spec));
    }
    return queues;
}

Json add_consumer_command(ControlState& state, const ControlArguments& arguments) {
    const auto queue = arguments.text("queue");
    if (queue.empty()) throw CommandError("ValueError", "a queue needs a name");
    if (queue.find('\n') != queue.npos)
        throw CommandError("ValueError", "a queue's name must not have line breaks");
    const auto table = table_of(state.with);
    const auto spec = described(table, queue, arguments);
    const auto& own = spec.own();
    if (spec.is_broadcast()) {
        state.with.consumer.post(AddConsumer{state.with.broadcasts.add(spec)});
        return ok("add consumer " + queue);
    }
    if (!table.find(queue) && !own.exchange.empty() && own.exchange != queue) {
        if (own.type != "direct")
            throw CommandError("ValueError", "only direct and fanout exchanges can be bound here");
        state.with.fanout.bind({.exchange = own.exchange, .key = own.routing_key, .queue = queue});
    }
    state.with.consumer.post(AddConsumer{queue});
    return ok("add consumer " + queue);
}

Json cancel_consumer_command(ControlState& state, const ControlArguments& arguments) {
    const auto queue = arguments.text("queue");
    const auto list = state.with.broadcasts.cancel(queue);
    state.with.consumer.post(CancelConsumer{list.empty() ? queue : list});
    return ok("no longer consuming from " + queue);
}

}  // namespace taskworker

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "taskworker/config.hpp"

namespace taskworker {

// One way into a queue: messages for this exchange whose routing key matches go to it.
struct Binding {
    std::string exchange, type, routing_key;  // type: direct, topic, fanout
    bool operator==(const Binding&) const = default;
};

// A queue as Python's Queue(name, Exchange(…), routing_key) declares it. A value.
struct QueueSpec {
    std::string name;
    std::vector<Binding> bindings;                // the first is the queue's own
    std::optional<std::int64_t> expires_ms = {};  // x-expires: unused so long, the queue is gone
    bool operator==(const QueueSpec&) const = default;

    const Binding& own() const { return bindings.front(); }
    bool is_broadcast() const { return own().type == "fanout"; }
};

// The queues that settings know (task_queues, the default queue) and how unknown ones are made
// (task_create_missing_queues): Celery's app.amqp.queues. Pure; a value.
class QueueTable {
public:
    // Throws ConfigError: a queue is not described well. `node`: whose worker_direct queue is
    // among them; empty: of nobody.
    explicit QueueTable(const Settings& settings, std::string_view node = {});

    const QueueSpec* find(std::string_view name) const;  // declared ones only
    // As it is declared, else as Celery would make it: a direct exchange of the same name.
    QueueSpec describe(std::string_view name) const;

    // What a worker consumes: all declared queues, or those of -Q, without those of -X; the queue
    // of worker_direct always. Throws ConfigError when none is left, or when -Q names one that is
    // not declared and must not be made.
    std::vector<std::string> to_consume(
        const std::vector<std::string>& wanted, const std::vector<std::string>& excluded
    ) const;

private:
    void add(QueueSpec queue);
    void read(const Json& queues);
    QueueSpec read_one(const std::string& name, const Json& options) const;

    Binding default_binding_;
    std::string missing_type_;
    bool create_missing_ = true;
    std::vector<QueueSpec> queues_;  // in the order in which they were declared
    std::optional<std::string> direct_;
};

// Where a worker's own copies of what comes by a broadcast queue lie: a list that nobody else
// reads.
std::string broadcast_list(std::string_view node, std::string_view queue);
bool is_broadcast_list(std::string_view list);

// kombu's pattern of a topic binding, as it stands in the tables of bindings
// (virtual/exchange.py: key_to_pattern).
std::string topic_pattern(std::string_view routing_key);

}  // namespace taskworker

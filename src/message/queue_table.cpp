#include "message/queue_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

constexpr auto kSetting = "task_queues";
constexpr std::string_view kBroadcastLists = "taskworker.broadcast:";

[[noreturn]] void refuse_queue(std::string_view queue, std::string_view rule) {
    throw ConfigError(fmt::format("{}: {}: {}", kSetting, queue, rule));
}

// Text under one of two names; absent, null and empty are the same.
std::string text_at(const Json& options, std::string_view queue, const char* name) {
    const auto found = options.find(name);
    if (found == options.end() || found->is_null()) return {};
    if (!found->is_string()) refuse_queue(queue, fmt::format("{} must be a text", name));
    return found->get<std::string>();
}

std::string exchange_type(const std::string& type, std::string_view queue) {
    if (type.empty()) return "direct";
    if (type == "direct" || type == "topic" || type == "fanout") return type;
    refuse_queue(queue, "exchange_type must be direct, topic or fanout");
}

// {"name": …, "type": …} or just the name, with the type beside it.
Binding exchange_of(const Json& options, std::string_view queue) {
    Binding binding;
    const auto found = options.find("exchange");
    if (found != options.end() && found->is_object()) {
        binding.exchange = text_at(*found, queue, "name");
        binding.type = text_at(*found, queue, "type");
    } else {
        binding.exchange = text_at(options, queue, "exchange");
    }
    if (binding.type.empty()) binding.type = text_at(options, queue, "exchange_type");
    binding.type = exchange_type(binding.type, queue);
    binding.routing_key = text_at(options, queue, "binding_key");
    if (binding.routing_key.empty()) binding.routing_key = text_at(options, queue, "routing_key");
    return binding;
}

std::optional<std::int64_t> milliseconds_of(
    const Json& value, double factor, std::string_view queue
) {
    if (value.is_null()) return std::nullopt;
    const double given = value.is_number() ? value.get<double>() * factor : 0;
    if (!(given >= 1 && given <= 1e15)) refuse_queue(queue, "expires must be a number above 0");
    return static_cast<std::int64_t>(given);
}

// Queue(expires=seconds) or queue_arguments = {"x-expires": milliseconds}.
std::optional<std::int64_t> expiry_of(const Json& options, std::string_view queue) {
    if (const auto seconds = options.find("expires"); seconds != options.end())
        return milliseconds_of(*seconds, 1000, queue);
    const auto arguments = options.find("queue_arguments");
    if (arguments == options.end() || !arguments->is_object()) return std::nullopt;
    const auto found = arguments->find("x-expires");
    return found == arguments->end() ? std::nullopt : milliseconds_of(*found, 1, queue);
}

void must_be_a_name(std::string_view queue) {
    if (queue.empty() || queue.find('\n') != queue.npos)
        refuse_queue("name", "must not be empty or have line breaks");
}

bool among(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

QueueTable::QueueTable(const Settings& settings, std::string_view node)
    : create_missing_(settings.task_create_missing_queues) {
    const auto& queue = settings.task_default_queue;
    default_binding_ = {
        settings.task_default_exchange.value_or(queue),
        settings.task_default_exchange_type,
        settings.task_default_routing_key.value_or(queue)};
    missing_type_ = settings.task_create_missing_queue_exchange_type.value_or("direct");
    read(settings.task_queues);
    if (queues_.empty()) add({.name = queue, .bindings = {default_binding_}});
    if (settings.worker_direct && !node.empty()) {  // celery/utils/nodenames.py: worker_direct
        direct_ = std::string(node) + ".dq2";
        add({.name = *direct_, .bindings = {{"C.dq2", "direct", std::string(node)}}});
    }
}

void QueueTable::add(QueueSpec queue) {
    const auto same = std::find_if(queues_.begin(), queues_.end(), [&](const QueueSpec& other) {
        return other.name == queue.name;
    });
    if (same != queues_.end()) {
        *same = std::move(queue);
    } else {
        queues_.push_back(std::move(queue));
    }
}

// A list of names and tables, or a table of tables by name.
void QueueTable::read(const Json& queues) {
    if (queues.is_null()) return;
    if (queues.is_object()) {
        for (const auto& [name, options] : queues.items()) add(read_one(name, options));
    } else if (queues.is_array()) {
        for (const auto& queue : queues) {
            if (queue.is_string()) {
                add(read_one(queue.get<std::string>(), Json::object()));
            } else if (queue.is_object()) {
                add(read_one(text_at(queue, "name", "name"), queue));
            } else {
                refuse_queue("queue", "must be a name or a table");
            }
        }
    } else {
        throw ConfigError("task_queues: must be a list or a table of queues");
    }
}

QueueSpec QueueTable::read_one(const std::string& name, const Json& options) const {
    must_be_a_name(name);
    if (!options.is_object()) refuse_queue(name, "must be a table");
    QueueSpec queue{.name = name, .bindings = {exchange_of(options, name)}};
    auto& own = queue.bindings.front();
    if (own.exchange.empty() && own.type == "fanout") own.exchange = name;  // as Broadcast(name)
    // celery/app/amqp.py: add_compat, _add
    if (own.exchange.empty())
        own.exchange = default_binding_.exchange, own.type = default_binding_.type;
    if (own.routing_key.empty()) own.routing_key = own.type == "fanout" ? "" : name;
    queue.expires_ms = expiry_of(options, name);
    if (const auto more = options.find("bindings"); more != options.end() && !more->is_null()) {
        if (!more->is_array()) refuse_queue(name, "bindings must be a list");
        for (const auto& binding : *more) {
            if (!binding.is_object()) refuse_queue(name, "a binding must be a table");
            queue.bindings.push_back(exchange_of(binding, name));
        }
    }
    return queue;
}

const QueueSpec* QueueTable::find(std::string_view name) const {
    const auto at = std::find_if(queues_.begin(), queues_.end(), [&](const QueueSpec& queue) {
        return queue.name == name;
    });
    return at == queues_.end() ? nullptr : &*at;
}

QueueSpec QueueTable::describe(std::string_view name) const {
    if (const auto* queue = find(name)) return *queue;
    const std::string text(name);
    return {.name = text, .bindings = {{text, missing_type_, text}}};
}

std::vector<std::string> QueueTable::to_consume(
    const std::vector<std::string>& wanted, const std::vector<std::string>& excluded
) const {
    std::vector<std::string> names;
    const auto take = [&](const std::string& name) {
        if (!name.empty() && !among(excluded, name) && !among(names, name)) names.push_back(name);
    };
    for (const auto& name : wanted) {
        if (!create_missing_ && !name.empty() && !find(name))
            throw ConfigError(fmt::format(
                "-Q {}: is not in task_queues, and task_create_missing_queues is off", name
            ));
        take(name);
    }
    if (wanted.empty())
        for (const auto& queue : queues_) take(queue.name);
    if (direct_) take(*direct_);
    if (names.empty()) throw ConfigError("-Q and -X leave no queue to consume");
    return names;
}

std::string broadcast_list(std::string_view node, std::string_view queue) {
    return fmt::format("{}{}:{}", kBroadcastLists, node, queue);
}

bool is_broadcast_list(std::string_view list) { return list.starts_with(kBroadcastLists); }

std::string topic_pattern(std::string_view routing_key) {
    std::string out = "^";
    std::size_t start = 0;
    for (bool first = true;; first = false) {
        const auto end = routing_key.find('.', start);
        const auto word = routing_key.substr(start, end == routing_key.npos ? end : end - start);
        if (!first) out += "\\.";
        if (word == "*") {
            out += ".*?[^\\.]";
        } else if (word == "#") {
            out += ".*?";
        } else {
            for (const char c : word) {
                const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                   (c >= '0' && c <= '9') || c == '*' || c == '#' ||
                                   (c & 0x80) != 0;
                if (!plain) out += '\\';
                out += c;
            }
        }
        if (end == routing_key.npos) return out + '$';
        start = end + 1;
    }
}

}  // namespace taskworker

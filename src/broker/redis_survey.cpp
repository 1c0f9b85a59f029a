#include "broker/redis_survey.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "base/moment.hpp"
#include "broker/broker_errors.hpp"
#include "broker/redis_transport.hpp"
#include "broker/tags.hpp"
#include "message/body.hpp"
#include "message/envelope.hpp"
#include "message/fields.hpp"
#include "message/python_json.hpp"

namespace taskworker {
namespace {

constexpr std::size_t kPage = 500;
constexpr std::size_t kMostLooked = 1'000'000;  // messages of one list
constexpr std::size_t kEntriesPerScan = 500;

std::string header_text(const Message& message, std::string_view name) {
    const auto* field = find_field(message, message.headers, name);
    return field ? raw_text(message.text(field->value)).value_or("") : std::string();
}

// The id of a message that has `id` as its own. Cheap first: only what has it somewhere is parsed.
std::optional<std::string> task_with(const std::string& raw, const std::string& id) {
    if (raw.find(id) == raw.npos) return std::nullopt;
    const auto parsed = parse_envelope(raw);
    const auto* message = std::get_if<Message>(&parsed);
    if (!message) return std::nullopt;
    auto given = header_text(*message, "id");
    if (given.empty()) {
        const auto* property = find_field(*message, message->properties, "correlation_id");
        if (property) given = raw_text(message->text(property->value)).value_or("");
    }
    return given == id ? std::optional(given) : std::nullopt;
}

// The id of a message that belongs to a group, or one of whose later steps does: they are in its
// body.
std::optional<std::string> task_of_group(const std::string& raw, const std::string& group) {
    const auto parsed = parse_envelope(raw);
    const auto* message = std::get_if<Message>(&parsed);
    if (!message) return std::nullopt;
    if (header_text(*message, "group") != group) {
        const auto body = body_bytes(*message, {});
        const auto* bytes = std::get_if<std::string>(&body);
        if (!bytes || bytes->find(group) == bytes->npos) return std::nullopt;
    }
    return header_text(*message, "id");
}

std::optional<std::string> matching(const std::string& raw, const std::string& id, bool group) {
    return group ? task_of_group(raw, id) : task_with(raw, id);
}

// Of a started task's note.
std::string id_in(const std::string& note) {
    const auto read = parse_json(note);
    const auto* value = std::get_if<Json>(&read);
    if (!value || !value->is_object()) return {};
    const auto id = value->find("id");
    return id != value->end() && id->is_string() ? id->get<std::string>() : std::string();
}

std::string label_of(const std::string& raw) {
    const auto parsed = parse_envelope(raw);
    const auto* message = std::get_if<Message>(&parsed);
    if (!message) return "not a task message";
    return fmt::format("{}[{}]", header_text(*message, "task"), header_text(*message, "id"));
}

}  // namespace

std::size_t RedisSurvey::Queue::total() const {
    std::size_t sum = 0;
    for (const auto& [step, count] : steps) sum += count;
    return sum;
}

RedisSurvey::RedisSurvey(const Settings& settings)
    : with_(redis_settings(settings, "survey", Luck::seeded_by_the_system().uuid())),
      connection_(with_.connection("survey")) {}

// taskworker.inboxes: "1 <slots>", then the lists, one a line.
std::vector<std::string> RedisSurvey::served() {
    const auto reply = connection_.call("HVALS", with_.keys.inboxes);
    std::set<std::string> names;
    for (const auto& record : reply.items) {
        std::string_view rest = record.text;
        for (bool head = true; !rest.empty(); head = false) {
            const auto line = rest.substr(0, rest.find('\n'));
            rest.remove_prefix(std::min(line.size() + 1, rest.size()));
            if (!head && !line.empty()) names.emplace(with_.keys.queue_of(line));
        }
    }
    return {names.begin(), names.end()};
}

std::vector<RedisSurvey::Queue> RedisSurvey::queues(const std::vector<std::string>& more) {
    return as_broker_error([&] {
        auto names = served();
        for (const auto& name : more)
            if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
        std::vector<Queue> result;
        const auto& keys = with_.keys;
        for (const auto& name : names) {
            for (const auto& list : keys.lists(name)) {
                connection_.out().command("LLEN", keys.key(list));
                connection_.out().command("LINDEX", keys.key(list), -1);
            }
            const auto replies = connection_.round_trip();
            Queue queue{.name = name, .steps = {}, .next = {}};
            for (std::size_t i = 0; i < keys.steps().size(); ++i) {
                connection_.check(replies[2 * i], "LLEN");
                queue.steps.emplace_back(
                    keys.steps()[i], static_cast<std::size_t>(replies[2 * i].integer)
                );
                if (!queue.next && replies[2 * i + 1].is_text())
                    queue.next = label_of(replies[2 * i + 1].text);
            }
            result.push_back(std::move(queue));
        }
        return result;
    });
}

RedisSurvey::Totals RedisSurvey::totals(TimePoint now) {
    return as_broker_error([&] {
        const auto& keys = with_.keys;
        connection_.connect();
        auto& out = connection_.out();
        out.command("HLEN", keys.unacked);
        out.command("ZCARD", keys.parked);
        out.command("XLEN", keys.dead_letters);
        out.command("ZCARD", keys.workers);
        out.command("ZRANGE", keys.unacked_index, 0, 0, "WITHSCORES");
        const auto replies = connection_.round_trip();
        for (const auto& reply : replies) connection_.check(reply, "HLEN");
        const auto count = [&](std::size_t i) {
            return static_cast<std::size_t>(replies[i].integer);
        };
        Totals totals{
            .unacked = count(0),
            .parked = count(1),
            .dead_letters = count(2),
            .workers = count(3),
            .oldest_lease = {}};
        if (replies[4].items.size() == 2)
            totals.oldest_lease = unix_time(now) - replies[4].items[1].number();
        totals.started = count_started();
        return totals;
    });
}

std::size_t RedisSurvey::count_started() {
    const auto workers = connection_.call("ZRANGE", with_.keys.workers, 0, -1);
    if (workers.items.empty()) return 0;
    for (const auto& worker : workers.items)
        connection_.out().command("HLEN", with_.keys.started(worker.text));
    std::size_t sum = 0;
    for (const auto& reply : connection_.round_trip()) {
        connection_.check(reply, "HLEN");
        sum += static_cast<std::size_t>(reply.integer);
    }
    return sum;
}

std::vector<RedisSurvey::Place> RedisSurvey::find(
    const std::string& id, const std::vector<std::string>& queues
) {
    return look_for({id, false}, queues);
}

std::vector<RedisSurvey::Place> RedisSurvey::parts_of(
    const std::string& group, const std::vector<std::string>& queues
) {
    return look_for({group, true}, queues);
}

std::vector<RedisSurvey::Place> RedisSurvey::look_for(
    const Wanted& wanted, const std::vector<std::string>& queues
) {
    return as_broker_error([&] {
        std::vector<Place> places;
        for (const auto& queue : queues) find_queued(wanted, queue, places);
        find_leased(wanted, places);
        find_started(wanted, places);
        find_dead(wanted, places);
        return places;
    });
}

// From the right end, where the next one lies.
void RedisSurvey::find_queued(
    const Wanted& wanted, const std::string& queue, std::vector<Place>& into
) {
    std::size_t before = 0;
    for (const auto& list : with_.keys.lists(queue)) {
        std::size_t looked = 0;
        while (looked < kMostLooked) {
            const auto last = -static_cast<std::int64_t>(looked) - 1;
            const auto page = connection_.call(
                "LRANGE", with_.keys.key(list), last - static_cast<std::int64_t>(kPage) + 1, last
            );
            for (auto item = page.items.rbegin(); item != page.items.rend(); ++item) {
                ++looked;
                if (const auto task = matching(item->text, wanted.id, wanted.group))
                    into.push_back(
                        {.task_id = *task,
                         .kind = Place::Kind::Queued,
                         .queue = queue,
                         .position = before + looked,
                         .worker = {},
                         .due = {},
                         .reason = {}}
                    );
            }
            if (page.items.size() < kPage) break;
        }
        before += looked;
    }
}

void RedisSurvey::find_leased(const Wanted& wanted, std::vector<Place>& into) {
    std::string cursor = "0";
    do {
        auto reply =
            connection_.call("HSCAN", with_.keys.unacked, cursor, "COUNT", kEntriesPerScan);
        cursor = reply.items.at(0).text;
        const auto& entries = reply.items.at(1).items;
        for (std::size_t i = 0; i + 1 < entries.size(); i += 2) {
            const auto& tag = entries[i].text;
            const auto& entry = entries[i + 1].text;
            const auto begin = entry.find('{');
            const auto end = entry.rfind('}');
            if (begin == entry.npos || end == entry.npos || end < begin) continue;
            const auto raw = entry.substr(begin, end - begin + 1);
            const auto task = matching(raw, wanted.id, wanted.group);
            if (!task) continue;
            const auto parts = parse_tag(tag);
            Place place{
                .task_id = *task,
                .kind = Place::Kind::Leased,
                .queue = {},
                .worker = "a Python worker",
                .due = {},
                .reason = {}};
            if (parts) {
                place.queue = with_.keys.queue_of(parts->list);
                place.worker = std::string(parts->worker);
            }
            const auto due = connection_.call("ZSCORE", with_.keys.parked, tag);
            if (!due.nil()) {
                place.kind = Place::Kind::Parked;
                place.due = from_unix(due.number());
            }
            into.push_back(std::move(place));
        }
    } while (cursor != "0");
}

void RedisSurvey::find_started(const Wanted& wanted, std::vector<Place>& into) {
    const auto workers = connection_.call("ZRANGE", with_.keys.workers, 0, -1);
    for (const auto& worker : workers.items) {
        const auto notes = connection_.call("HGETALL", with_.keys.started(worker.text));
        for (std::size_t i = 0; i + 1 < notes.items.size(); i += 2) {
            const auto& note = notes.items[i + 1].text;
            if (note.find('"' + wanted.id + '"') == std::string::npos) continue;
            const auto parts = parse_tag(notes.items[i].text);
            into.push_back(
                {.task_id = wanted.group ? id_in(note) : wanted.id,
                 .kind = Place::Kind::Started,
                 .queue = parts ? std::string(with_.keys.queue_of(parts->list)) : "",
                 .worker = worker.text,
                 .due = {},
                 .reason = {}}
            );
        }
    }
}

void RedisSurvey::find_dead(const Wanted& wanted, std::vector<Place>& into) {
    std::string from = "+";
    for (;;) {
        const auto page =
            connection_.call("XREVRANGE", with_.keys.dead_letters, from, "-", "COUNT", kPage);
        for (const auto& entry : page.items) {
            Place place{
                .task_id = {},
                .kind = Place::Kind::DeadLetter,
                .queue = {},
                .worker = {},
                .due = {},
                .reason = {}};
            bool ours = false;
            const auto& fields = entry.items.at(1).items;
            for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
                const auto& value = fields[i + 1].text;
                if (fields[i].is("queue")) place.queue = value;
                if (fields[i].is("reason")) place.reason = value;
                if (fields[i].is("task_id")) {
                    place.task_id = value;
                    ours = ours || value == wanted.id;
                }
                if (fields[i].is("message"))
                    ours = ours || matching(value, wanted.id, wanted.group).has_value();
            }
            if (ours) into.push_back(std::move(place));
        }
        if (page.items.size() < kPage) return;
        from = "(" + page.items.back().items.at(0).text;
    }
}

}  // namespace taskworker

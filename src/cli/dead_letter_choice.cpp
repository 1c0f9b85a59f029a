#include "cli/dead_letter_choice.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/base64.hpp"
#include "base/iso_time.hpp"
#include "base/utf8.hpp"
#include "broker/unacked_entry.hpp"
#include "cli/shown_text.hpp"
#include "lifecycle/deaths.hpp"
#include "message/envelope.hpp"
#include "message/python_json.hpp"

namespace taskworker {
namespace {

const Json* member(const Json& object, const char* name) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
}

std::string task_in(const Json& message) {
    const auto* headers = member(message, "headers");
    const auto* task = headers ? member(*headers, "task") : nullptr;
    return task && task->is_string() ? task->get<std::string>() : std::string();
}

bool is_task(const std::string& task, const std::string& wanted) {
    if (wanted.ends_with('*')) return task.starts_with(wanted.substr(0, wanted.size() - 1));
    return task == wanted;
}

bool readable(const std::string& bytes) {
    return is_strict_utf8(bytes) && std::none_of(bytes.begin(), bytes.end(), [](unsigned char c) {
               return c < ' ' && c != '\n' && c != '\t';
           });
}

}  // namespace

LetterFacts facts_of(const DeadLetter& letter) {
    LetterFacts facts;
    auto json = parse_json(letter.message);
    if (const auto* message = std::get_if<Json>(&json)) facts.task = task_in(*message);
    auto parsed = parse_envelope(letter.message);
    if (const auto* message = std::get_if<Message>(&parsed)) facts.deaths = deaths_of(*message);
    // The reader of `unacked` knows what kombu makes of a priority.
    if (const auto entry = read_unacked_entry("[" + letter.message + ",\"\",\"\"]"))
        facts.priority = entry->priority;
    return facts;
}

bool is_chosen(const DeadLetter& letter, const DlqCommand& options, TimePoint now) {
    const auto& ids = options.ids;
    const auto named = [&](const std::string& id) {
        return id == letter.entry || (!letter.task_id.empty() && id == letter.task_id);
    };
    if (!ids.empty() && std::none_of(ids.begin(), ids.end(), named)) return false;
    if (!options.queue.empty() && options.queue != letter.queue) return false;
    if (!options.reason.empty() && letter.reason.find(options.reason) == std::string::npos)
        return false;
    const auto age = Seconds(now - letter.at).count();
    if (options.older && age <= *options.older) return false;
    if (options.younger && age >= *options.younger) return false;
    return options.task.empty() || is_task(facts_of(letter).task, options.task);
}

bool is_narrowed(const DlqCommand& options) {
    return !options.ids.empty() || !options.task.empty() || !options.reason.empty() ||
           !options.queue.empty() || options.older || options.younger;
}

std::string letter_line(const DeadLetter& letter) {
    const auto facts = facts_of(letter);
    const auto task =
        facts.task.empty() && letter.task_id.empty()
            ? std::string("(no task)")
            : fmt::format("{}[{}]", facts.task.empty() ? "?" : facts.task, letter.task_id);
    return fmt::format(
        "{}  {}  {}  {}  {}\n",
        letter.entry,
        format_iso_time(letter.at),
        shown_text(letter.queue),
        shown_text(task),
        shown_text(letter.reason)
    );
}

std::string letter_text(const DeadLetter& letter) {
    const auto facts = facts_of(letter);
    return fmt::format(
        "entry    {}\ntime     {}\nqueue    {}\ntask     {}\nid       {}\nworker   {}\n"
        "deaths   {}\nreason   {}\n{}\n\n",
        letter.entry,
        format_iso_time(letter.at),
        shown_text(letter.queue),
        shown_text(facts.task),
        shown_text(letter.task_id),
        shown_text(letter.worker),
        facts.deaths,
        shown_text(letter.reason),
        readable(letter.message)
            ? "message  " + letter.message
            : fmt::format(
                  "message  ({} bytes that are no text; --json has them)", letter.message.size()
              )
    );
}

std::string letter_json(const DeadLetter& letter, bool with_message) {
    const auto facts = facts_of(letter);
    Json json = Json::object();
    json["entry"] = letter.entry;
    json["time"] = format_iso_time(letter.at);
    json["queue"] = letter.queue;
    json["task"] = facts.task;
    json["id"] = letter.task_id;
    json["worker"] = letter.worker;
    json["deaths"] = facts.deaths;
    json["reason"] = letter.reason;
    json["bytes"] = letter.message.size();
    if (with_message && is_strict_utf8(letter.message)) {
        json["message"] = letter.message;
    } else if (with_message) {
        std::string text;
        base64_append(text, letter.message);
        json["message_base64"] = text;
    }
    return to_json_text(json) + "\n";
}

}  // namespace taskworker

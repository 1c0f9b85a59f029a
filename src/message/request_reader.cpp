#include "message/request_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/iso_time.hpp"
#include "message/fields.hpp"
#include "message/header_names.hpp"
#include "message/python_json.hpp"

namespace taskworker {
namespace {

constexpr double kLongestLimit = 1e9;  // seconds, 31 years: safe to add to any clock

}  // namespace

void RequestReader::fail(std::string why) {
    if (!wrong_) wrong_ = Malformed{std::move(why)};
}

void RequestReader::bad(std::string_view name, std::string_view raw, std::string_view wanted) {
    fail(fmt::format("{} is not {}: {}", name, wanted, raw_for_error(raw)));
}

void RequestReader::text(
    std::optional<std::string>& to, std::string_view name, std::string_view raw
) {
    if (read_raw_text(to.emplace(), raw)) return;
    to.reset();
    if (!raw_is_null(raw)) bad(name, raw, "a text");
}

void RequestReader::name_text(std::string& to, std::string_view name, std::string_view raw) {
    if (!read_raw_text(to, raw)) bad(name, raw, "a text");
}

void RequestReader::repr(std::string& to, std::string_view name, std::string_view raw) {
    if (read_raw_text(to, raw)) return;
    to.clear();
    if (!raw_is_null(raw)) bad(name, raw, "a text");
}

void RequestReader::count(int& to, std::string_view name, std::string_view raw) {
    const auto value = raw_is_null(raw) ? 0 : raw_int(raw);
    if (!value || *value < 0) return bad(name, raw, "a count");
    to = *value;
}

void RequestReader::index(std::optional<int>& to, std::string_view name, std::string_view raw) {
    to = raw_int(raw);
    if (!to && !raw_is_null(raw)) bad(name, raw, "an integer");
}

void RequestReader::flag(std::optional<bool>& to, std::string_view name, std::string_view raw) {
    to = raw_bool(raw);
    if (!to && !raw_is_null(raw)) bad(name, raw, "a bool");
}

void RequestReader::time(
    std::optional<std::string>& to,
    std::optional<TimePoint>& at,
    std::string_view name,
    std::string_view raw
) {
    to = raw_text(raw);
    at = to ? parse_iso_time(*to) : std::nullopt;
    if (!at && !raw_is_null(raw)) {  // celery/worker/request.py: Request.__init__
        fail(fmt::format("invalid {} value {}", name, raw_for_error(raw)));
    }
}

// [hard, soft]; null and 0 mean: as the task has it.
void RequestReader::time_limits(std::string_view raw) {
    request_.time_limit = request_.soft_time_limit = std::nullopt;
    if (raw == "[null, null]") return;  // nearly always
    const auto read = parse_json(raw);
    const auto* value = std::get_if<Json>(&read);
    if (!value || value->is_null() || (value->is_array() && value->empty())) return;
    if (!value->is_array() || value->size() != 2) return bad("timelimit", raw, "[hard, soft]");
    std::optional<Seconds>* const to[] = {&request_.time_limit, &request_.soft_time_limit};
    for (std::size_t i = 0; i < 2; ++i) {
        const auto& limit = (*value)[i];
        if (limit.is_null()) continue;
        const auto seconds = raw_number(to_json_text(limit));
        if (!seconds || std::isnan(*seconds) || *seconds < 0) {
            return bad("timelimit", raw, "[hard, soft]");
        }
        if (*seconds > 0) *to[i] = Seconds(std::min(*seconds, kLongestLimit));
    }
}

void RequestReader::stamps(std::string_view raw) {
    request_.stamps = nullptr;
    if (raw == "{}" || raw_is_null(raw)) return;
    auto read = parse_json(raw);
    auto* value = std::get_if<Json>(&read);
    if (!value || !value->is_object()) return bad("stamps", raw, "an object");
    request_.stamps = std::move(*value);
}

void RequestReader::stamped_headers(std::string_view raw) {
    request_.stamped_headers = nullptr;
    if (raw_is_null(raw)) return;
    auto read = parse_json(raw);
    auto* value = std::get_if<Json>(&read);
    const bool names = value && value->is_array() &&
                       std::all_of(value->begin(), value->end(), [](const Json& name) {
                           return name.is_string();
                       });
    if (!names) return bad("stamped_headers", raw, "a list of names");
    request_.stamped_headers = std::move(*value);
}

void RequestReader::redelivered(std::string_view raw) {
    std::optional<bool> value;
    flag(value, "redelivered", raw);
    if (value.value_or(false)) request_.delivery_info.redelivered = true;
}

void RequestReader::header(MessageHeader header, std::string_view name, std::string_view raw) {
    switch (header) {
        case MessageHeader::Id:
            return name_text(request_.id, name, raw);
        case MessageHeader::Task:
            return name_text(request_.task, name, raw);
        case MessageHeader::Shadow:
            return text(request_.shadow, name, raw);
        case MessageHeader::Eta:
            return time(request_.eta, request_.eta_at, "ETA", raw);
        case MessageHeader::Expires:
            return time(request_.expires, request_.expires_at, "expires", raw);
        case MessageHeader::Group:
            return text(request_.group, name, raw);
        case MessageHeader::GroupIndex:
            return index(request_.group_index, name, raw);
        case MessageHeader::Retries:
            return count(request_.retries, name, raw);
        case MessageHeader::TimeLimit:
            return time_limits(raw);
        case MessageHeader::RootId:
            return text(request_.root_id, name, raw);
        case MessageHeader::ParentId:
            return text(request_.parent_id, name, raw);
        case MessageHeader::ArgsRepr:
            request_.has_argsrepr = !raw_is_null(raw);
            return repr(request_.argsrepr, name, raw);
        case MessageHeader::KwargsRepr:
            return repr(request_.kwargsrepr, name, raw);
        case MessageHeader::Origin:
            return text(request_.origin, name, raw);
        case MessageHeader::IgnoreResult:
            return flag(request_.ignore_result, name, raw);
        case MessageHeader::ReplacedTaskNesting:
            return count(request_.replaced_task_nesting, name, raw);
        case MessageHeader::StampedHeaders:
            return stamped_headers(raw);
        case MessageHeader::Stamps:
            return stamps(raw);
        case MessageHeader::Redelivered:
            return redelivered(raw);
        case MessageHeader::Taskset:
            if (!request_.group) text(request_.group, name, raw);
            return;
        case MessageHeader::Custom:
        case MessageHeader::Compression:
        case MessageHeader::Attribute:
        case MessageHeader::Unknown:
            return;
    }
}

void RequestReader::delivery_info(const Message& message, Span value) {
    const auto raw = message.text(value);
    if (raw_is_null(raw)) return;
    if (!raw.starts_with('{')) return bad("delivery_info", raw, "an object");
    JsonLexer lexer(raw, kNoLimits);
    std::string scratch;
    auto& info = request_.delivery_info;
    const bool was = info.redelivered;  // by a header
    for_each_member(lexer, [&](const Field& field) {
        const auto text = [&](Span span) { return raw.substr(span.at, span.size); };
        const auto name = plain_name(text(field.name), scratch);
        const auto part = text(field.value);
        if (name == "exchange") repr(info.exchange, name, part);
        if (name == "routing_key") repr(info.routing_key, name, part);
        if (name == "redelivered") info.redelivered = was, redelivered(part);
    });
}

void RequestReader::property(const Message& message, std::string_view name, Span value) {
    const auto raw = message.text(value);
    if (name == "correlation_id") return text(request_.correlation_id, name, raw);
    if (name == "reply_to") return text(request_.reply_to, name, raw);
    if (name == "priority") return void(request_.delivery_info.priority = priority_of(raw));
    if (name == "delivery_info") return delivery_info(message, value);
    if (name == "delivery_tag" && !raw.starts_with('"')) bad(name, raw, "a text");
}

void RequestReader::properties(const Message& message) {
    std::string scratch;
    for (const auto& field : message.properties) {
        property(message, plain_name(message, field, scratch), field.value);
    }
}

void RequestReader::finish() {
    if (request_.id.empty()) fail("no task id");
    if (request_.task.empty()) fail("no task name");
}

int priority_of(std::string_view raw) {
    if (const auto value = raw_int(raw)) return *value;
    if (raw_bool(raw)) return raw == "true" ? 1 : 0;
    if (const auto text = raw_text(raw)) return raw_int(*text).value_or(0);
    const auto number = raw_number(raw);
    if (!number || !std::isfinite(*number)) return 0;
    return static_cast<int>(std::clamp(*number, -1e6, 1e6));
}

}  // namespace taskworker

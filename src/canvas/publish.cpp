// One call with its options as a message (celery/app/base.py: send_task, amqp.py: as_task_v2).
#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "base/iso_time.hpp"
#include "canvas/expand.hpp"
#include "canvas/router.hpp"

namespace taskworker {
namespace {

using canvas::take;
using canvas::text_or;

constexpr double kMostSeconds = 100.0 * 365 * 86400;

std::optional<std::string> maybe_text(const Json& value) {
    if (!value.is_string()) return std::nullopt;
    return value.get<std::string>();
}

std::optional<Seconds> maybe_seconds(const Json& value) {
    if (!value.is_number() || value.is_boolean()) return std::nullopt;
    const auto seconds = value.get<double>();
    if (std::isnan(seconds)) return std::nullopt;
    return Seconds(std::clamp(seconds, -kMostSeconds, kMostSeconds));
}

std::optional<int> maybe_int(const Json& value) {
    if (!value.is_number_integer()) return std::nullopt;
    const auto number = value.get<std::int64_t>();
    return static_cast<int>(std::clamp<std::int64_t>(number, -1'000'000, 1'000'000'000));
}

// A number of seconds from now, an ISO text, or kombu's typed datetime.
struct When {
    std::optional<std::string> text;
    std::optional<TimePoint> at;
};
When when_of(const Json& value, TimePoint now) {
    if (const auto seconds = maybe_seconds(value)) {
        const auto at = now + std::chrono::duration_cast<TimePoint::duration>(*seconds);
        return {format_iso_time(at), at};
    }
    const Json& text = value.is_object() ? canvas::member(value, "__value__") : value;
    if (!text.is_string()) return {};
    return {text.get<std::string>(), parse_iso_time(text.get<std::string>())};
}

void set_times(Publication& p, Json& options, const Moment& moment) {
    const auto countdown = take(options, "countdown");
    const auto eta = take(options, "eta");
    const auto wait = maybe_seconds(countdown);
    if (wait && wait->count() != 0) {
        p.eta = when_of(countdown, moment.now).text;
    } else {
        p.eta = when_of(eta, moment.now).text;
    }
    const auto expires = when_of(take(options, "expires"), moment.now);
    p.expires = expires.text;
    if (!expires.at) return;
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(*expires.at - moment.now).count();
    p.expiration = std::to_string(std::max<std::int64_t>(left, 0));
}

void set_stamps(Publication& p, Json& options) {
    p.stamped_headers = take(options, "stamped_headers");
    if (!p.stamped_headers.is_array()) p.stamped_headers = nullptr;
    if (p.stamped_headers.is_null()) return;
    for (const auto& name : p.stamped_headers) {
        if (!name.is_string()) continue;
        if (p.stamps.contains(name.get_ref<const std::string&>())) continue;
        p.stamps[name.get<std::string>()] = take(options, name.get_ref<const std::string&>());
    }
}

void set_links(Publication& p, Json& options, JsonList chain) {
    const auto links = [&](const char* name) {
        auto value = take(options, name);
        if (!value.is_null() && !value.is_array()) value = Json(canvas::as_list(value));
        return value;
    };
    p.callbacks = links("link");
    p.errbacks = links("link_error");
    auto own_chain = links("chain");
    p.chain = chain.is_null() ? JsonList(own_chain) : std::move(chain);
    p.chord = take(options, "chord");
    if (!p.chord.is_object()) p.chord = nullptr;
}

// Forms that we do not write (pickle) are left to the settings.
void take_own_form(Publication& p, Json& options) {
    const auto serializer = serializer_named(text_or(take(options, "serializer"), ""));
    if (serializer) p.serializer = *serializer;
    const auto codec = codec_named(text_or(take(options, "compression"), ""));
    if (codec) p.compression = codec;
}

}  // namespace

std::vector<Outgoing> outgoing(const std::vector<Publication>& messages) {
    std::vector<Outgoing> all;
    all.reserve(messages.size());
    for (const auto& message : messages)
        all.push_back({message.routing_key, message.priority, encode_publication(message)});
    return all;
}

ResultTree canvas::Expander::publish(
    std::string task, Json args, Json kwargs, Json options, JsonList chain
) {
    const auto route = route_of({task, args, kwargs, options}, moment_.settings);
    for (const auto& [name, value] : route.items())
        if (!options.contains(name)) options[name] = value;
    Publication p;
    p.task = std::move(task);
    p.id = text_or(canvas::take(options, "task_id"), "");
    if (p.id.empty()) p.id = moment_.luck.uuid();
    p.args = std::move(args);
    p.kwargs = std::move(kwargs);
    set_times(p, options, moment_);
    set_links(p, options, std::move(chain));
    set_stamps(p, options);
    p.shadow = maybe_text(canvas::take(options, "shadow"));
    p.group = maybe_text(canvas::take(options, "group_id"));
    p.group_index = maybe_int(canvas::take(options, "group_index"));
    p.root_id = maybe_text(canvas::take(options, "root_id"));
    p.parent_id = maybe_text(canvas::take(options, "parent_id"));
    p.time_limit = maybe_seconds(canvas::take(options, "time_limit"));
    p.soft_time_limit = maybe_seconds(canvas::take(options, "soft_time_limit"));
    p.retries = std::max(0, maybe_int(canvas::take(options, "retries")).value_or(0));
    p.replaced_task_nesting =
        std::max(0, maybe_int(canvas::take(options, "replaced_task_nesting")).value_or(0));
    p.reply_to = text_or(canvas::take(options, "reply_to"), "");
    const auto ignore = canvas::take(options, "ignore_result");
    if (ignore.is_boolean()) p.ignore_result = ignore.get<bool>();
    auto priority = maybe_int(canvas::take(options, "priority"));
    if (current_) {
        const bool orphan =
            !p.root_id || p.root_id->empty() || !p.parent_id || p.parent_id->empty();
        if (!p.root_id || p.root_id->empty()) p.root_id = current_->root_id;
        if (!p.parent_id || p.parent_id->empty()) p.parent_id = current_->id;
        if (orphan && !priority && moment_.settings.task_inherit_parent_priority)
            priority = current_->priority;
    }
    p.priority = priority.value_or(moment_.settings.task_default_priority.value_or(0));
    // A named exchange is followed as far as its routing key goes: on Redis that is the queue.
    p.routing_key = text_or(
        canvas::take(options, "queue"),
        text_or(canvas::take(options, "routing_key"), moment_.settings.task_default_queue)
    );
    if (auto headers = canvas::take(options, "headers"); headers.is_object())
        p.headers = std::move(headers);
    p.origin = moment_.node;
    p.delivery_tag = moment_.luck.uuid();
    take_form(p, moment_.settings);
    take_own_form(p, options);
    auto result = std::make_shared<ResultNode>(p.id);
    dispatch_.messages.push_back(std::move(p));
    add_child(result, canvas::take(options, "add_to_parent"));
    return result;
}

}  // namespace taskworker

#include "side_channel.hpp"
#include "tasks.hpp"

namespace integration {
namespace {

using conformance::SideChannel;

// What redis-py makes of a value: text and numbers.
std::string as_text(const tw::Json& value) {
    return value.is_string() ? value.get<std::string>() : tw::to_json_text(value);
}

void redis_echo(tw::Context& ctx, const tw::Json& message, const std::string& key) {
    ctx.resource<SideChannel>().push(key, as_text(message));
}

void redis_echo_group_id(tw::Context& ctx, const tw::Json&, const std::string& key) {
    ctx.resource<SideChannel>().push(key, ctx.request().group.value_or(""));
}

void redis_count(tw::Context& ctx, const std::string& key) {
    ctx.resource<SideChannel>().increment(key);
}

std::string errback_old_style(tw::Context& ctx, const std::string& request_id) {
    ctx.resource<SideChannel>().increment(request_id);
    return request_id;
}

}  // namespace

void add_recording_tasks(tw::App& app) {
    app.task(suite("redis_echo"), &redis_echo, {"message", "redis_key"_arg = "redis-echo"});
    app.task(
        suite("redis_echo_group_id"),
        &redis_echo_group_id,
        {"_", "redis_key"_arg = "redis-group-ids"}
    );
    app.task(suite("redis_count"), &redis_count, {"redis_key"_arg = "redis-count"});
    app.task(suite("errback_old_style"), &errback_old_style, {"request_id"});
}

}  // namespace integration

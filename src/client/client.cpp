#include "taskworker/client.hpp"

#include <stdexcept>
#include <utility>

#include "base/iso_time.hpp"
#include "canvas/result_node.hpp"
#include "client/client_state.hpp"
#include "client/result_tree.hpp"
#include "message/compression.hpp"
#include "message/serializer.hpp"

namespace taskworker {
namespace {

template <class T>
void put(Json& options, const char* name, const std::optional<T>& value) {
    if (value) options[name] = *value;
}

void put_seconds(Json& options, const char* name, const std::optional<Seconds>& value) {
    if (value) options[name] = value->count();
}

void check_form(const SendOptions& options) {
    if (options.serializer && !serializer_named(*options.serializer))
        throw std::invalid_argument("no serializer of ours: " + *options.serializer);
    if (options.compression && !codec_named(*options.compression))
        throw std::invalid_argument("no compression of ours: " + *options.compression);
}

Json json_of(const SendOptions& options) {
    check_form(options);
    auto json = Json::object();
    put_seconds(json, "countdown", options.countdown);
    if (options.eta) json["eta"] = format_iso_time(*options.eta);
    put_seconds(json, "expires", options.expires);
    put(json, "queue", options.queue);
    put(json, "priority", options.priority);
    put(json, "task_id", options.task_id);
    put_seconds(json, "time_limit", options.time_limit);
    put_seconds(json, "soft_time_limit", options.soft_time_limit);
    put(json, "ignore_result", options.ignore_result);
    put(json, "serializer", options.serializer);
    put(json, "compression", options.compression);
    if (!options.headers.empty()) json["headers"] = options.headers;
    put(json, "shadow", options.shadow);
    return json;
}

Settings settings_of(std::string broker_url, std::string result_backend) {
    Settings settings;
    settings.broker_url = std::move(broker_url);
    settings.result_backend = std::move(result_backend);
    return settings;
}

}  // namespace

Client::Client(Settings settings) : state_(std::make_shared<ClientState>(std::move(settings))) {}

Client::Client(std::string broker_url, std::string result_backend)
    : Client(settings_of(std::move(broker_url), std::move(result_backend))) {}

Client::~Client() = default;

ResultHandle Client::send_one(const Signature& signature, const SendOptions& options) {
    return {state_, state_->send(signature_to_json(signature), json_of(options))};
}

GroupHandle Client::send_group(const Signature& signature, const SendOptions& options) {
    return {state_, state_->send(signature_to_json(signature), json_of(options))};
}

AsyncResult<Json> Client::send_task(
    std::string name, Json args, Json kwargs, const SendOptions& options
) {
    Signature call;
    call.task = std::move(name);
    call.args = std::move(args);
    call.kwargs = std::move(kwargs);
    return AsyncResult<Json>(send_one(call, options));
}

ResultHandle Client::find_result(std::string id) const {
    return {state_, std::make_shared<ResultNode>(std::move(id))};
}

std::optional<GroupResult<Json>> Client::restore_group(const std::string& id) const {
    auto backend = state_->results();
    const auto tuple = backend->load_group(id);
    auto tree = tuple ? tree_of(*tuple) : nullptr;
    if (!tree || !tree->group) return std::nullopt;
    return GroupResult<Json>(state_, std::move(tree));
}

}  // namespace taskworker

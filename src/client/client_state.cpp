#include "client/client_state.hpp"

#include <stdexcept>
#include <utility>

#include "backend/open_backend.hpp"
#include "base/log.hpp"
#include "broker/open_broker.hpp"
#include "canvas/router.hpp"
#include "client/producer.hpp"
#include "client/sent_event.hpp"
#include "message/python_json.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

const Settings& checked(const Settings& settings) {
    if (auto broken = check_routes(settings.task_routes))
        throw ConfigError("task_routes: " + *broken);
    if (auto broken = check_publish_retry_policy(settings.task_publish_retry_policy))
        throw ConfigError("task_publish_retry_policy: " + *broken);
    if (!serializer_named(settings.task_serializer))
        throw ConfigError("task_serializer: " + settings.task_serializer + " is not known");
    if (settings.task_compression && !codec_named(*settings.task_compression))
        throw ConfigError("task_compression: " + *settings.task_compression + " is not known");
    return settings;
}

}  // namespace

ClientState::ClientState(Settings settings)
    : settings_(std::move(settings)),
      name_(producer_name(this_host())),
      id_(luck_.uuid()),
      retry_(publish_retry(checked(settings_))),
      transport_(open_broker(settings_, name_, id_)),
      broker_(transport_->broker()),
      fanout_(transport_->fanout()) {}

Moment ClientState::moment() { return {clock_.now(), luck_, name_, settings_}; }

// What a chord needs goes first: its first part may end before the last one is sent.
ResultTree ClientState::send(const Json& signature, const Json& options) {
    try {
        const std::lock_guard lock(sending_);
        const auto now = moment();
        canvas::Expander expander(now, std::nullopt);
        auto tree = expander.apply(canvas::read(signature), Json::array(), Json::object(), options);
        if (!tree) throw CanvasError("a chain without tasks");
        const auto dispatch = expander.take();
        const auto messages = outgoing(dispatch.messages);
        if (!dispatch.writes.empty()) {
            auto backend = results();
            for (const auto& write : dispatch.writes) backend->write(write);
        }
        publish(*broker_, messages, retry_);
        if (settings_.task_send_sent_event) tell_sent(dispatch.messages);
        return tree;
    } catch (const CanvasError& error) {
        throw std::invalid_argument(error.what());
    } catch (const EncodeError& error) {
        throw std::invalid_argument(error.what());
    }
}

// Monitoring only: what was sent stays sent.
void ClientState::tell_sent(const std::vector<Publication>& messages) {
    std::vector<Fanout::Sending> events;
    const EventSender sender = event_sender(name_);
    for (const auto& message : messages)
        events.push_back(sent_event(
            message,
            {sender, lamport_.forward(), clock_.now(), settings_.event_exchange, luck_.uuid()}
        ));
    try {
        fanout_->publish(events);
    } catch (const BrokerError& error) {
        log::warning("task-sent: {}", error.what());
    }
}

void ClientState::revoke(const std::vector<std::string>& ids, const RevokeOptions& options) {
    const std::lock_guard lock(sending_);
    Control control(*fanout_, settings_, clock_);
    Control::Call call{.method = "revoke"};
    call.arguments["task_id"] = ids.size() == 1 ? Json(ids.front()) : Json(ids);
    call.arguments["terminate"] = options.terminate;
    call.arguments["signal"] = options.signal;
    control.tell(call);
}

ClientState::Results ClientState::results() {
    {
        const std::lock_guard lock(idle_mutex_);
        if (!idle_.empty()) {
            auto backend = std::move(idle_.back());
            idle_.pop_back();
            return {*this, std::move(backend)};
        }
    }
    return {*this, open_backend(settings_)};
}

ClientState::Results::~Results() {
    if (!backend_) return;
    const std::lock_guard lock(client_.idle_mutex_);
    client_.idle_.push_back(std::move(backend_));
}

}  // namespace taskworker

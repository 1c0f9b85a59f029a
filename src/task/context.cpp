#include "taskworker/context.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "message/properties.hpp"
#include "task/context_state.hpp"

namespace taskworker {
namespace {

enum Level { Debug = 1, Info = 2, Warning = 3, Problem = 4 };  // spdlog's numbers

}  // namespace

Retry::~Retry() = default;
TaskStopped::~TaskStopped() = default;
Replacement::~Replacement() = default;

// ---- behind the handle ----

void ContextState::check() {
    if (stop_.stop_requested()) throw TaskStopped();
    if (soft_limit_.stop_requested() && !told_.exchange(true)) throw SoftTimeLimitExceeded();
}

void ContextState::sleep(Seconds duration) {
    constexpr double kMost = 100.0 * 365 * 86400;
    const double wait =
        std::isnan(duration.count()) ? 0.0 : std::clamp(duration.count(), 0.0, kMost);
    const auto until =
        std::chrono::steady_clock::now() +
        std::chrono::duration_cast<std::chrono::steady_clock::duration>(Seconds(wait));
    {
        const auto wake = [this] {
            const std::lock_guard lock(mutex_);
            wake_.notify_all();
        };
        const std::stop_callback on_soft_limit(soft_limit_, wake), on_stop(stop_, wake);
        std::unique_lock lock(mutex_);
        wake_.wait_until(lock, until, [this] { return stop_.stop_requested() || struck(); });
    }
    check();
}

std::stop_token ContextState::stop_token() {
    std::call_once(combined_, [this] {
        either_.emplace();
        const std::function<void()> request_stop = [this] { either_->request_stop(); };
        on_soft_limit_.emplace(soft_limit_, request_stop);
        on_stop_.emplace(stop_, request_stop);
    });
    return either_->get_token();
}

// ---- the handle ----

const Request& Context::request() const { return state_->request; }

Json Context::properties() const {
    return state_->message ? properties_of(*state_->message) : Json::object();
}

void Context::update_state(std::string_view state, const Json& meta) const {
    state_->port.update_state(state_->request, std::string(state), meta);
}
void Context::send_event(std::string_view type, const Json& fields) const {
    if (!fields.is_object())
        throw std::invalid_argument("send_event(): fields must be a JSON object");
    state_->port.send_event(state_->request, std::string(type), fields);
}
void Context::check() const { state_->check(); }
void Context::sleep(Seconds duration) const { state_->sleep(duration); }
std::stop_token Context::stop_token() const { return state_->stop_token(); }
void* Context::find_resource(std::type_index type) const { return state_->resources.get(type); }
const Settings& Context::settings() const { return state_->resources.settings(); }

namespace {

std::string id_of(const Json& tuple) { return tuple.at(0).at(0).get<std::string>(); }

}  // namespace

Json Context::send(const Signature& signature) const { return state_->send(signature); }
std::string Context::apply_async(const Signature& signature) const {
    return id_of(state_->send(signature));
}
std::string Context::add_to_chord(const Signature& signature) const {
    return id_of(state_->add_to_chord(signature));
}

void TaskLog::debug(std::string_view text) const {
    state_->port.log(state_->request, Debug, std::string(text));
}
void TaskLog::info(std::string_view text) const {
    state_->port.log(state_->request, Info, std::string(text));
}
void TaskLog::warning(std::string_view text) const {
    state_->port.log(state_->request, Warning, std::string(text));
}
void TaskLog::error(std::string_view text) const {
    state_->port.log(state_->request, Problem, std::string(text));
}

}  // namespace taskworker

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "taskworker/async_result.hpp"
#include "taskworker/canvas.hpp"
#include "taskworker/config.hpp"
#include "taskworker/export.hpp"
#include "taskworker/signature.hpp"
#include "taskworker/task.hpp"

namespace taskworker {

// The keyword arguments of apply_async(). Write them in this order: designated initialisers want
// it.
struct SendOptions {
    std::optional<Seconds> countdown = {};
    std::optional<TimePoint> eta = {};
    std::optional<Seconds> expires = {};      // from now
    std::optional<std::string> queue = {};    // none: the signature's, task_routes, the default
    std::optional<int> priority = {};         // on Redis 0 is served first
    std::optional<std::string> task_id = {};  // none: a new one
    std::optional<Seconds> time_limit = {}, soft_time_limit = {};
    std::optional<bool> ignore_result = {};
    std::optional<std::string> serializer = {}, compression = {};
    Json headers = Json::object();
    std::optional<std::string> shadow = {};
};

// The settings as a worker reads them: `own`, a taskworker.toml here, CELERY_… variables; a later
// one wins. Throws ConfigError.
TASKWORKER_EXPORT Settings load_settings(const Json& own = Json::object());

// Sends tasks and canvases to workers, Python's or C++'s, and waits for their results.
//
//   tw::Client client("redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/1");
//   std::string sent = client.delay(shop::send_sms, "138…", "1234").get(5s);
//
// Any thread; connects at its first use. Sending throws BrokerError when the broker stays away
// (task_publish_retry_policy), BackendError when a chord cannot be prepared, ConfigError for
// settings nobody understands, std::invalid_argument for a signature that cannot be sent. A retry
// after a broken connection may send a message twice, as Celery's does.
class TASKWORKER_EXPORT Client {
public:
    explicit Client(Settings settings);
    explicit Client(std::string broker_url, std::string result_backend = {});
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    template <class R, class... P, class... G>
    requires AcceptedBy<Task<R(P...)>, G...> AsyncResult<R> delay(
        const Task<R(P...)>& task, G&&... given
    ) {
        return AsyncResult<R>(send_one(task.s(std::forward<G>(given)...), {}));
    }

    // A call, or any canvas: AsyncResult of what it ends in, or GroupResult.
    template <detail::AnySignature S>
    auto apply_async(const S& signature, const SendOptions& options = {}) {
        if constexpr (detail::IsCall<S>) {
            static_assert(S::complete, "too few, too many or unfitting arguments for this task");
        }
        if constexpr (detail::IsGroup<S>) {
            return GroupResult<typename S::member_type>(send_group(signature, options));
        } else if constexpr (detail::HasResult<S>) {
            return AsyncResult<typename S::result_type>(send_one(signature, options));
        } else {
            return AsyncResult<Json>(send_one(signature, options));
        }
    }

    // A task of which only the name is known.
    AsyncResult<Json> send_task(
        std::string name,
        Json args = Json::array(),
        Json kwargs = Json::object(),
        const SendOptions& options = {}
    );

    // What was sent by somebody, somewhere.
    template <class R = Json>
    AsyncResult<R> result(std::string id) const {
        return AsyncResult<R>(find_result(std::move(id)));
    }
    // A group that was saved; nothing: there is none. Throws BackendError.
    std::optional<GroupResult<Json>> restore_group(const std::string& id) const;

private:
    ResultHandle send_one(const Signature& signature, const SendOptions& options);
    GroupHandle send_group(const Signature& signature, const SendOptions& options);
    ResultHandle find_result(std::string id) const;

    std::shared_ptr<ClientState> state_;
};

}  // namespace taskworker

#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>

#include "canvas/expand.hpp"
#include "task/execute.hpp"
#include "task/resources.hpp"
#include "taskworker/request.hpp"
#include "taskworker/signature.hpp"

namespace taskworker {

// What stands behind a Context: the call, and the doors to the world. As long as the call; its
// functions may be called from any thread of the task.
class ContextState {
public:
    ContextState(
        const Request& call,
        TaskPort& world,
        Resources& made,
        const Moment& begin,
        const Message* received = nullptr
    )
        : request(call),
          port(world),
          resources(made),
          message(received),
          moment_(begin),
          soft_limit_(world.soft_limit()),
          stop_(world.stop()) {}

    void check();
    void sleep(Seconds duration);
    std::stop_token stop_token();
    // Sends a canvas in the task's name: its result as Celery's tuple.
    Json send(const Signature& signature);
    Json add_to_chord(const Signature& signature);
    void send(const Dispatch& dispatch);  // of a built-in task

    const Request& request;
    TaskPort& port;
    Resources& resources;
    const Message* const message;  // null: none was received (a test of the author's own)

private:
    bool struck() const { return soft_limit_.stop_requested() && !told_.load(); }

    template <class Prepare>
    Json send(Json signature, Prepare prepare);

    const Moment& moment_;  // its luck is guarded by sending_
    std::mutex sending_;
    const std::stop_token soft_limit_, stop_;
    std::atomic<bool> told_ = false;  // the soft limit strikes once, as Celery's does
    std::mutex mutex_;
    std::condition_variable wake_;
    // Both tokens as one, made when somebody asks; the order of members is that of destruction.
    std::once_flag combined_;
    std::optional<std::stop_source> either_;
    std::optional<std::stop_callback<std::function<void()>>> on_soft_limit_, on_stop_;
};

}  // namespace taskworker

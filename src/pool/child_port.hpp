#pragma once

#include <functional>
#include <mutex>
#include <stop_token>

#include "pool/child_outbox.hpp"
#include "task/execute.hpp"

namespace taskworker {

std::int64_t unix_micros(TimePoint at);

// One running job's door out of a child: everything becomes a frame.
class ChildPort final : public TaskPort {
public:
    // `appended` is called after every frame, by whichever thread of the task wrote it.
    ChildPort(ChildOutbox& outbox, std::uint64_t seq, const std::function<void()>& appended)
        : outbox_(outbox), seq_(seq), appended_(appended) {}

    void update_state(const Request& request, const std::string& state, const Json& meta) override;
    void send_event(const Request& request, const std::string& type, const Json& fields) override;
    void send(const Request& request, Spawned spawned) override;
    void log(const Request& request, int level, const std::string& text) override;
    std::stop_token soft_limit() const override { return soft_.get_token(); }
    std::stop_token stop() const override { return stop_.get_token(); }

    std::stop_source soft_source() const { return soft_; }

private:
    void send(const Frame& frame);

    ChildOutbox& outbox_;
    const std::uint64_t seq_;
    const std::function<void()>& appended_;
    std::stop_source soft_, stop_;
};

}  // namespace taskworker

#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace taskworker {

// What others ask of the consumer. It reads its mailbox between two fetches; whoever posts wakes it
// by Broker::interrupt().
struct StopConsuming {};
struct AddConsumer {
    std::string queue;
};
struct CancelConsumer {
    std::string queue;
};
// The connections may be dead without telling.
struct Reconnect {};
using Mail = std::variant<StopConsuming, AddConsumer, CancelConsumer, Reconnect>;

// Thread-safe.
class Mailbox {
public:
    void post(Mail mail) {
        const std::lock_guard lock(mutex_);
        mails_.push_back(std::move(mail));
        posted_.notify_one();
    }
    std::vector<Mail> take() {
        const std::lock_guard lock(mutex_);
        return std::exchange(mails_, {});
    }

    // Sleeps, but not over a mail.
    void wait_for(std::chrono::milliseconds time) {
        std::unique_lock lock(mutex_);
        posted_.wait_for(lock, time, [&] { return !mails_.empty(); });
    }

private:
    std::mutex mutex_;
    std::condition_variable posted_;
    std::vector<Mail> mails_;  // guarded by mutex_
};

}  // namespace taskworker

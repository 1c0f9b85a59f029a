#include "redis/shared_connection.hpp"

#include <vector>

namespace taskworker::redis {
namespace {

struct Known {
    std::weak_ptr<SharedConnection> connection;
    std::shared_ptr<Servers> servers;
    std::string owner;
};

}  // namespace

void SharedConnection::enter(Urgency urgency) {
    std::unique_lock lock(mutex_);
    if (urgency == Urgency::First) {
        ++urgent_;
        free_.wait(lock, [&] { return !taken_; });
        --urgent_;
    } else {
        const auto number = next_++;
        free_.wait(lock, [&] { return !taken_ && urgent_ == 0 && served_ == number; });
        ++served_;
    }
    taken_ = true;
}

std::size_t SharedConnection::waiting() {
    const std::lock_guard lock(mutex_);
    return urgent_ + static_cast<std::size_t>(next_ - served_);
}

void SharedConnection::give_way() {
    if (waiting() == 0) return;
    leave();
    enter(Urgency::Ordinary);
}

void SharedConnection::leave() {
    const std::lock_guard lock(mutex_);
    taken_ = false;
    free_.notify_all();
}

std::shared_ptr<SharedConnection> shared_connection(
    const ConnectionOptions& options, const std::string& owner
) {
    static std::mutex mutex;
    static std::vector<Known> known;  // guarded by mutex
    const std::lock_guard lock(mutex);
    std::erase_if(known, [](const Known& one) { return one.connection.expired(); });
    for (const auto& one : known) {
        if (one.owner != owner || one.servers != options.servers) continue;
        if (auto shared = one.connection.lock()) {
            shared->need(options.scripts);
            return shared;
        }
    }
    auto made = std::make_shared<SharedConnection>(options);
    if (options.servers) known.push_back({made, options.servers, owner});
    return made;
}

}  // namespace taskworker::redis

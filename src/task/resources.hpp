#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <typeindex>
#include <vector>

#include "taskworker/app.hpp"

namespace taskworker {

// The resources of one executing process, made at their first use. Any thread; two threads that ask
// for the same one at once get the same one, and only these two wait. `app` and `settings` outlive
// it.
class Resources {
public:
    Resources(const App& app, const Settings& settings);
    ~Resources();  // the last one made goes first
    Resources(const Resources&) = delete;
    Resources& operator=(const Resources&) = delete;

    // One that is not the app's. Before any thread asks.
    void offer(ResourceFactory factory);

    // Throws what the factory throws (the next call tries again); ConfigError when nobody offers
    // the type.
    void* get(std::type_index type);
    const App& app() const { return app_; }
    const Settings& settings() const { return settings_; }

private:
    struct Slot {
        const ResourceFactory* factory = nullptr;
        std::atomic<void*> ready = nullptr;
        std::mutex making;
    };
    void* make(Slot& slot);

    const App& app_;
    const Settings& settings_;
    std::deque<ResourceFactory> offered_;
    std::map<std::type_index, Slot> slots_;  // never changed once threads ask
    std::mutex mutex_;
    std::vector<std::shared_ptr<void>> made_;  // guarded by mutex_; in order of making
};

}  // namespace taskworker

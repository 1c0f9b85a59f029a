#include "task/resources.hpp"

#include <utility>

#include "task/type_name.hpp"
#include "taskworker/body.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {

Resources::Resources(const App& app, const Settings& settings) : app_(app), settings_(settings) {
    for (const auto& factory : app.resources()) slots_[factory.type].factory = &factory;
}

Resources::~Resources() {
    while (!made_.empty()) made_.pop_back();
}

void Resources::offer(ResourceFactory factory) {
    const auto& kept = offered_.emplace_back(std::move(factory));
    slots_[kept.type].factory = &kept;
}

void* Resources::get(std::type_index type) {
    const auto slot = slots_.find(type);
    if (slot == slots_.end()) {
        throw ConfigError(
            "no resource of this type is registered: write app.resource<…>(…) in the module"
        );
    }
    void* const ready = slot->second.ready.load(std::memory_order_acquire);
    return ready != nullptr ? ready : make(slot->second);
}

void* Resources::make(Slot& slot) {
    const std::lock_guard making(slot.making);
    if (void* const ready = slot.ready.load(std::memory_order_acquire)) return ready;
    auto made = slot.factory->make(settings_);
    if (!made)
        throw ConfigError("the factory of resource " + slot.factory->name + " returned nothing");
    void* const address = made.get();
    {
        const std::lock_guard lock(mutex_);
        made_.push_back(std::move(made));
    }
    slot.ready.store(address, std::memory_order_release);
    return address;
}

}  // namespace taskworker

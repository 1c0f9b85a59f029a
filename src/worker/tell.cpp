#include "worker/tell.hpp"

#include "base/log.hpp"

namespace taskworker {

void tell(const App& app, MessageSignal signal, const Request& request) {
    static constexpr const char* kNames[] = {"task_received", "task_revoked", "task_unknown"};
    const auto* name = kNames[static_cast<std::size_t>(signal)];
    for (const auto& [wanted, handler] : app.handlers().of_messages) {
        if (wanted != signal) continue;
        try {
            handler(request);
        } catch (const std::exception& error) {
            log::error("Signal handler of {} raised: {}", name, error.what());
        } catch (...) {
            log::error("Signal handler of {} raised something that is no std::exception", name);
        }
    }
}

}  // namespace taskworker

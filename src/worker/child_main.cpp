#include "worker/child_main.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/heap.hpp"
#include "pool/child_loop.hpp"
#include "pool/runner.hpp"
#include "task/around.hpp"
#include "task/resources.hpp"
#include "taskworker/errors.hpp"
#include "worker/stored_results.hpp"

namespace taskworker {
namespace {

// FNV-1a: the same text gives the same number in every build.
class Hash {
public:
    void add(std::string_view text) {
        for (const char c : text) step(static_cast<unsigned char>(c));
        step(0);
    }
    std::uint64_t value() const { return value_; }

private:
    void step(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001b3u; }
    std::uint64_t value_ = 0xcbf29ce484222325u;
};

}  // namespace

ChildIdentity identity_of(const App& app, const std::string& module) {
    Hash hash;
    for (const auto& name : app.names()) {
        hash.add(name);
        hash.add(app.find(name)->signature);
    }
    return {.build_id = own_build_id() + build_id_of_file(module), .registry_hash = hash.value()};
}

int child_main(const std::function<LoadedApp(const std::string& setup)>& load) {
    keep_freed_memory();
    LoadedApp loaded;
    std::optional<Resources> resources;
    return run_child([&](const InitFrame& init) {
        loaded = load(init.setup);
        resources.emplace(*loaded.app, *loaded.settings);
        offer_stored_results(*resources);
        const auto tell_app = [&resources, node = init.node](ProcessSignal signal) {
            std::string complaints;
            for (const auto& line : tell(signal, *resources, node))
                complaints += (complaints.empty() ? "" : "\n") + line;
            if (!complaints.empty()) throw Error(complaints);
        };
        return ChildApp{
            .identity = identity_of(*loaded.app, loaded.module),
            .find = [app = loaded.app](std::string_view name) { return app->find(name); },
            .run = execute_jobs(*resources, init.node, *loaded.settings),
            .accept = loaded.settings->accept_content,
            .at_start = [tell_app] { tell_app(process_start); },
            .at_exit = [tell_app] { tell_app(process_stop); }};
    });
}

}  // namespace taskworker

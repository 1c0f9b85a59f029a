#include <fmt/format.h>

#include <chrono>
#include <cstdio>

#include "backend/open_backend.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/result_text.hpp"
#include "cli/result_tree_text.hpp"
#include "client/async_result.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

void print(std::FILE* to, const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), to);
    std::fflush(to);  // a watcher's pipe shows each state when it comes
}

std::optional<ResultRecord> watch(StoredResult& result, const ResultCommand& options) {
    const SystemClock clock;
    // No limit is a year: far enough, and no deadline overflows.
    const auto limit = Seconds(options.timeout.value_or(365.0 * 86400));
    const auto until = clock.ticks() + std::chrono::duration_cast<SteadyPoint::duration>(limit);
    return result.watch(clock, until, [&](const ResultRecord* record) {
        const bool last_document = options.json && record && is_ready(*record);
        if (!last_document) print(stdout, state_text(record, options));
    });
}

}  // namespace

int run_result_command(
    const GlobalOptions& global, const ResultCommand& options, RegisterTasks linked_in
) {
    if (options.timeout && !(*options.timeout >= 0 && *options.timeout <= 365.0 * 86400))
        throw ConfigError("--timeout: must be a number of seconds from 0 to a year");
    if (options.tree && (options.json || options.watch))
        throw ConfigError("--tree: goes neither with --json nor with --watch");
    const Session session(global, linked_in, NeedsApp::No);
    if (session.settings().result_backend.empty())
        throw ConfigError(
            "no result_backend: say where results are, e.g. --result-backend "
            "redis://127.0.0.1:6379/1"
        );
    auto settings = session.settings();
    // Python's default is two minutes; a person who looks waits no longer than for the broker.
    if (!options.watch)
        settings.redis_socket_timeout = std::min(settings.redis_socket_timeout, Seconds(5));
    const auto backend = open_backend(settings);
    if (options.tree) {
        const auto text =
            result_tree_text(options.id, [&](const std::string& id) { return backend->load(id); });
        print(stdout, text);
        if (text.empty()) print(stderr, options.id + ": nothing is stored\n");
        const auto record = backend->load(options.id);
        return result_exit_code(record ? &*record : nullptr);
    }
    StoredResult result(*backend, options.id);
    const auto record = options.watch ? watch(result, options) : result.load();
    const auto text = result_text(record ? &*record : nullptr, options);
    print(stdout, text.out);
    print(stderr, text.err);
    return result_exit_code(record ? &*record : nullptr);
}

}  // namespace taskworker

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "base/iso_time.hpp"
#include "base/moment.hpp"
#include "broker/open_broker.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/node_name.hpp"
#include "cli/shown_text.hpp"
#include "client/producer.hpp"
#include "message/python_json.hpp"

namespace taskworker {
namespace {

constexpr std::size_t kPage = 100;

// What cannot be read is shown as a task without a name: it will become a dead letter.
Request request_in(const ParkedTask& parked, const Settings& settings) {
    auto delivery = read_parked(parked, settings.accept_content);
    return delivery ? std::move(delivery->request) : Request{};
}

std::string line_of(const ParkedTask& parked, const Request& request, bool json) {
    if (!json)
        return fmt::format(
            "{}  {}  {}[{}]  {} {}\n",
            format_iso_time(parked.due),
            shown_text(parked.queue),
            request.task.empty() ? "?" : shown_text(request.task),
            shown_text(request.id),
            shown_text(request.argsrepr),
            shown_text(request.kwargsrepr)
        );
    Json entry = Json::object();
    entry["due"] = format_iso_time(parked.due);
    entry["queue"] = parked.queue;
    entry["task"] = request.task;
    entry["id"] = request.id;
    entry["retries"] = request.retries;
    entry["argsrepr"] = request.argsrepr;
    entry["kwargsrepr"] = request.kwargsrepr;
    return to_json_text(entry) + "\n";
}

}  // namespace

int run_scheduled_command(
    const GlobalOptions& global, const ScheduledCommand& options, RegisterTasks linked_in
) {
    const Session session(global, linked_in, NeedsApp::No);
    auto luck = Luck::seeded_by_the_system();
    const auto transport = open_broker(session.settings(), producer_name(host_name()), luck.uuid());
    const auto leases = transport->leases();
    const auto most = options.limit.value_or(kPage);
    for (std::size_t from = 0; from < most;) {
        const auto page = leases->parked(from, std::min(kPage, most - from));
        for (const auto& parked : page) {
            const auto text = line_of(parked, request_in(parked, session.settings()), options.json);
            std::fwrite(text.data(), 1, text.size(), stdout);
        }
        if (page.empty()) {
            if (from == 0 && !options.json) fmt::print(stderr, "nothing waits for its time\n");
            break;
        }
        from += page.size();
    }
    return std::fflush(stdout) == 0 ? kDone : kFailed;
}

}  // namespace taskworker

#include <fmt/format.h>

#include <cstdio>
#include <vector>

#include "broker/open_broker.hpp"
#include "broker/queues.hpp"
#include "canvas/signature_json.hpp"
#include "cli/call_canvas.hpp"
#include "cli/call_options.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/node_name.hpp"
#include "client/producer.hpp"
#include "client/publish_retry.hpp"
#include "message/python_json.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

// A broker that connects counts as a worker; unless it says goodbye the others find it dead and
// look for its work. The task is published by now: that this fails must not look as if it were not.
void leave(Transport& transport) {
    try {
        transport.leases()->leave();
    } catch (const BrokerError&) {
        return;  // then they look, and find nothing
    }
}

Publication publication_of(const TaskCall& call, const Moment& moment) {
    try {
        return make_publication(call, moment);
    } catch (const CanvasError& error) {
        throw ConfigError(error.what());
    }
}

Outgoing encoded(const Publication& publication) {
    try {
        return address(publication);
    } catch (const EncodeError& error) {
        throw ConfigError(fmt::format(
            "--args, --kwargs: not for {}: {}", name_of(publication.serializer), error.what()
        ));
    }
}

// One message for its queue, or one for each queue that is bound to its exchange. Each has a
// delivery tag of its own: it is their key while a worker holds them.
std::vector<Outgoing> addressed(Publication& publication, const Settings& settings, Luck& luck) {
    if (publication.exchange.empty()) return {encoded(publication)};
    const auto queues = open_queues(settings, publication.origin)
                            ->bound_to(publication.exchange, publication.routing_key);
    std::vector<Outgoing> messages;
    for (const auto& queue : queues) {
        publication.delivery_tag = luck.uuid();
        messages.push_back(encoded(publication));
        messages.back().queue = queue;
    }
    return messages;
}

int not_bound(const Publication& publication) {
    fmt::print(
        stderr,
        "taskworker: error: no queue is bound to exchange {} with routing key {}\n",
        publication.exchange,
        publication.routing_key
    );
    return kNotFound;
}

}  // namespace

int run_call_command(
    const GlobalOptions& global, const CallCommand& options, RegisterTasks linked_in
) {
    if (!options.canvas.empty()) return call_canvas(global, options, linked_in);
    const auto call = read_call(options);  // a mistake is told before anything is loaded
    const Session session(global, linked_in, NeedsApp::No);
    const auto name = producer_name(host_name());
    auto luck = Luck::seeded_by_the_system();
    const Moment moment{SystemClock().now(), luck, name, session.settings()};
    auto publication = publication_of(call, moment);
    const auto messages = addressed(publication, session.settings(), luck);
    if (messages.empty()) return not_bound(publication);

    const auto transport = open_broker(session.settings(), name, luck.uuid());
    publish(*transport->broker(), messages, publish_retry(session.settings()));
    fmt::print("{}\n", publication.id);
    const bool printed = std::fflush(stdout) == 0;
    leave(*transport);
    return printed ? kDone : kFailed;
}

}  // namespace taskworker

#include <fmt/format.h>

#include <cstdio>

#include "broker/open_broker.hpp"
#include "cli/call_options.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/node_name.hpp"
#include "client/producer.hpp"
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

Outgoing encoded(const Publication& publication) {
    try {
        return address(publication);
    } catch (const EncodeError& error) {
        throw ConfigError(fmt::format(
            "--args, --kwargs: not for {}: {}", name_of(publication.serializer), error.what()
        ));
    }
}

}  // namespace

int run_call_command(
    const GlobalOptions& global, const CallCommand& options, RegisterTasks linked_in
) {
    const auto call = read_call(options);  // a mistake is told before anything is loaded
    const Session session(global, linked_in, NeedsApp::No);
    const auto name = producer_name(host_name());
    auto luck = Luck::seeded_by_the_system();
    const Moment moment{SystemClock().now(), luck, name, session.settings()};
    const auto publication = make_publication(call, moment);
    const Outgoing message = encoded(publication);

    const auto transport = open_broker(session.settings(), name, luck.uuid());
    transport->broker()->publish({&message, 1});
    fmt::print("{}\n", publication.id);
    const bool printed = std::fflush(stdout) == 0;
    leave(*transport);
    return printed ? kDone : kFailed;
}

}  // namespace taskworker

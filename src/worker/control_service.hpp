#pragma once

#include <string>
#include <thread>
#include <vector>

#include "message/control_message.hpp"
#include "worker/control_commands.hpp"
#include "worker/persistent_loop.hpp"

namespace taskworker {

// The pidbox (kombu/pidbox.py: Node): listens to the control exchange, runs the commands that are
// meant for us, answers who wants an answer. A thread of its own, which takes no lock for longer
// than a look: how busy consumer and pool are makes no difference to it.
class ControlService {
public:
    explicit ControlService(ControlParts parts);
    ~ControlService();

    // Listens from now on; false when the broker is away, then the thread goes on trying. Loads the
    // ids revoked earlier.
    bool connect();
    void start();
    void stop();

    // For tests: one message as it came.
    void handle(std::string raw);

private:
    void run();
    void step();
    void reply(const ControlRequest& request, const Json& answer);

    ControlState state_;
    const std::vector<std::string> accept_;
    Luck luck_ = Luck::seeded_by_the_system();
    PersistentLoop loop_{"control"};
    std::thread thread_;
};

}  // namespace taskworker

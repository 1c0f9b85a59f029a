#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/lamport_clock.hpp"
#include "base/moment.hpp"
#include "broker/fanout.hpp"
#include "message/control_message.hpp"
#include "taskworker/config.hpp"
#include "taskworker/json.hpp"

namespace taskworker {

// Steers workers, ours and Python's (celery/app/control.py). Not thread-safe. Throws BrokerError.
class Control {
public:
    struct Reply {
        std::string node;
        Json body;
    };
    struct Call {
        std::string method;
        Json arguments = Json::object();
        std::vector<std::string> destination = {};  // empty: everybody
        Seconds timeout{1};                         // after the last reply
    };

    Control(Fanout& fanout, const Settings& settings, const Clock& clock);
    ~Control();  // takes the queue of replies away
    Control(const Control&) = delete;
    Control& operator=(const Control&) = delete;

    // Until every node of `destination` has answered, or nobody has for `timeout`.
    std::vector<Reply> ask(const Call& call);
    void tell(const Call& call);  // nobody answers

private:
    void publish(ControlRequest request, Seconds timeout);

    Fanout& fanout_;
    const Settings& settings_;
    const Clock& clock_;
    const std::string exchange_;
    Luck luck_ = Luck::seeded_by_the_system();
    const Fanout::Binding mine_;
    LamportClock lamport_;
    bool bound_ = false;
};

}  // namespace taskworker

#pragma once

#include <span>
#include <string>

#include "broker/leases.hpp"
#include "ledger/ledger.hpp"
#include "observe/observer.hpp"
#include "taskworker/app.hpp"
#include "worker/luck_source.hpp"
#include "worker/settler.hpp"

namespace taskworker {

struct ReaperParts {
    const App& app;
    const Settings& settings;
    std::string node;
    const Clock& clock;
    Leases& leases;
    Ledger& ledger;  // ends what dead workers had begun
    Observer& observer;
    Settler::Then then = {};  // lost tasks have chords and errbacks too
};

// Takes over from a dead worker: what it held goes back, what it had begun is told as lost. Not
// thread-safe. Throws BrokerError and BackendError; what is not done then is done by the next one.
class Reaper {
public:
    explicit Reaper(ReaperParts parts) : with_(std::move(parts)) {}
    struct Done {
        std::size_t handed_back = 0, lost = 0, poisoned = 0;
    };
    Done reap(const std::string& worker);

private:
    void settle(const std::string& worker, const ReapReport& report);
    void follow(const Settlement& end);
    void tell(std::span<const Entry> ends, std::span<const Refusal> refusals);

    ReaperParts with_;
    LuckSource luck_;
};

}  // namespace taskworker

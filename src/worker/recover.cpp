#include "worker/recover.hpp"

#include <set>
#include <thread>

#include "base/log.hpp"
#include "broker/open_broker.hpp"
#include "broker/redis_leases.hpp"
#include "ledger/open_ledger.hpp"
#include "observe/log_observer.hpp"
#include "taskworker/errors.hpp"
#include "worker/reaper.hpp"

namespace taskworker {
namespace {

// Others are not told of us, but Redis knows us while we look: an end without a goodbye would leave
// somebody else to be looked after.
class Guest {
public:
    explicit Guest(Leases& leases) : leases_(leases) {}
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;
    ~Guest() {
        try {
            leases_.leave();
        } catch (const Error& error) {
            log::warning("recover: could not say goodbye: {}", error.what());
        }
    }

private:
    Leases& leases_;
};

}  // namespace

Recovered recover(const App& app, const Settings& settings, const std::string& node) {
    const SystemClock clock;
    const auto id = Luck::seeded_by_the_system().uuid();
    const auto transport = open_broker(settings, node, id);
    const auto leases = transport->leases();
    const auto ledger = open_ledger(settings, node, id);
    LogObserver observer;
    Reaper reaper(
        {.app = app,
         .settings = settings,
         .node = node,
         .clock = clock,
         .leases = *leases,
         .ledger = *ledger,
         .observer = observer}
    );
    const Guest guest(*leases);
    const Lifetimes lifetimes;
    const auto until =
        clock.ticks() +
        std::chrono::duration_cast<SteadyPoint::duration>(lifetimes.dead + 1.5 * lifetimes.beat);
    Recovered all;
    std::set<std::string> workers;
    for (;;) {
        const auto beat = leases->beat();
        for (const auto& worker : beat.dead) {
            const auto done = reaper.reap(worker);
            workers.insert(worker);
            all.handed_back += done.handed_back;
            all.lost += done.lost;
            all.poisoned += done.poisoned;
        }
        if (beat.more) continue;
        if (clock.ticks() >= until) break;
        std::this_thread::sleep_for(lifetimes.beat);
    }
    all.workers = workers.size();
    all.restored = leases->restore_expired(clock.now());
    return all;
}

}  // namespace taskworker

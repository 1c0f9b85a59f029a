#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "canvas/finish_chord.hpp"
#include "ledger/ledger.hpp"
#include "taskworker/config.hpp"

namespace taskworker {

// Complete chords in the result server: taken by one worker at a time, finished once. Not
// thread-safe. Throws BrokerError or BackendError when a server is away.
class ChordLedger {
public:
    virtual ~ChordLedger() = default;
    // With its parts and its saved tree. Nothing: another worker has it.
    virtual std::optional<TakenChord> take(const std::string& group) = 0;
    // Complete for longer than they should be: their worker died.
    virtual std::vector<std::string> overdue() = 0;
    // The deadline that passes next: no chord is overdue earlier, but for those that become
    // complete from now on. As of the last overdue().
    virtual std::optional<TimePoint> next_deadline() const = 0;
    // Adds the stored results of these ids.
    virtual void look_up(TakenChord& chord, const std::vector<std::string>& ids) = 0;
    // Sends what follows and removes all traces; false: it was not ours any more. Groups that
    // became complete by it are added to `complete`.
    virtual bool finish(
        const std::string& group, const ChordEnd& end, std::vector<std::string>& complete
    ) = 0;
    // Some part had been counted twice: it waits for the missing one again.
    virtual void give_back(const std::string& group) = 0;
};

// For settings.broker_url and settings.result_backend; null when results are not stored.
std::unique_ptr<ChordLedger> open_chord_ledger(
    const Settings& settings, const std::string& worker_id
);

}  // namespace taskworker

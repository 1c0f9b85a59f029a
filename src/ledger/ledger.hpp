#pragma once

#include <cstddef>
#include <iterator>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "message/settlement.hpp"

namespace taskworker {

using Entry = std::variant<Start, Progress, Sending, Settlement>;

// An entry whose effects did not happen.
struct Refusal {
    std::size_t index;  // in the batch
    bool lost = true;   // the lease was not ours any more; false: Redis refused (see `why`)
    std::string why = {};
};

// Applies entries in one round trip, each all or nothing, in their order. Fenced: an entry whose
// lease (or started mark) is not ours any more has no effect and comes back as lost. Sending a
// batch again after a lost connection is harmless: what was applied comes back as lost. Not
// thread-safe: the settler's. Throws BrokerError or BackendError when a server is away.
class Ledger {
public:
    virtual ~Ledger() = default;
    virtual std::vector<Refusal> apply(std::span<const Entry> batch) = 0;
    // The end of tasks another worker had started (early ack) before it died: fenced by its marks.
    virtual std::vector<Refusal> apply_for(
        const std::string& dead_worker, std::span<const Entry> batch
    ) = 0;
    // Groups whose chords became complete by what was applied since the last call: ours to finish
    // (ledger/chord_ledger.hpp).
    std::vector<std::string> complete_chords() { return std::exchange(complete_, {}); }

protected:
    void note_complete(std::vector<std::string> groups) {
        std::move(groups.begin(), groups.end(), std::back_inserter(complete_));
    }

private:
    std::vector<std::string> complete_;
};

}  // namespace taskworker

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/chord_ledger.hpp"
#include "ledger/settle_command.hpp"
#include "redis/shared_connection.hpp"

namespace taskworker {

// The chords of one result server. With the broker in the same server a chord ends in one script;
// else what follows is published first and its traces are removed then: a crash in between may
// send a body twice.
class RedisChords final : public ChordLedger {
public:
    RedisChords(
        std::shared_ptr<redis::SharedConnection> results,
        std::unique_ptr<redis::Connection> broker,
        LedgerKeys keys
    );

    std::optional<TakenChord> take(const std::string& group) override;
    std::vector<std::string> overdue() override;
    std::optional<TimePoint> next_deadline() const override { return next_deadline_; }
    void look_up(TakenChord& chord, const std::vector<std::string>& ids) override;
    bool finish(const std::string& group, const ChordEnd& end, std::vector<std::string>& complete)
        override;
    void give_back(const std::string& group) override;

private:
    redis::Reply run_finish(
        const std::string& group,
        bool give_back,
        const std::vector<Words>& commands,
        const std::vector<Words>& extras
    );
    bool still_ours(const std::string& group);
    bool one_server();  // scripts on `results` may write into the broker's db

    const std::shared_ptr<redis::SharedConnection> shared_;
    redis::Connection& results_;                 // of shared_: within a turn
    std::unique_ptr<redis::Connection> broker_;  // closed when it leads to the same server
    LedgerKeys keys_;
    std::optional<bool> one_server_;  // asked at the first use
    std::optional<TimePoint> next_deadline_;
};

extern const redis::Script kTakeChordScript, kFinishChordScript;

}  // namespace taskworker

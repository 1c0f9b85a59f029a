#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "message/event.hpp"
#include "message/publish.hpp"
#include "message/result_record.hpp"

namespace taskworker {

// What becomes of the message itself.
enum class Disposition {
    Ack,         // gone
    Requeue,     // back of its list, marked redelivered (kombu's reject(requeue=True): LPUSH)
    HandBack,    // front of its list, as it was: it had not begun (RPUSH)
    DeadLetter,  // to the dead-letter list with `dead_letter_reason`
};

// One finished part of a chord's header, counted once however often it runs (issue: canvas).
struct ChordPart {
    std::string group_id;
    std::optional<int> index;
    std::string state;
    std::string result;  // JSON text
    bool operator==(const ChordPart&) const = default;
};

// User code that must run because of this end: new-style errbacks, hooks (filled by canvas).
struct PoolJob {
    std::string name;
    Json payload;
    bool operator==(const PoolJob&) const = default;
};

// All effects that end a delivery, applied together or not at all (ledger/ledger.hpp). A value.
struct Settlement {
    std::string tag;
    std::string task_id;
    std::string list;                         // where Requeue and HandBack go
    Disposition disposition = Disposition::Ack;
    std::vector<Outgoing> publish;            // follow-ups, in this order, before the result
    std::optional<ResultRecord> store;        // never over a stored SUCCESS
    std::optional<ChordPart> chord;
    std::vector<PoolJob> run_in_pool;
    std::string message;                      // Requeue, HandBack, DeadLetter: the bytes
    std::string dead_letter_reason;
    std::vector<Event> events;                // told when the effects are in Redis
};

// An early-ack task has begun: from now on its lease says "started", and nobody runs it again.
struct Start {
    std::string tag;
    std::string note;                         // JSON: id, name, group, chord: what a reaper needs
};

// A state between start and end: STARTED (track_started), or what update_state() stored.
struct Progress {
    std::string tag;
    ResultRecord record;
};

}  // namespace taskworker

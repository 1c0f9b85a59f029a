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

// One finished part of a chord's header, counted once however often it runs.
struct ChordPart {
    std::string group_id;
    std::optional<int> index;
    std::string task_id;
    std::string state;
    std::string result;  // JSON text
    // JSON: what finishing the chord takes, should this be its last part (canvas/finish_chord.hpp).
    std::string note;
    bool operator==(const ChordPart&) const = default;
};

// What Celery keeps about a group beside the results of its tasks.
struct GroupWrite {
    enum class Kind {
        Size,   // of a chord: how many parts its header has
        Saved,  // the tree of a header whose parts are groups themselves
        Grown,  // ctx.add_to_chord(): one part more
    };
    Kind kind = Kind::Size;
    std::string group_id = {};
    std::size_t size = 0;
    std::string document = {};  // Saved: JSON text
    bool operator==(const GroupWrite&) const = default;
};

// User code that must run because of this end: a new-style errback, as a message to its task.
struct PoolJob {
    std::string envelope;
    bool operator==(const PoolJob&) const = default;
};

// What a running task has sent.
struct Spawned {
    std::vector<Outgoing> publish;
    std::vector<GroupWrite> groups;  // first
    Json children = Json::array();   // for its own result document
    bool operator==(const Spawned&) const = default;
};

// All effects that end a delivery, applied together or not at all (ledger/ledger.hpp). A value.
struct Settlement {
    std::string tag;
    std::string task_id;
    std::string list;  // where Requeue and HandBack go
    Disposition disposition = Disposition::Ack;
    std::vector<GroupWrite> groups;        // what follow-ups need, before them
    std::vector<Outgoing> publish;         // follow-ups, in this order, before the result
    std::optional<ResultRecord> store;     // never over a stored SUCCESS
    std::vector<ResultRecord> also_store;  // of steps that will never run
    std::vector<ChordPart> chords;         // its own, and those of steps that will never run
    std::vector<PoolJob> run_in_pool;
    std::string message;  // Requeue, HandBack, DeadLetter: the bytes
    std::string dead_letter_reason;
    std::vector<Event> events;  // told when the effects are in Redis
};

// An early-ack task has begun: from now on its lease says "started", and nobody runs it again.
struct Start {
    std::string tag;
    std::string note;  // JSON: id, name, group, chord: what a reaper needs
};

// What a task sent while it runs; dropped when its lease is not ours any more. No tag: an errback
// that has no lease of its own sent it. `once` names it: told twice, for an answer got lost, it is
// done once.
struct Sending {
    std::string tag, once;
    std::vector<Outgoing> publish;
    std::vector<GroupWrite> groups;
};

// A state between start and end: STARTED (track_started), or what update_state() stored.
struct Progress {
    std::string tag;
    ResultRecord record;
};

}  // namespace taskworker

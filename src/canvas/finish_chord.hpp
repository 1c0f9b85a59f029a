#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "canvas/follow.hpp"
#include "message/result_record.hpp"

namespace taskworker {

// What a part notes for whoever finishes its chord (ChordPart::note).
std::string chord_note(const Json& body, const CurrentTask& part);

// A complete chord as it was taken from Redis.
struct TakenChord {
    std::string group_id;
    std::string note;
    std::size_t size = 0;              // of its header
    std::vector<std::string> parts;    // [1, id, state, result], by index
    std::optional<std::string> saved;  // the tree of a header whose parts are groups
    bool polled = false;               // celery.chord_unlock asks: it names who failed
    // Stored results of ids that no part told of (missing_results), by id.
    std::map<std::string, std::string, std::less<>> documents = {};
};

// The ids of the saved tree that are no part: their documents are needed too.
std::vector<std::string> missing_results(const TakenChord& chord);

// An errback that is called here with the error.
struct ErrbackCall {
    Json errback;
    std::string id, task;  // of what failed
    Failure failure;
};

struct ChordEnd {
    Dispatch dispatch;                // the body, or errbacks
    std::vector<Outgoing> publish;    // its messages
    std::vector<ResultRecord> store;  // ChordError under the body's id
    std::vector<ChordPart> parts;     // the body was a part of another chord
    std::vector<ErrbackCall> errbacks;
    std::string error;  // for the log; empty: the body was sent
};
// Some part was counted twice by somebody else: it is not complete.
struct ChordIncomplete {};
// A result of the saved tree is not there yet: ask again, up to result_chord_join_timeout.
struct ChordPending {};
using ChordFinish = std::variant<ChordEnd, ChordIncomplete, ChordPending>;

// The end of a chord (celery/backends/redis.py: on_chord_part_return; base.py:
// chord_error_from_stack). `patient`: missing results may still come. Pure, throws nothing.
ChordFinish finish_chord(const TakenChord& chord, bool patient, const Moment& moment);

}  // namespace taskworker

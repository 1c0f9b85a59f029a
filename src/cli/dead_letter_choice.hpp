#pragma once

#include <string>

#include "broker/dead_letters.hpp"
#include "cli/options.hpp"

namespace taskworker {

// What can be said of a dead letter besides what its entry says. A message that nobody can read has
// no task.
struct LetterFacts {
    std::string task;
    int deaths = 0;
    int priority = 0;
};
LetterFacts facts_of(const DeadLetter& letter);

// Whether the options choose this one. Pure.
bool is_chosen(const DeadLetter& letter, const DlqCommand& options, TimePoint now);

// Whether they choose anything less than all there is.
bool is_narrowed(const DlqCommand& options);

// One line of `dlq list`; all of it for `dlq show`; `json`: one object with the message in it or
// not.
std::string letter_line(const DeadLetter& letter);
std::string letter_text(const DeadLetter& letter);
std::string letter_json(const DeadLetter& letter, bool with_message);

}  // namespace taskworker

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "broker/redis_survey.hpp"
#include "client/control.hpp"
#include "taskworker/time.hpp"

namespace taskworker {

// What `top` shows and what its keys mean. Pure: the terminal and the broker are elsewhere
// (top_command.cpp). Everything that comes from workers is somebody else's text.

struct TopWorker {
    std::string name, pool;
    std::int64_t pid = 0, slots = 0, done = 0;
    std::size_t busy = 0;
    std::optional<double> rate;  // tasks a second since the look before
};

struct TopTask {
    std::string id, name, worker, arguments;
    std::int64_t pid = 0;
    std::optional<double> seconds;  // that it has run
};

// One look at the fleet.
struct TopLook {
    TimePoint at{};
    std::vector<TopWorker> workers;  // by name
    std::vector<TopTask> running;    // the longest first
    std::vector<RedisSurvey::Queue> queues;
    RedisSurvey::Totals totals;
    std::string trouble;  // why there is nothing to be seen; empty: all is well
};

TopLook look_of(
    TimePoint at,
    const std::vector<Control::Reply>& stats,
    const std::vector<Control::Reply>& active,
    std::vector<RedisSurvey::Queue> queues,
    const RedisSurvey::Totals& totals
);
// Rates, by what had been done in the look before.
void add_rates(TopLook& look, const TopLook& before);

enum class Key { Up, Down, First, Last, Quit, Revoke, Terminate, Yes, No, Redraw };
// Keys in what was typed; what means nothing is passed over. The begin of a sequence whose end has
// not come yet stays in `typed`.
std::vector<Key> read_keys(std::string& typed);

struct TopState {
    std::string selected;  // id of a task; empty: none
    std::string ask;       // id of the task that shall be terminated, if they say yes
    std::string told;      // what was done last
};

struct Quit {};
struct RevokeTask {
    std::string id;
};
struct TerminateTask {
    std::string id;
};
using TopAction = std::variant<std::monostate, Quit, RevokeTask, TerminateTask>;

// Where the selected task stands among those that run; their number: none is selected.
std::size_t selected_row(const TopLook& look, const TopState& state);

// What a key means now; moves the selection.
TopAction press(TopState& state, Key key, const TopLook& look);

struct TopLine {
    enum class Style { Plain, Bold, Reverse, Warning };
    std::string text;
    Style style = Style::Plain;
    bool operator==(const TopLine&) const = default;
};

// The picture: at most `rows` lines of at most `columns` signs.
std::vector<TopLine> draw_top(
    const TopLook& look,
    const TopState& state,
    const std::string& broker,
    std::size_t rows,
    std::size_t columns
);

}  // namespace taskworker

// What keys mean in `top`.
#include <algorithm>
#include <array>
#include <utility>

#include "cli/top_view.hpp"

namespace taskworker {

std::size_t selected_row(const TopLook& look, const TopState& state) {
    const auto found =
        std::find_if(look.running.begin(), look.running.end(), [&](const auto& task) {
            return task.id == state.selected;
        });
    return found == look.running.end() ? look.running.size()
                                       : static_cast<std::size_t>(found - look.running.begin());
}

std::vector<Key> read_keys(std::string& typed) {
    struct Sequence {
        std::string_view text;
        Key key;
    };
    static constexpr std::array<Sequence, 18> kKeys{{
        {"\x1b[A", Key::Up},
        {"\x1bOA", Key::Up},
        {"k", Key::Up},
        {"\x1b[B", Key::Down},
        {"\x1bOB", Key::Down},
        {"j", Key::Down},
        {"\x1b[H", Key::First},
        {"g", Key::First},
        {"\x1b[F", Key::Last},
        {"G", Key::Last},
        {"q", Key::Quit},
        {"\x03", Key::Quit},
        {"r", Key::Revoke},
        {"t", Key::Terminate},
        {"y", Key::Yes},
        {"n", Key::No},
        {" ", Key::Redraw},
        {"\x0c", Key::Redraw},
    }};
    std::vector<Key> keys;
    std::string_view left = typed;
    while (!left.empty()) {
        const auto known = std::find_if(kKeys.begin(), kKeys.end(), [&](const Sequence& sequence) {
            return left.starts_with(sequence.text);
        });
        if (known != kKeys.end()) {
            keys.push_back(known->key);
            left.remove_prefix(known->text.size());
        } else if (left == "\x1b" || left == "\x1b[" || left == "\x1bO") {
            break;
        } else {
            left.remove_prefix(1);
        }
    }
    typed = std::string(left);
    return keys;
}

namespace {

void move_selection(TopState& state, Key key, const TopLook& look) {
    const auto all = look.running.size();
    if (all == 0) return state.selected.clear();
    const auto row = selected_row(look, state);
    std::size_t to = 0;
    if (key == Key::Last) to = all - 1;
    if (key == Key::Up) to = row == 0 || row >= all ? all - 1 : row - 1;
    if (key == Key::Down) to = row + 1 >= all ? 0 : row + 1;
    state.selected = look.running[to].id;
}

}  // namespace

TopAction press(TopState& state, Key key, const TopLook& look) {
    if (!state.ask.empty()) {
        const auto id = std::exchange(state.ask, {});
        if (key == Key::Quit) return Quit{};
        if (key != Key::Yes) return state.told = "not terminated", std::monostate{};
        state.told = "told to terminate: " + id;
        return TerminateTask{id};
    }
    state.told.clear();
    const bool any = selected_row(look, state) < look.running.size();
    switch (key) {
        case Key::Quit:
            return Quit{};
        case Key::Up:
        case Key::Down:
        case Key::First:
        case Key::Last:
            move_selection(state, key, look);
            return {};
        case Key::Revoke:
            if (!any) return state.told = "select a task first: ↑ ↓", std::monostate{};
            state.told =
                "revoked: " + state.selected + " (what runs goes on; it will not run again)";
            return RevokeTask{state.selected};
        case Key::Terminate:
            any ? state.ask = state.selected : state.told = "select a task first: ↑ ↓";
            return {};
        case Key::Yes:
        case Key::No:
        case Key::Redraw:
            return {};
    }
    return {};
}

}  // namespace taskworker

#pragma once

#include <termios.h>

#include <string>
#include <vector>

#include "cli/top_view.hpp"

namespace taskworker {

// The terminal of `top`: keys come at once and unseen, the picture has a screen of its own. What
// was there before is back when this dies.
class TopScreen {
public:
    TopScreen();
    ~TopScreen();
    TopScreen(const TopScreen&) = delete;
    TopScreen& operator=(const TopScreen&) = delete;

    struct Size {
        std::size_t rows = 24, columns = 80;
    };
    static Size size();
    void show(const std::vector<TopLine>& lines);
    // What was typed within this time; empty: nothing. Throws Error when the terminal is gone.
    std::string typed(Millis within);

private:
    termios before_{};
};

// Lines with the escape sequences of their styles.
std::string painted(const std::vector<TopLine>& lines);

}  // namespace taskworker

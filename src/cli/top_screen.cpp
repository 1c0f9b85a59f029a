#include "cli/top_screen.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

constexpr std::string_view kBegin = "\x1b[?1049h\x1b[?25l", kEnd = "\x1b[?25h\x1b[?1049l";

void write_all(std::string_view text) {
    while (!text.empty()) {
        const auto n = ::write(STDOUT_FILENO, text.data(), text.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return;  // the next read finds out that the terminal is gone
        text.remove_prefix(static_cast<std::size_t>(n));
    }
}

std::string_view code_of(TopLine::Style style) {
    switch (style) {
        case TopLine::Style::Bold:
            return "\x1b[1m";
        case TopLine::Style::Reverse:
            return "\x1b[7m";
        case TopLine::Style::Warning:
            return "\x1b[1;31m";
        case TopLine::Style::Plain:
            return {};
    }
    return {};
}

}  // namespace

TopScreen::TopScreen() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0)
        throw ConfigError("top: stdin is no terminal; --once prints one look");
    auto raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    raw.c_cc[VMIN] = 1, raw.c_cc[VTIME] = 0;
    ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    write_all(kBegin);
}

TopScreen::~TopScreen() {
    write_all(kEnd);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

TopScreen::Size TopScreen::size() {
    winsize window{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_row == 0) return {};
    return {window.ws_row, window.ws_col};
}

std::string painted(const std::vector<TopLine>& lines) {
    std::string out = "\x1b[H";
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto code = code_of(lines[i].style);
        out += code;
        out += lines[i].text;
        if (!code.empty()) out += "\x1b[0m";
        out += "\x1b[K";
        if (i + 1 < lines.size()) out += "\r\n";
    }
    return out + "\x1b[J";
}

void TopScreen::show(const std::vector<TopLine>& lines) { write_all(painted(lines)); }

std::string TopScreen::typed(Millis within) {
    pollfd polled{STDIN_FILENO, POLLIN, 0};
    if (::poll(&polled, 1, static_cast<int>(within.count())) <= 0) return {};
    char bytes[256];
    const auto n = ::read(STDIN_FILENO, bytes, sizeof bytes);
    if (n <= 0) throw BrokerError("top: the terminal is gone");
    return {bytes, static_cast<std::size_t>(n)};
}

}  // namespace taskworker

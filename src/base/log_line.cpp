#include "base/log_line.hpp"

#include <algorithm>
#include <ctime>
#include <iterator>
#include <nlohmann/json.hpp>

namespace taskworker::log {
namespace {

bool is_control(unsigned char c) { return c < 0x20 || c == 0x7f; }

// C1 controls, which some terminals obey too, are C2 80 … C2 9F in UTF-8.
bool is_c1(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]) == 0xc2 && at + 1 < text.size() &&
           static_cast<unsigned char>(text[at + 1]) < 0xa0;
}

bool is_harmless(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return is_control(byte) || byte == 0xc2;
    });
}

void append_escaped(std::string& out, std::string_view text, bool one_line) {
    if (is_harmless(text)) {
        out += text;
        return;
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (text[i] == '\n' && !one_line) {
            out += '\n';
            if (i + 1 < text.size() && text[i + 1] == '[') out += "  ";
        } else if (text[i] == '\n') {
            out += "\\n";
        } else if (is_c1(text, i)) {
            fmt::format_to(
                std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(text[++i])
            );
        } else if (is_control(byte) && text[i] != '\t') {
            fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
        } else {
            out += text[i];
        }
    }
}

}  // namespace

void append_time(std::string& out, TimePoint at) {
    const auto second = std::chrono::floor<std::chrono::seconds>(at);
    const std::time_t seconds = std::chrono::system_clock::to_time_t(second);
    std::tm local{};
    ::localtime_r(&seconds, &local);
    fmt::format_to(
        std::back_inserter(out),
        "{:04d}-{:02d}-{:02d} {:02d}:{:02d}:{:02d},{:03d}",
        local.tm_year + 1900,
        local.tm_mon + 1,
        local.tm_mday,
        local.tm_hour,
        local.tm_min,
        local.tm_sec,
        std::chrono::floor<std::chrono::milliseconds>(at - second).count()
    );
}

void append_safe(std::string& out, std::string_view text) { append_escaped(out, text, false); }

void append_safe_word(std::string& out, std::string_view text) { append_escaped(out, text, true); }

void append_json_text(std::string& out, std::string_view text) {
    using nlohmann::json;
    out += json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string_view colour_of(Level level) {
    switch (level) {
        case Level::Debug:
            return "\033[1;34m";
        case Level::Info:
            return "";
        case Level::Warning:
            return "\033[1;33m";
        case Level::Error:
            return "\033[1;31m";
        case Level::Critical:
            return "\033[1;35m";
    }
    return "";
}

}  // namespace taskworker::log

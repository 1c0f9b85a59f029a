#include "redis/script_denial.hpp"

#include <fmt/format.h>

#include <charconv>

namespace taskworker::redis {
namespace {

std::string_view line_of(std::string_view text, std::size_t number) {
    for (; number > 1 && !text.empty(); --number) {
        const auto end = text.find('\n');
        text = end == text.npos ? std::string_view() : text.substr(end + 1);
    }
    return text.substr(0, text.find('\n'));
}

bool capital(char c) { return c >= 'A' && c <= 'Z'; }

// The words in quotes and capitals behind `call(`: commands by our own habit of writing them.
std::string commands_in(std::string_view line) {
    std::string found;
    for (auto at = line.find("call('"); at != line.npos; at = line.find("call('", at + 1)) {
        auto end = at + 6;
        while (end < line.size() && capital(line[end])) ++end;
        if (end == at + 6) continue;
        if (!found.empty()) found += " or ";
        found += line.substr(at + 6, end - at - 6);
    }
    return found;
}

}  // namespace

std::string denied_command(std::string_view error, const Script& script) {
    constexpr std::string_view kDenied = "executing the script can't", kPlace = "user_script:";
    const auto place = error.rfind(kPlace);
    if (error.find(kDenied) == error.npos || place == error.npos) return {};
    std::size_t line = 0;
    auto number = error.substr(place + kPlace.size());
    while (number.starts_with(' ')) number.remove_prefix(1);  // Redis 6.2: "@user_script: 12:"
    std::from_chars(number.data(), number.data() + number.size(), line);
    std::string whole;
    for (const auto part : {script.preludes[0], script.preludes[1], script.source}) whole += part;
    const auto commands = commands_in(line_of(whole, line));
    return commands.empty() ? fmt::format("line {}", line)
                            : fmt::format("{} (line {})", commands, line);
}

}  // namespace taskworker::redis

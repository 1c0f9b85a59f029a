#include "cli/unexpected_option.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "cli/nearest.hpp"

namespace taskworker {
namespace {

struct Missing {
    std::string_view option, reason;
};
constexpr std::string_view kService = "let the service manager (systemd, Docker) see to it";
constexpr std::array<Missing, 24> kMissing = {{
    {"-D", kService},
    {"--detach", kService},
    {"--pidfile", kService},
    {"--uid", kService},
    {"--gid", kService},
    {"--umask", kService},
    {"--workdir", "change the directory before the start"},
    {"--executable", "it is of Python"},
    {"-I", "tasks come from the module that -A names"},
    {"--include", "tasks come from the module that -A names"},
    {"--loader", "it is of Python; tasks come from the module that -A names"},
    {"-B", "there is no beat yet"},
    {"--beat", "there is no beat yet"},
    {"-s", "there is no beat yet"},
    {"--schedule", "there is no beat yet"},
    {"--scheduler", "there is no beat yet"},
    {"-S", "state is not kept over a restart yet"},
    {"--statedb", "state is not kept over a restart yet"},
    {"--purge", "not yet; delete the list of the queue with redis-cli"},
    {"--discard", "not yet; delete the list of the queue with redis-cli"},
    {"--exchange", "tasks go to a queue by its name; use --queue"},
    {"--routing-key", "tasks go to a queue by its name; use --queue"},
    {"--skip-checks", "it is of Python"},
}};

std::vector<std::string> option_names(const CLI::App& app, const CLI::App* command) {
    std::vector<std::string> names;
    for (const auto* holder : {command, &app}) {
        if (!holder) continue;
        for (const auto* option : holder->get_options())
            for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    }
    return names;
}

std::string printable(std::string_view text) {
    std::string out(text.substr(0, 60));
    for (char& c : out)
        if (static_cast<unsigned char>(c) < 32) c = '?';
    return out;
}

}  // namespace

std::string unexpected_option(
    const std::string& token, const CLI::App& app, const CLI::App* command
) {
    const auto name = token.substr(0, token.find('='));
    const auto shown = printable(name);
    if (token.size() > 1 && token.front() == '-') {
        const auto missing = std::find_if(kMissing.begin(), kMissing.end(), [&](const Missing& m) {
            return m.option == name;
        });
        if (missing != kMissing.end())
            return fmt::format("{}: not available: {}", shown, missing->reason);
        const auto names = option_names(app, command);
        const std::vector<std::string_view> known(names.begin(), names.end());
        return fmt::format("{}: no such option{}", shown, suggestion(nearest(name, known)));
    }
    if (command)
        return fmt::format(
            "{}: unexpected argument of `{}`", printable(token), command->get_name()
        );
    std::vector<std::string_view> commands = {"worker", "call", "result"};
    return fmt::format(
        "{}: no such command{}", printable(token), suggestion(nearest(token, commands))
    );
}

}  // namespace taskworker

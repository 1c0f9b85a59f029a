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
    std::string_view name, reason;
};
constexpr std::array<Missing, 2> kMissingOptions = {{
    {"-B", "there is no beat yet; run Python's `celery beat`, it works with us"},
    {"--beat", "there is no beat yet; run Python's `celery beat`, it works with us"},
}};
constexpr std::string_view kPythons = "run Python's, it works with our broker as well";
constexpr std::array<Missing, 10> kMissingCommands = {{
    {"beat", kPythons},
    {"list", kPythons},
    {"amqp", kPythons},
    {"migrate", kPythons},
    {"graph", "of Python"},
    {"logtool", "of Python; it reads our log as well"},
    {"shell", "of Python"},
    {"upgrade", "of Python; our settings have the new names only"},
    {"multi", "start a service for each worker; see docs/operations.md"},
    {"help", "it is `taskworker --help`, or `taskworker COMMAND --help`"},
}};

template <std::size_t N>
const Missing* find_missing(const std::array<Missing, N>& table, std::string_view name) {
    const auto at = std::find_if(table.begin(), table.end(), [&](const Missing& missing) {
        return missing.name == name;
    });
    return at == table.end() ? nullptr : &*at;
}

std::vector<std::string> option_names(const CLI::App& app, const CLI::App* command) {
    std::vector<std::string> names;
    for (const auto* holder : {command, &app}) {
        if (!holder) continue;
        for (const auto* option : holder->get_options())
            for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    }
    return names;
}

std::vector<std::string> command_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
        if (!command->get_group().empty()) names.push_back(command->get_name());
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
        if (const auto* missing = find_missing(kMissingOptions, name))
            return fmt::format("{}: not available: {}", shown, missing->reason);
        const auto names = option_names(app, command);
        const std::vector<std::string_view> known(names.begin(), names.end());
        return fmt::format("{}: no such option{}", shown, suggestion(nearest(name, known)));
    }
    if (command)
        return fmt::format(
            "{}: unexpected argument of `{}`", printable(token), command->get_name()
        );
    if (const auto* missing = find_missing(kMissingCommands, token))
        return fmt::format("{}: not available: {}", printable(token), missing->reason);
    const auto names = command_names(app);
    const std::vector<std::string_view> known(names.begin(), names.end());
    return fmt::format(
        "{}: no such command{}", printable(token), suggestion(nearest(token, known))
    );
}

}  // namespace taskworker

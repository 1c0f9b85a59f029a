#include "cli/command_facts.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <string_view>

#include "cli/remote_commands.hpp"

namespace taskworker {
namespace {

OptionFacts option_facts(const CLI::Option& option) {
    OptionFacts facts;
    for (const auto& name : option.get_snames()) facts.names.push_back("-" + name);
    for (const auto& name : option.get_lnames()) facts.names.push_back("--" + name);
    facts.positional = option.get_positional();
    if (facts.positional) facts.names = {option.get_name(true)};
    const bool takes_value = option.get_items_expected_max() > 0;
    if (takes_value && !facts.positional)
        facts.value = option.get_type_name().empty() ? "TEXT" : option.get_type_name();
    facts.help = option.get_description();
    return facts;
}

std::vector<std::string> words_of(std::string_view command) {
    if (command == "dlq") return {"list", "show", "replay", "purge"};
    if (command == "completion") return {"bash", "zsh"};
    std::vector<std::string> words;
    for (const auto& verb : remote_verbs()) {
        const bool inspects = verb.kind == RemoteVerb::Kind::Inspect;
        if (command == (inspects ? "inspect" : "control")) words.emplace_back(verb.name);
    }
    return words;
}

CommandFacts command_facts(const CLI::App& app) {
    CommandFacts facts{
        .name = app.get_name(),
        .help = app.get_description(),
        .footer = app.get_footer(),
        .options = {},
        .words = words_of(app.get_name())};
    // An empty group is how CLI11 hides an option.
    for (const auto* option : app.get_options())
        if (!option->get_group().empty()) facts.options.push_back(option_facts(*option));
    return facts;
}

bool has_name(const OptionFacts& option, std::string_view name) {
    return std::find(option.names.begin(), option.names.end(), name) != option.names.end();
}

}  // namespace

ProgramFacts facts_of(const CLI::App& app) {
    ProgramFacts program{.global = command_facts(app), .commands = {}};
    program.global.name.clear();
    for (const auto* command : app.get_subcommands({}))
        if (!command->get_group().empty()) program.commands.push_back(command_facts(*command));
    return program;
}

std::vector<std::string> choices_of(const OptionFacts& option) {
    if (has_name(option, "--loglevel"))
        return {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", "FATAL"};
    if (has_name(option, "--pool")) return {"prefork", "threads", "solo"};
    if (has_name(option, "--serializer")) return {"json", "yaml", "msgpack"};
    if (has_name(option, "--log-format")) return {"text", "json"};
    return {};
}

bool takes_path(const OptionFacts& option) {
    constexpr std::array<std::string_view, 4> kPaths = {"FILE", "DIR", "MODULE", "PATH"};
    return std::find(kPaths.begin(), kPaths.end(), option.value) != kPaths.end();
}

}  // namespace taskworker

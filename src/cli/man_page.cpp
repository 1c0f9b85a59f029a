// Pages of the manual in roff, out of what the parser declares.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "cli/command_facts.hpp"

namespace taskworker {
namespace {

// A line that begins with a dot or an apostrophe would be a request; a hyphen of an option must
// stay one that can be copied.
std::string roff(std::string_view text) {
    std::string out;
    bool begins = true;
    for (const char c : text) {
        if (begins && (c == '.' || c == '\'')) out += "\\&";
        begins = c == '\n';
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else
            out += c;
    }
    return out;
}

std::string upper_case(std::string text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    return text;
}

std::string bold(std::string_view text) { return fmt::format("\\fB{}\\fP", roff(text)); }
std::string italic(std::string_view text) { return fmt::format("\\fI{}\\fP", roff(text)); }

std::string head(std::string_view page, std::string_view does, const std::string& version) {
    return fmt::format(
        ".\\\" As `taskworker man` prints it.\n"
        ".TH {} 1 \"\" \"taskworker {}\" \"taskworker\"\n"
        ".SH NAME\n{} \\- {}\n",
        upper_case(roff(page)),
        version,
        roff(page),
        roff(does)
    );
}

std::string option_entry(const OptionFacts& option) {
    std::string names;
    for (const auto& name : option.names)
        names += (names.empty() ? "" : ", ") + (option.positional ? italic(name) : bold(name));
    if (!option.value.empty()) names += " " + italic(option.value);
    return fmt::format(".TP\n{}\n{}\n", names, option.help.empty() ? "\\&" : roff(option.help));
}

std::string options_section(const CommandFacts& command, std::string_view title) {
    std::string entries;
    for (const auto& option : command.options)
        if (!option.positional) entries += option_entry(option);
    return entries.empty() ? entries : fmt::format(".SH {}\n{}", title, entries);
}

std::string arguments_section(const CommandFacts& command) {
    std::string entries;
    for (const auto& option : command.options)
        if (option.positional) entries += option_entry(option);
    if (!command.words.empty())
        entries += fmt::format(
            ".PP\nOne of: {}.\n", roff(fmt::format("{}", fmt::join(command.words, ", ")))
        );
    return entries.empty() ? entries : ".SH ARGUMENTS\n" + entries;
}

std::string synopsis(const CommandFacts& command) {
    auto out = fmt::format(
        ".SH SYNOPSIS\n{} {} [{}]", bold("taskworker"), bold(command.name), italic("options")
    );
    for (const auto& option : command.options)
        if (option.positional) out += " " + italic(option.names.front());
    return out + "\n";
}

// As it stands under the help: lines are lines.
std::string notes(const CommandFacts& command) {
    if (command.footer.empty()) return {};
    return fmt::format(".SH NOTES\n.nf\n{}\n.fi\n", roff(command.footer));
}

}  // namespace

std::string man_page(const ProgramFacts& program, const std::string& version) {
    auto out = head("taskworker", "run and steer tasks of Celery in C++", version);
    out += fmt::format(
        ".SH SYNOPSIS\n{} [{}] {} [{}]\n.SH DESCRIPTION\n{}\n.SH COMMANDS\n",
        bold("taskworker"),
        italic("options"),
        italic("COMMAND"),
        italic("..."),
        roff(program.global.help)
    );
    for (const auto& command : program.commands)
        out += fmt::format(
            ".TP\n{}\n{}\n", bold("taskworker-" + command.name) + "(1)", roff(command.help)
        );
    out += options_section(program.global, "OPTIONS OF ALL COMMANDS");
    return out + notes(program.global);
}

std::string man_page(
    const ProgramFacts& program, const CommandFacts& command, const std::string& version
) {
    auto out = head("taskworker-" + command.name, command.help, version);
    out += synopsis(command) + arguments_section(command) + options_section(command, "OPTIONS");
    out += options_section(program.global, "OPTIONS OF ALL COMMANDS");
    out += notes(command);
    return out + ".SH SEE ALSO\n.BR taskworker (1)\n";
}

}  // namespace taskworker

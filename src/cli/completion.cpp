// Completion scripts for bash and zsh, out of what the parser declares.
#include <fmt/format.h>

#include <string_view>

#include "cli/command_facts.hpp"

namespace taskworker {
namespace {

std::string joined(const std::vector<std::string>& words) {
    return fmt::format("{}", fmt::join(words, " "));
}

std::vector<std::string> command_names(const ProgramFacts& program) {
    std::vector<std::string> names;
    for (const auto& command : program.commands) names.push_back(command.name);
    return names;
}

std::string option_names(const CommandFacts& command) {
    std::vector<std::string> names;
    for (const auto& option : command.options)
        if (!option.positional) names.insert(names.end(), option.names.begin(), option.names.end());
    return joined(names);
}

// `-l|--loglevel)`, the head of a branch of a shell's case.
std::string branch(const OptionFacts& option) {
    return fmt::format("        {})", fmt::join(option.names, "|"));
}

// What follows an option of this command: names of files, known words, or something free.
std::string bash_values(const CommandFacts& command) {
    std::string out;
    for (const auto& option : command.options) {
        if (option.positional || option.value.empty()) continue;
        const auto words = choices_of(option);
        out += branch(option);
        if (!words.empty())
            out += fmt::format(" COMPREPLY=($(compgen -W '{}' -- \"$cur\"));", joined(words));
        else if (takes_path(option))
            out += " COMPREPLY=($(compgen -f -- \"$cur\"));";
        out += " return ;;\n";
    }
    return out;
}

std::string bash_case(const CommandFacts& command) {
    const auto values = bash_values(command);
    std::string out = fmt::format("    {})\n", command.name.empty() ? "''" : command.name);
    if (!values.empty()) out += "        case $prev in\n" + values + "        esac\n";
    out += fmt::format("        options='{}'\n", option_names(command));
    if (!command.words.empty()) out += fmt::format("        words='{}'\n", joined(command.words));
    return out + "        ;;\n";
}

// Text within single quotes of a shell.
std::string shell_text(std::string_view text) {
    std::string out = "'";
    for (const char c : text) c == '\'' ? out += "'\\''" : out += c;
    return out + "'";
}

// What _arguments reads between its brackets and colons.
std::string zsh_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

std::string zsh_values(const OptionFacts& option) {
    const auto words = choices_of(option);
    if (!words.empty()) return fmt::format("({})", joined(words));
    return takes_path(option) ? "_files" : " ";
}

// '(-c --concurrency)'{-c,--concurrency}'[text]:N: '
std::string zsh_option(const OptionFacts& option) {
    const auto help = fmt::format("[{}]", zsh_text(option.help));
    const auto value = option.value.empty()
                           ? std::string()
                           : fmt::format(":{}:{}", zsh_text(option.value), zsh_values(option));
    std::string out;
    for (const auto& name : option.names)
        out += fmt::format(" \\\n            {}", shell_text("*" + name + help + value));
    return out;
}

std::string zsh_options(const CommandFacts& command) {
    std::string out;
    for (const auto& option : command.options)
        if (!option.positional) out += zsh_option(option);
    return out;
}

std::string zsh_case(const CommandFacts& command) {
    auto out =
        fmt::format("    {})\n        _arguments -s $global{}", command.name, zsh_options(command));
    if (!command.words.empty())
        out += fmt::format(
            " \\\n            {}", shell_text(fmt::format("1:what:({})", joined(command.words)))
        );
    return out + " \\\n            '*::arg: ' ;;\n";
}

}  // namespace

std::string bash_completion(const ProgramFacts& program) {
    const auto names = joined(command_names(program));
    std::string out = fmt::format(
        R"(# bash completion for taskworker, as `taskworker completion bash` prints it
_taskworker() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}}
    local commands='{}' command='' options='' words='' global='{}' i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case " $commands " in
        *" ${{COMP_WORDS[i]}} "*) command=${{COMP_WORDS[i]}}; break ;;
        esac
    done
    case $prev in
{}    esac
    case $command in
    '') words=$commands ;;
)",
        names,
        option_names(program.global),
        bash_values(program.global)
    );
    for (const auto& command : program.commands) out += bash_case(command);
    return out + R"(    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "$options $global" -- "$cur"))
    else
        COMPREPLY=($(compgen -W "$words" -- "$cur"))
    fi
}
complete -F _taskworker taskworker
)";
}

std::string zsh_completion(const ProgramFacts& program) {
    std::string out =
        "#compdef taskworker\n"
        "# zsh completion for taskworker, as `taskworker completion zsh` prints it\n"
        "_taskworker() {\n"
        "    local -a commands global\n"
        "    commands=(\n";
    for (const auto& command : program.commands)
        out += fmt::format("        {}\n", shell_text(command.name + ":" + zsh_text(command.help)));
    out += "    )\n    global=(";
    for (const auto& option : program.global.options)
        if (!option.positional) out += zsh_option(option);
    out += R"()
    local context state line
    typeset -A opt_args
    _arguments -C -s $global '1: :->command' '*:: :->rest'
    case $state in
    command) _describe -t commands 'command' commands; return ;;
    esac
    case $words[1] in
)";
    for (const auto& command : program.commands) out += zsh_case(command);
    return out + R"(    esac
}
if [ "$funcstack[1]" = _taskworker ]; then
    _taskworker "$@"
else
    compdef _taskworker taskworker
fi
)";
}

}  // namespace taskworker

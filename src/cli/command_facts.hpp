#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace taskworker {

// What the command line offers, as values: the one source of completion scripts and man pages is
// the parser itself.
struct OptionFacts {
    std::vector<std::string> names;  // "-c", "--concurrency"; of a positional "TASK"
    std::string value;               // "N"; empty: a flag
    std::string help;
    bool positional = false;
};

struct CommandFacts {
    std::string name, help, footer;  // empty name: what all commands take
    std::vector<OptionFacts> options;
    std::vector<std::string> words;  // that its first positional may be
};

struct ProgramFacts {
    CommandFacts global;
    std::vector<CommandFacts> commands;
};

ProgramFacts facts_of(const CLI::App& app);

// The words that an option takes, if they are few and known: the levels of -l.
std::vector<std::string> choices_of(const OptionFacts& option);
bool takes_path(const OptionFacts& option);

std::string bash_completion(const ProgramFacts& program);
std::string zsh_completion(const ProgramFacts& program);

// A page of the manual in roff: of the program, or of one of its commands.
std::string man_page(const ProgramFacts& program, const std::string& version);
std::string man_page(
    const ProgramFacts& program, const CommandFacts& command, const std::string& version
);

}  // namespace taskworker

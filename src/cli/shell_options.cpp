#include <fmt/format.h>

#include <algorithm>

#include "cli/command_facts.hpp"
#include "cli/nearest.hpp"
#include "cli/option_parser.hpp"
#include "taskworker/errors.hpp"
#include "taskworker/version.hpp"

// `completion` and `man`: what the parser says of itself, for shells and for man.
namespace taskworker {

void OptionParser::declare_shell_files() {
    completion_ = command("completion", "Print the completion script of a shell");
    completion_->add_option("SHELL", shell_, "bash or zsh")->type_name("")->required();
    completion_->footer("Example: source <(taskworker completion bash)");
    man_ = command("man", "Print a page of the manual, for man -l");
    man_->add_option("COMMAND", page_, "Of this command; without: of taskworker")->type_name("");
    man_->add_flag("--list", pages_, "The names of all pages");
    man_->footer("Example: taskworker man worker | man -l -");
}

std::optional<std::string> OptionParser::shell_file() const {
    if (completion_->parsed()) {
        const auto facts = facts_of(app_);
        if (shell_ == "bash") return bash_completion(facts);
        if (shell_ == "zsh") return zsh_completion(facts);
        throw ConfigError(fmt::format("completion {}: must be bash or zsh", shell_));
    }
    if (!man_->parsed()) return std::nullopt;
    const auto facts = facts_of(app_);
    if (pages_) {
        std::string names = "taskworker\n";
        for (const auto& command : facts.commands) names += "taskworker-" + command.name + "\n";
        return names;
    }
    if (page_.empty() || page_ == "taskworker") return man_page(facts, TASKWORKER_VERSION);
    std::vector<std::string_view> known;
    for (const auto& command : facts.commands) {
        if (command.name == page_ || "taskworker-" + command.name == page_)
            return man_page(facts, command, TASKWORKER_VERSION);
        known.push_back(command.name);
    }
    throw ConfigError(
        fmt::format("man {}: no such command{}", page_, suggestion(nearest(page_, known)))
    );
}

}  // namespace taskworker

#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace taskworker {

// Help for a terminal of 80 columns: what an option does stands beside it, or below where its name
// is long.
class HelpFormatter final : public CLI::Formatter {
public:
    static constexpr std::size_t kColumns = 80;

    HelpFormatter();
    std::string make_option(const CLI::Option* option, bool is_positional) const override;
    std::string make_subcommand(const CLI::App* command) const override;
};

// `text` in lines of at most `width`, broken at spaces; all but the first begin with `indent`
// spaces.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);

}  // namespace taskworker

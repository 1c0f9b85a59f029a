#include "cli/help_formatter.hpp"

#include <algorithm>

namespace taskworker {
namespace {

constexpr std::size_t kText = 31;  // where what an option does begins

std::string entry(const std::string& name, const std::string& text) {
    std::string out = "  " + name;
    if (text.empty()) return out + '\n';
    if (out.size() + 1 > kText) {
        out += '\n' + std::string(kText, ' ');
    } else {
        out.resize(kText, ' ');
    }
    return out + wrapped(text, HelpFormatter::kColumns - kText, kText) + '\n';
}

}  // namespace

HelpFormatter::HelpFormatter() {
    label("SUBCOMMAND", "COMMAND");
    label("REQUIRED", "");
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
    return entry(
        make_option_name(option, is_positional) + make_option_opts(option), make_option_desc(option)
    );
}

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
    return entry(command->get_name(), command->get_description());
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
    std::string out;
    while (text.size() > width) {
        auto cut = text.rfind(' ', width);
        if (cut == text.npos) cut = std::min(text.find(' '), text.size());
        out.append(text.substr(0, cut)).append("\n").append(indent, ' ');
        text.remove_prefix(std::min(cut + 1, text.size()));
    }
    return out.append(text);
}

}  // namespace taskworker

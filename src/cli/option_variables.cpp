#include "cli/option_variables.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>

#include "cli/setting_value.hpp"
#include "cli/settings_table.hpp"
#include "cli/shown_value.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

struct Alias {
    std::string_view option, variable;
};
// celery/bin/celery.py: envvar=
constexpr std::array<Alias, 4> kAliases = {
    {{"app", "APP"},
     {"broker", "BROKER_URL"},
     {"result-backend", "RESULT_BACKEND"},
     {"skip-checks", "SKIP_CHECKS"}}};

std::string upper_case(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c == '-') c = '_';
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    }
    return out;
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return out;
}

bool is_a_settings(std::string_view variable) {
    constexpr std::string_view kPrefix = "CELERY_";
    return variable.starts_with(kPrefix) && find_setting(lower(variable.substr(kPrefix.size())));
}

const std::string* value_of(const Variables& environment, std::string_view name) {
    const auto at = std::find_if(environment.begin(), environment.end(), [&](const auto& pair) {
        return pair.first == name && !pair.second.empty();
    });
    return at == environment.end() ? nullptr : &at->second;
}

void give(CLI::Option& option, const std::string& variable, const std::string& text) {
    const bool flag = option.get_items_expected_max() == 0;
    if (flag) {
        const auto wanted = read_text(Shape::Bool, text);
        if (wanted.broken)
            throw ConfigError(fmt::format(
                "environment {} = {}: {}", variable, shown_text(variable, text), *wanted.broken
            ));
        if (wanted.value != Json(true)) return;
    }
    try {
        option.add_result(flag ? "true" : text);
        option.run_callback();
    } catch (const CLI::ParseError& error) {
        throw ConfigError(fmt::format("environment {}: {}", variable, error.what()));
    }
}

void take_for(
    CLI::App& owner, const CLI::App* command, const Variables& environment, std::string& origin
) {
    for (auto* option : owner.get_options()) {
        if (option->count() > 0) continue;
        for (const auto& variable : variables_of(*option, command)) {
            const auto* text = value_of(environment, variable);
            if (!text) continue;
            origin = "environment " + variable;
            give(*option, variable, *text);
            origin.clear();
            break;
        }
    }
}

}  // namespace

std::vector<std::string> variables_of(const CLI::Option& option, const CLI::App* command) {
    const auto& names = option.get_lnames();
    if (names.empty() || names.front() == "help" || names.front() == "version") return {};
    std::vector<std::string> variables;
    if (!command)
        for (const auto& alias : kAliases)
            if (alias.option == names.front()) variables.emplace_back(alias.variable);
    const auto place = command ? upper_case(command->get_name()) + "_" : std::string();
    auto own = "CELERY_" + place + upper_case(names.front());
    if (!is_a_settings(own)) variables.push_back(std::move(own));
    return variables;
}

void take_variables(CLI::App& app, const Variables& environment, std::string& origin) {
    take_for(app, nullptr, environment, origin);
    for (auto* command : app.get_subcommands()) take_for(*command, command, environment, origin);
}

std::vector<std::string> all_variables(const CLI::App& app) {
    std::vector<std::string> all;
    const auto add = [&](const CLI::App& owner, const CLI::App* command) {
        for (const auto* option : owner.get_options())
            for (auto& variable : variables_of(*option, command))
                all.push_back(std::move(variable));
    };
    add(app, nullptr);
    for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
        add(*command, command);
    return all;
}

}  // namespace taskworker

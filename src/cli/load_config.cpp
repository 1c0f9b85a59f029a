#include "cli/load_config.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "cli/nearest.hpp"
#include "cli/settings_table.hpp"
#include "cli/shown_value.hpp"
#include "cli/toml_file.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

constexpr std::string_view kAppPrefix = "app.";

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return out;
}

// What the user typed may be anything: one line of it, and not too much.
std::string shown_name(std::string_view name) {
    std::string out(name.substr(0, 60));
    for (char& c : out)
        if (static_cast<unsigned char>(c) < 32) c = '?';
    return out;
}

class Builder {
public:
    void module(const ModuleSettings& given) {
        for (const auto& [name, value] : given.settings.items())
            take(name, value, Layer::Module, "app.config()", given.names);
    }

    void file(const std::filesystem::path& path) {
        for (const auto& entry : read_toml(path)) {
            const auto where = fmt::format("{}:{}", path.string(), entry.line);
            take(entry.name, entry.value, Layer::File, where, unknown::refuse);
        }
    }

    void environment(
        std::vector<std::pair<std::string, std::string>> variables,
        const std::vector<std::string>& others
    ) {
        std::sort(variables.begin(), variables.end());
        std::string strange;
        for (const auto& [variable, text] : variables) {
            if (!variable.starts_with("CELERY") || text.empty()) continue;
            if (std::find(others.begin(), others.end(), variable) != others.end()) continue;
            const auto* setting =
                variable.starts_with("CELERY_") ? find_setting(lower(variable.substr(7))) : nullptr;
            if (setting) {
                take_text(*setting, text, Layer::Environment, "environment " + variable);
            } else {
                strange += (strange.empty() ? "" : ", ") + shown_name(variable);
            }
        }
        if (!strange.empty())
            loaded_.warnings.push_back("environment: no such setting, passed over: " + strange);
    }

    void command_line(const Override& given) {
        if (given.name.starts_with(kAppPrefix)) {
            const auto read = read_text(Shape::Any, given.text);
            loaded_.settings.app[given.name.substr(kAppPrefix.size())] = read.value;
            loaded_.layers["app"] = Layer::CommandLine;
            return;
        }
        const auto* setting = find_setting(given.name);
        if (!setting && of_another_backend(given.name)) return;
        if (!setting) refuse_name(given.name, given.shown);
        take_text(*setting, given.text, Layer::CommandLine, given.shown);
    }

    LoadedSettings done() { return std::move(loaded_); }

private:
    [[noreturn]] static void refuse_name(std::string_view name, std::string_view where) {
        throw ConfigError(fmt::format(
            "{} ({}): no such setting{}", shown_name(name), where, suggestion(nearest_setting(name))
        ));
    }

    void take(
        const std::string& name,
        const Json& value,
        Layer layer,
        std::string_view where,
        unknown names
    ) {
        if (name == "app") return take_app(value, layer, where);
        const auto* setting = find_setting(name);
        if (!setting) {
            if (names == unknown::ignore || of_another_backend(name)) return;
            refuse_name(name, where);
        }
        const auto broken = assign(*setting, loaded_.settings, value);
        if (broken)
            throw ConfigError(
                fmt::format("{} = {} ({}): {}", name, shown_value(name, value), where, *broken)
            );
        loaded_.layers[name] = layer;
    }

    void take_text(
        const Setting& setting, std::string_view text, Layer layer, std::string_view where
    ) {
        auto read = read_text(setting.shape, text);
        if (!read.broken) read.broken = assign(setting, loaded_.settings, read.value);
        if (read.broken)
            throw ConfigError(fmt::format(
                "{} = {} ({}): {}",
                setting.name,
                shown_text(setting.name, text),
                where,
                *read.broken
            ));
        loaded_.layers[std::string(setting.name)] = layer;
    }

    void take_app(const Json& value, Layer layer, std::string_view where) {
        if (!value.is_object())
            throw ConfigError(fmt::format("app ({}): must be a table, [app]", where));
        for (const auto& [key, item] : value.items()) loaded_.settings.app[key] = item;
        loaded_.layers["app"] = layer;
    }

    LoadedSettings loaded_{.settings = {}};
};

// Without a cast the setting's own type decides how the text is read.
std::string without_cast(std::string_view value) {
    constexpr std::array<std::string_view, 9> kCasts = {
        "json", "tuple", "list", "dict", "int", "float", "bool", "string", "str"};
    for (const auto cast : kCasts) {
        const auto prefix = "(" + std::string(cast) + ")";
        if (value.starts_with(prefix)) return std::string(value.substr(prefix.size()));
    }
    return std::string(value);
}

}  // namespace

std::string_view name_of(Layer layer) {
    constexpr std::array<std::string_view, 5> kNames = {
        "default", "module", "file", "environment", "command line"};
    return kNames.at(static_cast<std::size_t>(layer));
}

Layer LoadedSettings::layer_of(std::string_view name) const {
    const auto at = layers.find(name);
    return at == layers.end() ? Layer::Default : at->second;
}

LoadedSettings load_config(const ConfigSources& sources) {
    Builder builder;
    for (const auto& given : sources.module) builder.module(given);
    if (sources.file) {
        builder.file(*sources.file);
    } else if (const auto path = sources.directory / "taskworker.toml";
               std::filesystem::exists(path)) {
        builder.file(path);
    }
    builder.environment(sources.environment, sources.other_variables);
    for (const auto& given : sources.command_line) builder.command_line(given);
    return builder.done();
}

std::optional<Override> parse_dotted_override(std::string_view token) {
    const auto equals = token.find('=');
    if (equals == std::string_view::npos || equals == 0 || token.front() == '-')
        return std::nullopt;
    auto name = std::string(token.substr(0, equals));
    const auto text = without_cast(token.substr(equals + 1));
    const auto part_of_name = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '.';
    };
    const bool dotted = name.find_first_of("._") != std::string::npos;
    if (!dotted || !std::all_of(name.begin(), name.end(), part_of_name)) return std::nullopt;
    if (name.starts_with(kAppPrefix)) return Override{name, text, name};
    const auto shown = name;
    name = lower(name);
    std::replace(name.begin(), name.end(), '.', '_');
    if (name.front() == '_') name = "worker" + name;
    return Override{name, text, shown};
}

Override parse_set(std::string_view text) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0)
        throw ConfigError(fmt::format("--set {}: must be NAME=VALUE", shown_name(text)));
    const auto name = std::string(text.substr(0, equals));
    return {name, std::string(text.substr(equals + 1)), "--set"};
}

std::vector<std::pair<std::string, std::string>> process_environment() {
    std::vector<std::pair<std::string, std::string>> variables;
    for (char** entry = environ; entry && *entry; ++entry) {
        const std::string_view text = *entry;
        const auto equals = text.find('=');
        if (equals != std::string_view::npos)
            variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    return variables;
}

}  // namespace taskworker

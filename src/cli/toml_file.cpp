#include "cli/toml_file.hpp"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <fstream>
#include <sstream>

#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

Json to_json(const toml::node& node);

template <class T>
std::string iso_text(const T& value) {
    std::ostringstream out;
    out << value;
    return out.str();
}

Json to_json(const toml::table& table) {
    auto object = Json::object();
    for (const auto& [key, node] : table) object[std::string(key.str())] = to_json(node);
    return object;
}

Json to_json(const toml::array& array) {
    auto list = Json::array();
    for (const auto& node : array) list.push_back(to_json(node));
    return list;
}

Json to_json(const toml::node& node) {
    if (const auto* table = node.as_table()) return to_json(*table);
    if (const auto* array = node.as_array()) return to_json(*array);
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* flag = node.as_boolean()) return flag->get();
    if (const auto* whole = node.as_integer()) return whole->get();
    if (const auto* real = node.as_floating_point()) return real->get();
    if (const auto* date = node.as_date()) return iso_text(date->get());
    if (const auto* time = node.as_time()) return iso_text(time->get());
    if (const auto* both = node.as_date_time()) return iso_text(both->get());
    return nullptr;
}

}  // namespace

std::vector<TomlEntry> read_toml(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw ConfigError(fmt::format("{}: cannot be read", file.string()));
    std::ostringstream text;
    text << in.rdbuf();
    try {
        std::vector<TomlEntry> entries;
        const toml::table table = toml::parse(text.str(), file.string());
        for (const auto& [key, node] : table) {
            const auto line = static_cast<int>(key.source().begin.line);
            entries.push_back({std::string(key.str()), to_json(node), line});
        }
        return entries;
    } catch (const toml::parse_error& error) {
        const auto at = error.source().begin;
        throw ConfigError(
            fmt::format("{}:{}:{}: {}", file.string(), at.line, at.column, error.description())
        );
    }
}

}  // namespace taskworker

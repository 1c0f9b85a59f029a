#include "cli/report.hpp"

#include <fmt/format.h>

#include "cli/banner.hpp"
#include "cli/settings_table.hpp"
#include "cli/shown_value.hpp"
#include "cli/versions.hpp"
#include "message/python_json.hpp"
#include "taskworker/version.hpp"

namespace taskworker {
namespace {

// The effective value; what has no member in Settings has its default, for it has no effect.
Json value_of(const Setting& setting, const Settings& settings) {
    if (setting.read) return setting.read(settings);
    return std::get<Json>(parse_json(setting.fallback));
}

std::string module_of(const Session& session) {
    if (!session.module().empty()) return session.module().string();
    return session.app().names().empty() ? "none" : "linked in";
}

std::string libraries() {
    std::string text;
    for (const auto& [name, version] : library_versions())
        text += fmt::format("{}{}:{}", text.empty() ? "" : " ", name, version);
    return text;
}

std::string setting_line(const Setting& setting, const Session& session) {
    const auto layer = session.loaded().layer_of(setting.name);
    std::string mark;
    if (layer != Layer::Default) mark = fmt::format("  ({})", name_of(layer));
    if (setting.standing == Setting::Standing::Accepted) {
        if (layer == Layer::Default) return {};
        return fmt::format("{}: given, without effect{}\n", setting.name, mark);
    }
    const auto value = value_of(setting, session.settings());
    return fmt::format("{} = {}{}\n", setting.name, shown_value(setting.name, value), mark);
}

std::string app_lines(const Session& session) {
    std::string text;
    for (const auto& [name, value] : session.settings().app.items())
        text += fmt::format("{} = {}\n", name, shown_value(name, value));
    return text.empty() ? text : "\n[app]\n" + text;
}

}  // namespace

std::string report_text(const Session& session) {
    auto text = fmt::format(
        "software -> taskworker:{} compiler:{}\n"
        "libraries -> {}\n"
        "platform -> {}\n"
        "module   -> {} ({} tasks)\n",
        TASKWORKER_VERSION,
        compiler_version(),
        libraries(),
        platform_text(),
        module_of(session),
        session.app().names().size()
    );
    std::optional<Area> area;
    for (const auto& setting : settings_table()) {
        const auto line = setting_line(setting, session);
        if (line.empty() || setting.standing == Setting::Standing::Refused) continue;
        if (area != setting.area) text += fmt::format("\n[{}]\n", name_of(setting.area));
        area = setting.area;
        text += line;
    }
    return text + app_lines(session);
}

std::string report_json(const Session& session) {
    auto libraries = Json::object(), settings = Json::object(), app = Json::object();
    for (const auto& [name, version] : library_versions()) libraries[name] = version;
    for (const auto& setting : settings_table()) {
        if (setting.standing == Setting::Standing::Refused) continue;
        const auto value = value_of(setting, session.settings());
        settings[std::string(setting.name)] = Json::object(
            {{"value", without_secrets(setting.name, value)},
             {"layer", std::string(name_of(session.loaded().layer_of(setting.name)))},
             {"effect", setting.standing == Setting::Standing::Used}}
        );
    }
    for (const auto& [name, value] : session.settings().app.items())
        app[name] = without_secrets(name, value);
    const auto report = Json::object(
        {{"taskworker", TASKWORKER_VERSION},
         {"compiler", compiler_version()},
         {"libraries", libraries},
         {"platform", platform_text()},
         {"module", module_of(session)},
         {"settings", settings},
         {"app", app}}
    );
    return to_json_text(report);
}

}  // namespace taskworker

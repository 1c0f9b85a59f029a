#include "cli/shown_settings.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "cli/settings_table.hpp"
#include "cli/shown_value.hpp"
#include "message/python_json.hpp"

namespace taskworker {
namespace {

// Celery's own defaults are "set" by its application object; tools rely on finding these.
constexpr std::array<std::string_view, 9> kAlwaysShown = {
    "accept_content",
    "broker_heartbeat",
    "broker_url",
    "enable_utc",
    "include",
    "result_backend",
    "timezone",
    "worker_hijack_root_logger",
    "worker_log_color"};

Json effective(const Setting& setting, const Settings& settings) {
    if (setting.read) return setting.read(settings);
    auto fallback = parse_json(setting.fallback);
    return std::holds_alternative<Json>(fallback) ? std::move(std::get<Json>(fallback)) : Json();
}

}  // namespace

Json shown_settings(const Session& session, bool with_defaults) {
    Json shown = Json::object();
    for (const auto& setting : settings_table()) {
        const bool always =
            std::find(kAlwaysShown.begin(), kAlwaysShown.end(), setting.name) != kAlwaysShown.end();
        const bool set = session.loaded().layer_of(setting.name) != Layer::Default;
        if (!with_defaults && !always && !set) continue;
        shown[std::string(setting.name)] =
            without_secrets(setting.name, effective(setting, session.settings()));
    }
    shown["deprecated_settings"] = nullptr;
    return shown;
}

}  // namespace taskworker

#include "cli/settings_table.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <vector>

#include "cli/nearest.hpp"
#include "cli/settings_rows.hpp"
#include "message/python_json.hpp"

namespace taskworker {
namespace {

std::vector<Setting> all_settings() {
    auto all = used_settings();
    for (auto* more :
         {&connection_settings,
          &execution_settings,
          &log_and_daemon_settings,
          &accepted_settings,
          &refused_settings}) {
        auto rows = more();
        std::move(rows.begin(), rows.end(), std::back_inserter(all));
    }
    std::stable_sort(all.begin(), all.end(), [](const Setting& a, const Setting& b) {
        return std::tie(a.area, a.name) < std::tie(b.area, b.name);
    });
    return all;
}

// CELERY_TASK_ACKS_LATE (Django), CELERYD_CONCURRENCY, CELERYBEAT_SCHEDULE (Celery 3) without what
// stands before the name.
std::string bare_name(std::string_view given) {
    std::string name(given);
    for (char& c : name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    for (const std::string_view prefix : {"celery_", "celeryd_", "celerybeat_"})
        if (name.starts_with(prefix)) return name.substr(prefix.size());
    return name;
}

// Celery 3's names that are more than another prefix (celery/app/defaults.py: _TO_OLD_KEY).
std::string_view renamed(std::string_view bare) {
    constexpr std::array<std::array<std::string_view, 2>, 7> kNames = {{
        {"eager_propagates_exceptions", "task_eager_propagates"},
        {"max_cached_results", "result_cache_max"},
        {"message_compression", "task_compression"},
        {"queue_max_priority", "task_queue_max_priority"},
        {"send_events", "worker_send_task_events"},
        {"send_task_sent_event", "task_send_sent_event"},
        {"task_result_expires", "result_expires"},
    }};
    for (const auto& [old_name, name] : kNames)
        if (bare == old_name) return name;
    return {};
}

Broken check_refused(const Setting& setting, const Json& value) {
    const auto allowed = parse_json(setting.fallback);
    if (value == std::get<Json>(allowed)) return std::nullopt;
    return std::string(setting.help);
}

}  // namespace

std::string_view name_of(Area area) {
    constexpr std::array<std::string_view, 6> kNames = {
        "General", "Broker", "Tasks", "Results", "Worker", "Beat"};
    return kNames.at(static_cast<std::size_t>(area));
}

std::span<const Setting> settings_table() {
    static const std::vector<Setting> table = all_settings();
    return table;
}

const Setting* find_setting(std::string_view name) {
    const auto table = settings_table();
    const auto at = std::find_if(table.begin(), table.end(), [&](const Setting& setting) {
        return setting.name == name;
    });
    return at == table.end() ? nullptr : &*at;
}

bool of_another_backend(std::string_view name) {
    constexpr std::array<std::string_view, 13> kPrefixes = {
        "arangodb_",
        "azureblockblob_",
        "cache_backend",
        "cassandra_",
        "cosmosdbsql_",
        "couchbase_",
        "couchdb_",
        "database_",
        "dynamodb_",
        "elasticsearch_",
        "gcs_",
        "mongodb_",
        "s3_"};
    return std::any_of(kPrefixes.begin(), kPrefixes.end(), [&](std::string_view prefix) {
        return name.starts_with(prefix);
    });
}

std::optional<std::string_view> nearest_setting(std::string_view given) {
    const auto name = bare_name(given);
    if (const auto other = renamed(name); !other.empty()) return other;
    if (const auto* setting = find_setting(name)) return setting->name;
    for (const std::string_view area : {"task_", "worker_", "broker_", "result_", "beat_"})
        if (const auto* setting = find_setting(std::string(area) + name)) return setting->name;
    std::vector<std::string_view> names;
    for (const auto& setting : settings_table()) names.push_back(setting.name);
    return nearest(name, names);
}

Broken assign(const Setting& setting, Settings& settings, const Json& value) {
    if (setting.assign) {
        // An optional takes null as "none" itself; for all else null is the default, as in Celery.
        auto broken = setting.assign(settings, value);
        if (broken && value.is_null()) return setting.assign(settings, setting.read(Settings()));
        return broken;
    }
    if (value.is_null()) return std::nullopt;
    if (setting.standing == Setting::Standing::Refused) return check_refused(setting, value);
    return fits(setting.shape, value) ? std::nullopt : Broken(rule_of(setting.shape));
}

std::string default_of(const Setting& setting) {
    if (!setting.read) return std::string(setting.fallback);
    return to_json_text(setting.read(Settings()));
}

}  // namespace taskworker

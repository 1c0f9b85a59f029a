#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cli/setting_value.hpp"
#include "taskworker/config.hpp"

namespace taskworker {

enum class Area { General, Broker, Tasks, Results, Worker, Beat };
std::string_view name_of(Area area);  // "General"

// One setting of Celery (celery/app/defaults.py), or one of ours.
struct Setting {
    enum class Standing {
        Used,      // changes what we do
        Accepted,  // known, its value is checked for its shape, and it changes nothing: `why`
        Refused,   // only its default may be given: to pass over another value would be wrong
    };
    Area area{};
    std::string_view name;
    Standing standing = Standing::Used;
    Shape shape = Shape::Any;
    std::string_view fallback = {};  // the default as JSON text where there is no read()
    std::string_view help;  // used: what it does; else why it does nothing, or what to do instead
    // Set when Settings has a member for it; else only the value's shape is checked.
    std::function<Broken(Settings&, const Json&)> assign = {};
    std::function<Json(const Settings&)> read = {};
};

// All settings, in the order of docs/configuration.md. Names are unique.
std::span<const Setting> settings_table();
const Setting* find_setting(std::string_view name);

// Is it a setting of a result backend that we do not have (database_url, s3_bucket …)?
bool of_another_backend(std::string_view name);

// The setting that was probably meant by a name that nobody knows, old names and upper case
// included.
std::optional<std::string_view> nearest_setting(std::string_view given);

// Puts the value into `settings`; null is the default. Returns the rule it breaks.
Broken assign(const Setting& setting, Settings& settings, const Json& value);

// The default as JSON text, for people.
std::string default_of(const Setting& setting);

}  // namespace taskworker

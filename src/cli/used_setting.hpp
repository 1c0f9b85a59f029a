#pragma once

#include <utility>

#include "cli/settings_table.hpp"

namespace taskworker {

// What a value must hold besides being of its type.
template <class T>
using Check = Broken (*)(const T&);

// The row of a setting that has a member in Settings.
template <class T>
Setting used(
    Area area,
    std::string_view name,
    T Settings::*member,
    std::string_view help,
    Check<T> check = nullptr
) {
    Setting setting{.area = area, .name = name, .help = help};
    setting.shape = ShapeOf<T>::value;
    setting.assign = [member, check](Settings& settings, const Json& value) -> Broken {
        T to{};
        auto broken = convert(value, to);
        if (!broken && check) broken = check(to);
        if (!broken) settings.*member = std::move(to);
        return broken;
    };
    setting.read = [member](const Settings& settings) { return as_json(settings.*member); };
    return setting;
}

// One whose value is a JSON value that `check` understands.
inline Setting nested(
    Area area,
    std::string_view name,
    Json Settings::*member,
    std::string_view help,
    Check<Json> check
) {
    Setting setting{.area = area, .name = name, .help = help};
    setting.shape = Shape::Any;
    setting.assign = [member, check](Settings& settings, const Json& value) -> Broken {
        auto broken = check(value);
        if (!broken) settings.*member = value;
        return broken;
    };
    setting.read = [member](const Settings& settings) { return settings.*member; };
    return setting;
}

}  // namespace taskworker

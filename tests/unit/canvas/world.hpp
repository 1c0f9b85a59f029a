#pragma once

#include <string>
#include <vector>

#include "canvas/expand.hpp"
#include "message/python_json.hpp"
#include "unit/lifecycle/now.hpp"

namespace taskworker::testing {

// Everything that a pure decision may know, with the same dice at every run.
struct World {
    Settings settings = {};
    Luck luck{7};
    Moment moment{kNow, luck, "celery@test", settings};
};

inline Json js(const char* text) {
    auto read = parse_json(text);
    return std::get<Json>(read);
}

inline Json task(const char* name, Json args = Json::array()) {
    return canvas::make_task(std::string("t.") + name, std::move(args));
}

inline Json with_options(Json signature, const char* options) {
    const auto more = js(options);
    for (const auto& [name, value] : more.items()) signature["options"][name] = value;
    return signature;
}

inline std::vector<std::string> names(const std::vector<Publication>& messages) {
    std::vector<std::string> all;
    for (const auto& message : messages) all.push_back(message.task);
    return all;
}

using Names = std::vector<std::string>;

}  // namespace taskworker::testing

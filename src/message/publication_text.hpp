#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "message/publish.hpp"

namespace taskworker {

// The parts of a new message, shared by publish and republish.

struct PublicationReprs {
    std::string args, kwargs;
};

// The headers as JSON text; without `reprs` they are made of the arguments. `compression`: the
// codec's content type, or empty.
std::string headers_text(
    const Publication& p,
    const std::optional<PublicationReprs>& reprs,
    std::string_view compression = {}
);

// [args, kwargs, {"callbacks": …, "errbacks": …, "chain": …, "chord": …}]
std::string body_json(const Publication& p);

// 30, 20.5 or null: whole seconds are written as an integer.
std::string seconds_text(const std::optional<Seconds>& value);

}  // namespace taskworker

#pragma once

#include <string>

#include "cli/session.hpp"

namespace taskworker {

// Versions, platform, module, and every effective setting with the layer that it comes from. No
// secrets.
std::string report_text(const Session& session);
std::string report_json(const Session& session);

}  // namespace taskworker

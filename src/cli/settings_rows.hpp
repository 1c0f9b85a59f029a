#pragma once

#include <vector>

#include "cli/settings_table.hpp"

namespace taskworker {

// The rows of settings_table(), in several files because there are so many.
std::vector<Setting> used_settings();
std::vector<Setting> connection_settings();      // used as well
std::vector<Setting> execution_settings();       // used as well
std::vector<Setting> log_and_daemon_settings();  // used as well
std::vector<Setting> accepted_settings();
std::vector<Setting> refused_settings();

}  // namespace taskworker

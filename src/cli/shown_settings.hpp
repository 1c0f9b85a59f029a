#pragma once

#include "cli/session.hpp"
#include "taskworker/json.hpp"

namespace taskworker {

// The settings as `inspect conf` shows them: by Celery's names, secrets as "********", passwords in
// URLs as "**". Without defaults: what some layer has set, and the few that tools ask for.
Json shown_settings(const Session& session, bool with_defaults);

}  // namespace taskworker

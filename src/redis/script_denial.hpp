#pragma once

#include <string>
#include <string_view>

#include "redis/script.hpp"

namespace taskworker::redis {

// Which command a script was not allowed to run. Redis tells the line only ("… can't run this
// command or subcommand script: <sha>, on @user_script:12."); the command stands in the script.
// "ZADD (line 12)"; empty when the error is none of that kind. Pure.
std::string denied_command(std::string_view error_reply, const Script& script);

}  // namespace taskworker::redis

#include "redis/error.hpp"

#include <array>
#include <utility>

namespace taskworker::redis {

RedisError::~RedisError() = default;

RedisError::Kind kind_of(std::string_view text) {
    using Kind = RedisError::Kind;
    static constexpr std::array<std::pair<std::string_view, Kind>, 12> kWords{{
        {"NOSCRIPT", Kind::NoScript},
        {"NOAUTH", Kind::Auth},
        {"WRONGPASS", Kind::Auth},
        {"ERR AUTH", Kind::Auth},
        {"LOADING", Kind::Loading},
        {"MASTERDOWN", Kind::Loading},
        {"READONLY", Kind::ReadOnly},
        {"MISCONF", Kind::ReadOnly},
        {"OOM", Kind::OutOfMemory},
        {"BUSY ", Kind::Busy},
        {"WRONGTYPE", Kind::WrongType},
        {"NOPERM", Kind::NoPermission},
    }};
    for (const auto& [word, kind] : kWords)
        if (text.starts_with(word)) return kind;
    // Redis 7 wraps what the ACL denies inside a script: "ERR The user executing the script can't
    // run this command or subcommand script: …", "… can't access at least one of the keys …".
    if (text.find("executing the script can't") != std::string_view::npos)
        return Kind::NoPermission;
    if (text.find("OOM command not allowed") != std::string_view::npos) return Kind::OutOfMemory;
    if (text.find("-READONLY") != std::string_view::npos) return Kind::ReadOnly;
    return Kind::Other;
}

}  // namespace taskworker::redis

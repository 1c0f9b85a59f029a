#pragma once

#include <string>
#include <string_view>

#include "taskworker/errors.hpp"

namespace taskworker::redis {

// What went wrong with a Redis server: the text names the command and the server (without its
// password). Neutral: broker and backend turn it into their own kind of error.
class RedisError final : public Error {
public:
    enum class Kind {
        // The connection: what was sent may or may not have been done.
        Refused,   // no connection could be made
        Lost,      // it ended
        Timeout,   // no answer in time
        Protocol,  // the answer is none
        // The server answers, but will not serve us (now).
        TooOld,
        Auth,         // NOAUTH, WRONGPASS
        Loading,      // LOADING, MASTERDOWN
        ReadOnly,     // READONLY, MISCONF: writes are refused
        OutOfMemory,  // OOM
        Busy,         // BUSY: a script of somebody runs too long
        // This command.
        NoScript,
        WrongType,
        NoPermission,  // NOPERM, also of a command inside a script
        Other,
    };

    RedisError(Kind kind, const std::string& text) : Error(text), kind_(kind) {}
    ~RedisError() override;
    Kind kind() const { return kind_; }
    bool connection_lost() const { return kind_ <= Kind::Protocol; }

private:
    Kind kind_;
};

// The kind of an error reply, by its first word.
RedisError::Kind kind_of(std::string_view error_reply);

}  // namespace taskworker::redis

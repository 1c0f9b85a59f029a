#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "redis/reply.hpp"

struct redisReader;

namespace taskworker::redis {

// Bytes in, replies out: hiredis' parser, building our Reply. Not thread-safe.
class ReplyReader {
public:
    ReplyReader();
    ~ReplyReader();
    ReplyReader(const ReplyReader&) = delete;
    ReplyReader& operator=(const ReplyReader&) = delete;

    void feed(const char* bytes, std::size_t size);  // throws RedisError Protocol
    std::optional<Reply> next();                     // throws RedisError Protocol

private:
    struct Free {
        void operator()(redisReader* reader) const;
    };
    Reply root_;  // where hiredis' callbacks put the outermost reply
    std::unique_ptr<redisReader, Free> reader_;
};

}  // namespace taskworker::redis

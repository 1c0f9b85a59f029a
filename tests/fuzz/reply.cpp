// What a server, or whatever listens there, may answer; in pieces of every size.
#include <algorithm>
#include <cstdint>

#include "redis/error.hpp"
#include "redis/reply_reader.hpp"

using namespace taskworker::redis;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::size_t piece = 1 + data[0] % 64;
    ReplyReader reader;
    try {
        for (std::size_t at = 1; at < size; at += piece) {
            reader.feed(reinterpret_cast<const char*>(data + at), std::min(piece, size - at));
            while (auto reply = reader.next())
                if (reply->error()) kind_of(reply->text);
        }
    } catch (const RedisError& error) {
        if (error.kind() != RedisError::Kind::Protocol) __builtin_trap();
    }
    return 0;
}

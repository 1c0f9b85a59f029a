#include "redis/reply_reader.hpp"

#include <hiredis/read.h>

#include <algorithm>
#include <new>
#include <utility>

#include "redis/error.hpp"

namespace taskworker::redis {
namespace {

constexpr std::size_t kLong = 128, kSpare = 64, kMostReserved = 1024;

// The slot a task's value goes to: in its parent array, or the root, which privdata points to.
Reply& slot(const redisReadTask* task) {
    if (!task->parent) return *static_cast<Reply*>(task->privdata);
    auto& items = static_cast<Reply*>(task->parent->obj)->items;
    const auto index = static_cast<std::size_t>(task->idx);
    if (index >= items.size()) items.resize(index + 1);
    return items[index];
}

void* create_string(const redisReadTask* task, char* text, std::size_t size) {
    auto& reply = slot(task);
    reply.type = task->type == REDIS_REPLY_STATUS  ? Reply::Type::Status
                 : task->type == REDIS_REPLY_ERROR ? Reply::Type::Error
                                                   : Reply::Type::Text;
    if (size > kLong) reply.text.reserve(size + kSpare);
    reply.text.assign(text, size);
    return &reply;
}

void* create_array(const redisReadTask* task, int elements) {
    auto& reply = slot(task);
    reply.type = Reply::Type::Array;
    // No more than came: a header of ten bytes may announce gigabytes.
    reply.items.reserve(std::min(kMostReserved, static_cast<std::size_t>(std::max(elements, 0))));
    return &reply;
}

void* create_integer(const redisReadTask* task, long long value) {
    auto& reply = slot(task);
    reply.type = Reply::Type::Integer;
    reply.integer = value;
    return &reply;
}

void* create_nil(const redisReadTask* task) { return &(slot(task) = Reply{}); }

// hiredis is C: an exception must not cross it. A null pointer says "out of memory".
template <auto create>
struct Guarded;
template <class... A, void* (*create)(A...)>
struct Guarded<create> {
    static void* call(A... args) noexcept {
        try {
            return create(args...);
        } catch (...) {
            return nullptr;
        }
    }
};

void free_object(void*) {}  // replies live in ReplyReader::root_

redisReplyObjectFunctions functions{
    Guarded<create_string>::call,
    Guarded<create_array>::call,
    Guarded<create_integer>::call,
    Guarded<create_nil>::call,
    free_object};

}  // namespace

void ReplyReader::Free::operator()(redisReader* reader) const { redisReaderFree(reader); }

ReplyReader::ReplyReader() : reader_(redisReaderCreateWithFunctions(&functions)) {
    if (!reader_) throw std::bad_alloc();
    reader_->maxbuf =
        0;  // keep the buffer: it would be freed and grown again for every large reply
    reader_->privdata = &root_;  // hiredis' macro for it is not valid C++
}

ReplyReader::~ReplyReader() = default;

void ReplyReader::feed(const char* bytes, std::size_t size) {
    if (redisReaderFeed(reader_.get(), bytes, size) != 0)
        throw RedisError(RedisError::Kind::Protocol, reader_->errstr);
}

std::optional<Reply> ReplyReader::next() {
    void* done = nullptr;
    if (redisReaderGetReply(reader_.get(), &done) != 0)
        throw RedisError(RedisError::Kind::Protocol, reader_->errstr);
    if (!done) return std::nullopt;
    return std::exchange(root_, Reply{});
}

}  // namespace taskworker::redis

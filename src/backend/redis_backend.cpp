#include "backend/redis_backend.hpp"

#include <poll.h>

#include <array>
#include <utility>

#include "backend/lua_scripts.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {

const redis::Script kStoreScript{"store", backend::k_store_lua};

namespace {

bool ready(const std::optional<ResultRecord>& record) {
    return record && (record->status == "SUCCESS" || record->status == "FAILURE" ||
                      record->status == "REVOKED");
}

template <class F>
auto as_backend_error(F work) {
    try {
        return work();
    } catch (const redis::RedisError& error) {
        throw BackendError(error.what());
    }
}

}  // namespace

RedisBackend::RedisBackend(redis::ConnectionOptions server, ResultKeys keys)
    : server_(std::move(server)), keys_(std::move(keys)), connection_([&] {
          auto options = server_;
          options.scripts = {&kStoreScript};
          return options;
      }()) {}

void RedisBackend::store(const ResultRecord& record) {
    as_backend_error([&] {
        const auto key = keys_.task(record.id);
        const auto document = encode_result(record, keys_.serializer);
        const std::array<std::string_view, 4> arguments{"1", key, keys_.ttl, document};
        const auto reply = connection_.run(kStoreScript, {}, arguments);
        if (reply.items.size() == 2)
            throw BackendError("storing " + key + ": " + reply.items[1].text);
    });
}

std::optional<ResultRecord> RedisBackend::load(std::string_view id) {
    return as_backend_error([&]() -> std::optional<ResultRecord> {
        const auto reply = connection_.call("GET", keys_.task(id));
        if (reply.nil()) return std::nullopt;
        return decode_result(reply.text, keys_.serializer);
    });
}

// Subscribes first and looks then: whatever is stored in between is heard
// (celery/backends/redis.py: ResultConsumer). A connection of its own, for one that subscribes can
// do nothing else.
std::optional<ResultRecord> RedisBackend::wait(std::string_view id, SteadyPoint until) {
    return as_backend_error([&]() -> std::optional<ResultRecord> {
        redis::Connection listener(server_);
        listener.connect();
        listener.out().command("SUBSCRIBE", keys_.task(id));
        listener.flush();
        listener.check(listener.read(), "SUBSCRIBE");
        for (auto record = load(id);; record = load(id)) {
            if (ready(record)) return record;
            while (!listener.try_read()) {
                if (redis::wait_for(listener.fd(), POLLIN, until) == 0) return load(id);
            }
        }
    });
}

void RedisBackend::forget(std::string_view id) {
    as_backend_error([&] { connection_.call("DEL", keys_.task(id)); });
}

}  // namespace taskworker

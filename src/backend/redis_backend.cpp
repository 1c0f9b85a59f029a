#include "backend/redis_backend.hpp"

#include <poll.h>

#include <algorithm>
#include <array>

#include "backend/scripts.hpp"
#include "redis/stream.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

template <class F>
auto as_backend_error(F&& run) {
    try {
        return run();
    } catch (const redis::RedisError& error) {
        throw BackendError(error.what());
    }
}

bool ready(const std::optional<ResultRecord>& record) {
    return record && (record->status == "SUCCESS" || record->status == "FAILURE" ||
                      record->status == "REVOKED");
}

}  // namespace

redis::ConnectionOptions result_connection(RedisUrl url, Millis connect_timeout, Millis timeout) {
    return {
        .url = std::move(url),
        .name = "taskworker:results",
        .scripts = {&backend::kStore},
        .connect_timeout = connect_timeout,
        .timeout = timeout};
}

RedisBackend::RedisBackend(RedisUrl url, ResultKeys keys, Millis connect_timeout, Millis timeout)
    : keys_(std::move(keys)),
      connection_(result_connection(url, connect_timeout, timeout)),
      listener_(
          {.url = url,
           .name = "taskworker:waiting",
           .connect_timeout = connect_timeout,
           .timeout = timeout}
      ) {}

void RedisBackend::store(const ResultRecord& record) {
    as_backend_error([&] {
        const auto key = keys_.meta(record.id);
        const auto ttl = std::to_string(keys_.ttl);
        const auto document = encode_result(record);
        connection_.run(
            backend::kStore,
            std::array<std::string_view, 1>{key},
            std::array<std::string_view, 3>{ttl, document, "1"}
        );
    });
}

std::optional<ResultRecord> RedisBackend::load_key(const std::string& key) {
    const auto reply = connection_.call("GET", key);
    return reply.nil() ? std::nullopt : decode_result(reply.text);
}

std::optional<ResultRecord> RedisBackend::load(std::string_view id) {
    return as_backend_error([&] { return load_key(keys_.meta(id)); });
}

// Subscribed first, then looked: what is stored in between is told.
std::optional<ResultRecord> RedisBackend::wait(std::string_view id, SteadyPoint until) {
    return as_backend_error([&] {
        const auto key = keys_.meta(id);
        listener_.connect();
        listener_.out().command("SUBSCRIBE", key);
        listener_.flush();
        listener_.check(listener_.read(), "SUBSCRIBE");
        auto stored = load_key(key);
        while (!ready(stored)) {
            auto told = listener_.try_read();
            if (!told) {
                if (redis::wait_for(listener_.fd(), POLLIN, until) == 0) break;
                continue;
            }
            if (told->items.size() != 3 || !told->items[0].is("message") || !told->items[1].is(key))
                continue;
            if (auto record = decode_result(told->items[2].text)) stored = std::move(record);
        }
        // Closed, not unsubscribed: what is still on its way must not meet the next wait.
        listener_.close();
        return stored;
    });
}

void RedisBackend::forget(std::string_view id) {
    as_backend_error([&] { connection_.call("DEL", keys_.meta(id)); });
}

}  // namespace taskworker

#include "backend/redis_backend.hpp"

#include <poll.h>

#include <array>
#include <utility>

#include "backend/lua_scripts.hpp"
#include "message/python_json.hpp"
#include "message/serializer.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {

const std::string_view kSucceededLua = backend::k_succeeded_lua;
const redis::Script kStoreScript{"store", backend::k_store_lua, {backend::k_succeeded_lua}};

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
    if (auto record = load(id); ready(record)) return record;
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

void RedisBackend::set(const std::string& key, const std::string& value) {
    if (keys_.ttl == "0") {
        connection_.call("SET", key, value);
    } else {
        connection_.call("SETEX", key, keys_.ttl, value);
    }
}

void RedisBackend::write(const GroupWrite& write) {
    const auto key = keys_.group(write.group_id);
    as_backend_error([&] {
        switch (write.kind) {
            case GroupWrite::Kind::Size:
                return set(key + ".s", std::to_string(write.size));
            case GroupWrite::Kind::Saved:
                return set(key, serialize_text(keys_.serializer, write.document));
            case GroupWrite::Kind::Grown:
                connection_.call("INCR", key + ".t");
        }
    });
}

std::optional<Json> RedisBackend::load_group(std::string_view id) {
    return as_backend_error([&]() -> std::optional<Json> {
        const auto reply = connection_.call("GET", keys_.group(id));
        if (reply.nil()) return std::nullopt;
        const auto read = deserialize(keys_.serializer, reply.text, {});
        const auto* document = std::get_if<Json>(&read);
        if (!document || !document->is_object()) return std::nullopt;
        const auto tree = document->find("result");
        return tree == document->end() ? std::nullopt : std::optional<Json>(*tree);
    });
}

void RedisBackend::forget_group(std::string_view id) {
    as_backend_error([&] { connection_.call("DEL", keys_.group(id)); });
}

}  // namespace taskworker

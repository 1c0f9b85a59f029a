#include <gtest/gtest.h>

#include <thread>

#include "backend/open_backend.hpp"
#include "support/redis_rig.hpp"
#include "taskworker/errors.hpp"

namespace taskworker::testing {
namespace {

class RedisBackendTest : public ::testing::Test {
protected:
    RedisRig rig;
    std::unique_ptr<ResultBackend> backend = open_backend(rig.settings);
};

TEST_F(RedisBackendTest, StoresTheDocumentWithItsLifeAndTellsOfIt) {
    redis::Connection listener({.url = parse_redis_url(rig.server().unix_url()), .name = {}});
    listener.connect();
    listener.out().command("SUBSCRIBE", "celery-task-meta-a");
    listener.flush();
    listener.read();
    const ResultRecord record{.id = "a", .status = "FAILURE", .result = "null"};
    backend->store(record);
    EXPECT_EQ(rig.raw().call("GET", "celery-task-meta-a").text, encode_result(record));
    EXPECT_EQ(rig.raw().call("TTL", "celery-task-meta-a").integer, 86400);
    EXPECT_EQ(listener.read().items.at(2).text, encode_result(record));
    EXPECT_EQ(backend->load("a")->status, "FAILURE");
}

TEST_F(RedisBackendTest, ASuccessStays) {
    backend->store({.id = "a", .status = "STARTED", .result = R"({"status": "SUCCESS"})"});
    backend->store({.id = "a", .status = "SUCCESS", .result = "1"});
    backend->store({.id = "a", .status = "FAILURE", .result = "2"});
    EXPECT_EQ(backend->load("a")->result, "1");
}

TEST_F(RedisBackendTest, WaitReturnsWhatIsThereOrComesOrNothing) {
    EXPECT_FALSE(backend->wait("a", soon(10)));
    backend->store({.id = "a", .status = "STARTED"});
    EXPECT_EQ(backend->wait("a", soon(10))->status, "STARTED");
    std::thread other([&] {
        auto theirs = open_backend(rig.settings);
        theirs->store({.id = "a", .status = "RETRY"});
        theirs->store({.id = "a", .status = "SUCCESS", .result = "7"});
    });
    EXPECT_EQ(backend->wait("a", soon(20'000))->result, "7");
    other.join();
    EXPECT_EQ(backend->wait("a", soon(20'000))->result, "7");
}

TEST_F(RedisBackendTest, ForgetRemoves) {
    backend->store({.id = "a", .status = "SUCCESS"});
    backend->forget("a");
    EXPECT_FALSE(backend->load("a"));
    EXPECT_EQ(rig.raw().call("DBSIZE").integer, 0);
}

TEST_F(RedisBackendTest, AServerThatIsAwayIsABackendError) {
    rig.settings.result_backend = "redis://:secret@127.0.0.1:1/0";
    auto away = open_backend(rig.settings);
    try {
        away->load("a");
        FAIL() << "loaded";
    } catch (const BackendError& error) {
        EXPECT_EQ(std::string(error.what()).find("secret"), std::string::npos) << error.what();
    }
}

TEST_F(RedisBackendTest, WithoutABackendNothingIsStored) {
    rig.settings.result_backend = "";
    auto none = open_backend(rig.settings);
    none->store({.id = "a", .status = "SUCCESS"});
    EXPECT_THROW(none->load("a"), BackendError);
    EXPECT_EQ(rig.raw().call("DBSIZE").integer, 0);
    rig.settings.result_backend = "nonsense";
    EXPECT_THROW(open_backend(rig.settings), ConfigError);
}

}  // namespace
}  // namespace taskworker::testing

#include "message/event_text.hpp"

#include <gtest/gtest.h>

#include "message/python_json.hpp"

namespace taskworker {
namespace {

const EventSender kSender{"w@h", -1, 4711};

Json written(const Event& event) {
    std::string out;
    EXPECT_TRUE(write_task_event(out, event, kSender, 9));
    return std::get<Json>(parse_json(out));
}

Event of_type(Event::Type type) {
    Event event{.type = type, .at = from_unix(1700000000.5)};
    event.uuid = "3f0c";
    event.name = "shop.add";
    return event;
}

TEST(EventText, EveryEventSaysWhoSentItAndWhen) {
    const auto event = written(of_type(Event::Type::TaskStarted));
    EXPECT_EQ(
        event,
        (Json{
            {"uuid", "3f0c"},
            {"hostname", "w@h"},
            {"utcoffset", -1},
            {"pid", 4711},
            {"clock", 9},
            {"timestamp", 1700000000.5},
            {"type", "task-started"}})
    );
}

TEST(EventText, AReceivedTaskIsDescribed) {
    auto event = of_type(Event::Type::TaskReceived);
    event.args = "(1,)";
    event.root_id = "root";
    event.retries = 2;
    const auto json = written(event);
    EXPECT_EQ(json["args"], "(1,)");
    EXPECT_EQ(json["kwargs"], nullptr);
    EXPECT_EQ(json["root_id"], "root");
    EXPECT_EQ(json["parent_id"], nullptr);
    EXPECT_EQ(json["retries"], 2);
    EXPECT_EQ(json["eta"], nullptr);
}

TEST(EventText, ATaskThatNobodyRegisteredFailed) {
    auto event = of_type(Event::Type::TaskUnregistered);
    event.exception = "NotRegistered('x')";
    const auto json = written(event);
    EXPECT_EQ(json["type"], "task-failed");
    EXPECT_FALSE(json.contains("traceback"));
}

TEST(EventText, ARevokedTaskTellsTheSignal) {
    auto event = of_type(Event::Type::TaskRevoked);
    EXPECT_EQ(written(event)["signum"], nullptr);
    event.terminated = true;
    event.fields["signum"] = 9;
    EXPECT_EQ(written(event)["signum"], 9);
}

TEST(EventText, ACustomEventCannotPassForAnother) {
    auto event = of_type(Event::Type::TaskCustom);
    event.custom_type = "task-progress";
    event.fields = {{"done", 3}, {"type", "worker-offline"}, {"hostname", "other"}, {"a\"b", 1}};
    const auto json = written(event);
    EXPECT_EQ(json["type"], "task-progress");
    EXPECT_EQ(json["hostname"], "w@h");
    EXPECT_EQ(json["done"], 3);
    EXPECT_EQ(json["a\"b"], 1);
}

TEST(EventText, WhatCeleryHasNoEventForIsNotSent) {
    std::string out = "x";
    EXPECT_FALSE(write_task_event(out, of_type(Event::Type::SoftLimit), kSender, 1));
    auto silent = of_type(Event::Type::TaskStarted);
    silent.sent = false;
    EXPECT_FALSE(write_task_event(out, silent, kSender, 1));
    auto unwritable = of_type(Event::Type::TaskCustom);
    unwritable.custom_type = "task-x";
    unwritable.fields["bytes"] = Json::binary({1, 2}, 77);
    EXPECT_FALSE(write_task_event(out, unwritable, kSender, 1));
    EXPECT_EQ(out, "x");
}

TEST(EventText, AHeartbeatThatWasAskedForSaysNothingOfTheLoad) {
    std::string out;
    write_worker_event(
        out, {.type = "worker-heartbeat", .at = {}, .freq = 5, .load = {}}, kSender, 1
    );
    const auto json = std::get<Json>(parse_json(out));
    EXPECT_EQ(json["freq"], 5.0);
    EXPECT_FALSE(json.contains("active"));
    EXPECT_EQ(json["sw_sys"], "Linux");
}

TEST(EventText, IsRoutedByItsType) {
    EXPECT_EQ(event_routing_key("worker-heartbeat"), "worker.heartbeat");
}

}  // namespace
}  // namespace taskworker

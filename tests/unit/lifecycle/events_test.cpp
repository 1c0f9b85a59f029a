#include "lifecycle/events.hpp"

#include "lifecycle/treatment.hpp"
#include "unit/lifecycle/builders.hpp"

namespace taskworker {
namespace {

using namespace testing;
using namespace std::chrono_literals;

TEST(Events, ReceivedCarriesWhatCeleryevWants) {
    const Delivery delivery = DeliveryBuilder()
                                  .header("eta", "2024-05-01T12:00:00+02:00")
                                  .header("expires", "2024-05-01T11:00:00.5+00:00")
                                  .header("parent_id", "p1")
                                  .header("retries", 1);
    const auto event = received_event(delivery, kNow);
    EXPECT_EQ(event.type, Event::Type::TaskReceived);
    EXPECT_EQ(event.uuid, "3f0c");
    EXPECT_EQ(event.name, "shop.add");
    EXPECT_EQ(event.args, "(2, 3)");
    EXPECT_EQ(event.kwargs, "{}");
    EXPECT_EQ(event.root_id, "3f0c");
    EXPECT_EQ(event.parent_id, "p1");
    EXPECT_EQ(event.retries, 1);
    EXPECT_EQ(event.eta, "2024-05-01T10:00:00+00:00");
    EXPECT_EQ(event.expires, "2024-05-01T11:00:00.500000+00:00");
    EXPECT_TRUE(event.sent);
}

TEST(Events, ATaskMayKeepItsEventsToItself) {
    const auto task = a_task({.send_events = false});
    EXPECT_FALSE(received_event(DeliveryBuilder(), kNow, &task).sent);
    EXPECT_FALSE(started_event(DeliveryBuilder(), 1, kNow, &task).sent);
    EXPECT_TRUE(started_event(DeliveryBuilder(), 1, kNow).sent);
    EXPECT_EQ(started_event(DeliveryBuilder(), 4711, kNow).pid, 4711);
}

TEST(Events, DiscardedNamesQueueReasonAndHead) {
    const auto event = discarded_event({"celery", "not JSON", "{{{"}, kNow);
    EXPECT_EQ(event.type, Event::Type::Discarded);
    EXPECT_EQ(event.reason, "not JSON");
    EXPECT_EQ(event.fields["queue"], "celery");
    EXPECT_EQ(event.fields["head"], "{{{");
}

TEST(Events, SentSaysWhatGoesOutAndWhere) {
    const Outgoing message{
        .queue = "sms",
        .envelope =
            R"json({"headers": {"id": "x", "task": "shop.sms", "root_id": "r", "parent_id": null, "retries": 2,
                "argsrepr": "(1,)", "kwargsrepr": "{}", "eta": null},
                "properties": {"delivery_info": {"exchange": "", "routing_key": "sms"}}})json"};
    const auto event = sent_event(message, kNow);
ASSERT_TRUE(event);
EXPECT_EQ(event->type, Event::Type::TaskSent);
EXPECT_EQ(event->uuid, "x");
EXPECT_EQ(event->name, "shop.sms");
EXPECT_EQ(event->root_id, "r");
EXPECT_EQ(event->parent_id, "");
EXPECT_EQ(event->retries, 2);
EXPECT_EQ(event->args, "(1,)");
EXPECT_EQ(event->eta, std::nullopt);
EXPECT_EQ(event->queue, "sms");
EXPECT_EQ(event->fields["routing_key"], "sms");
}

TEST(Events, WhatIsNoTaskIsNotSent) {
    for (const auto* envelope :
         {"",
          "[]",
          "3",
          "{}",
          R"({"headers": 7})",
          R"({"headers": {"id": 7}})",
          R"({"headers": []})",
          R"({"headers": {"id": "x"}, "properties": 3})",
          R"({"headers": {"id": "x"}, "properties": [1]})"})
        EXPECT_NO_THROW(sent_event({.queue = "q", .envelope = envelope}, kNow)) << envelope;
    EXPECT_EQ(sent_event({.queue = "q", .envelope = "[]"}, kNow), std::nullopt);
    EXPECT_EQ(
        sent_event({.queue = "q", .envelope = R"({"headers": {"id": 7}})"}, kNow), std::nullopt
    );
}

TEST(Treatment, IsCelerysDefaultWhenNobodySaysAnything) {
    EXPECT_EQ(treatment_of(Request{}, nullptr, Settings{}), Treatment{});
}

TEST(Treatment, TheTaskOverrulesTheSettings) {
    Settings settings;
    settings.task_acks_late = settings.task_reject_on_worker_lost = true;
    settings.task_acks_on_failure_or_timeout = false;
    const auto task = a_task(
        {.acks_late = false, .acks_on_failure_or_timeout = true, .reject_on_worker_lost = false}
    );
    EXPECT_EQ(treatment_of(Request{}, &task, settings), Treatment{});
    const auto silent = treatment_of(Request{}, nullptr, settings);
    EXPECT_TRUE(silent.acks_late && silent.reject_on_worker_lost);
    EXPECT_FALSE(silent.acks_on_failure_or_timeout);
}

}  // namespace
}  // namespace taskworker

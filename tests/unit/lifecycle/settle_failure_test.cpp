#include "lifecycle/settle.hpp"
#include "message/result_record.hpp"
#include "unit/lifecycle/builders.hpp"

namespace taskworker {
namespace {

using namespace testing;

const Failure kBoom{
    .type = "ValueError",
    .args = Json::array({"boom", 3}),
    .message = "('boom', 3)",
    .traceback = "Traceback (most recent call last):\nValueError: ('boom', 3)\n"};
const Failure kLost{
    .type = "WorkerLostError",
    .module = "billiard.exceptions",
    .args = Json::array({"Worker exited prematurely: signal 9 (SIGKILL) Job: 3."}),
    .message = "Worker exited prematurely: signal 9 (SIGKILL) Job: 3."};
const Failure kTimedOut{
    .type = "TimeLimitExceeded", .module = "billiard.exceptions", .args = Json::array({2})};

Settlement fail(
    const Delivery& delivery,
    TaskOptions options = {},
    Failure failure = kBoom,
    Execution execution = {.started = true},
    World world = {}
) {
    const auto task = a_task(std::move(options));
    return settle(delivery, &task, failure, execution, world.moment());
}

Settlement lose(const Delivery& delivery, TaskOptions options) {
    return fail(delivery, std::move(options), kLost, {.started = true, .worker_lost = true});
}
Settlement time_out(const Delivery& delivery, TaskOptions options) {
    return fail(delivery, std::move(options), kTimedOut, {.started = true, .timed_out = true});
}

bool redelivered(const std::string& raw) {
    const auto json = parsed(raw);
    return json["headers"]["redelivered"] == true &&
           json["properties"]["delivery_info"]["redelivered"] == true;
}

TEST(SettleFailure, StoresWhatPythonRebuildsTheExceptionFrom) {
    const auto s = fail(DeliveryBuilder());
    EXPECT_EQ(s.disposition, Disposition::Ack);
    EXPECT_EQ(
        encode_result(*s.store),
        R"({"status": "FAILURE", "result": {"exc_type": "ValueError", "exc_message": ["boom", 3], )"
        R"("exc_module": "builtins"}, "traceback": "Traceback (most recent call last):\nValueError: )"
        R"(('boom', 3)\n", "children": [], "date_done": "2024-05-01T10:00:00.123456+00:00", )"
        R"("task_id": "3f0c"})"
    );
}

TEST(SettleFailure, TellsTheReprAndTheTraceback) {
    const auto s = fail(DeliveryBuilder());
    ASSERT_EQ(s.events.size(), 1u);
    EXPECT_EQ(s.events[0].type, Event::Type::TaskFailed);
    EXPECT_EQ(s.events[0].exception, "ValueError('boom', 3)");
    EXPECT_EQ(s.events[0].traceback, kBoom.traceback);
    EXPECT_FALSE(s.events[0].expected);
    EXPECT_TRUE(s.events[0].logged && s.events[0].sent);
}

TEST(SettleFailure, AnErrorWithoutATracebackStoresNull) {
    auto failure = kBoom;
    failure.traceback.clear();
    EXPECT_EQ(fail(DeliveryBuilder(), {}, failure).store->traceback, std::nullopt);
}

TEST(SettleFailure, CarriesThatItWasExpected) {
    auto failure = kBoom;
    failure.expected = true;
    EXPECT_TRUE(fail(DeliveryBuilder(), {}, failure).events.at(0).expected);
}

TEST(SettleFailure, ArgumentsWithoutAJsonFormBecomeText) {
    auto failure = kBoom;
    failure.args = Json::array({"told", Json::binary({1, 2})});
    const auto stored = parsed(fail(DeliveryBuilder(), {}, failure).store->result);
    EXPECT_EQ(stored["exc_message"][0], "told");
    EXPECT_TRUE(stored["exc_message"][1].is_string());
}

// ignored?, store_errors_even_if_ignored → stored?
TEST(SettleFailure, TheErrorsRule) {
    EXPECT_TRUE(fail(DeliveryBuilder(), {.ignore_result = false}).store);
    EXPECT_FALSE(fail(DeliveryBuilder(), {.ignore_result = true}).store);
    EXPECT_TRUE(
        fail(DeliveryBuilder(), {.ignore_result = true, .store_errors_even_if_ignored = true}).store
    );
    World world;
    world.settings.task_ignore_result = world.settings.task_store_errors_even_if_ignored = true;
    EXPECT_TRUE(fail(DeliveryBuilder(), {}, kBoom, {}, world).store);
    EXPECT_FALSE(fail(DeliveryBuilder().header("ignore_result", true)).store);
}

TEST(SettleFailure, TheChordIsToldEvenIfTheErrorIsNotStored) {
    auto delivery = DeliveryBuilder().header("group", "g1");
    delivery.embed(
        std::string(R"({"chord": )") + kSignature + R"(, "errbacks": [)" + kSignature + "]}"
    );
    const auto s = fail(delivery, {.ignore_result = true});
    ASSERT_EQ(s.chords.size(), 1u);
    EXPECT_EQ(s.chords.at(0).state, "FAILURE");
    EXPECT_EQ(s.chords.at(0).index, std::nullopt);
    EXPECT_EQ(parsed(s.chords.at(0).result)["exc_type"], "ValueError");
    ASSERT_EQ(s.publish.size(), 1u);  // the errback, as a group of one
}

// acks_late, acks_on_failure_or_timeout, reject_on_worker_lost → what becomes of the message (wire
// §5.4)
struct AckCase {
    const char* name;
    Settlement (*end)(const Delivery&, TaskOptions);
    bool late, acks_on_failure, reject_on_lost;
    Disposition disposition;
    bool stored;
    bool failed_event;
    std::optional<bool> rejected_requeue;
};
Settlement plainly(const Delivery& delivery, TaskOptions options) {
    return fail(delivery, options);
}

class SettleAcks : public ::testing::TestWithParam<AckCase> {};

TEST_P(SettleAcks, FollowsCelerysDecision) {
    const auto& c = GetParam();
    const auto s = c.end(
        DeliveryBuilder(),
        {.acks_late = c.late,
         .acks_on_failure_or_timeout = c.acks_on_failure,
         .reject_on_worker_lost = c.reject_on_lost}
    );
    EXPECT_EQ(s.disposition, c.disposition);
    EXPECT_EQ(s.store.has_value(), c.stored);
    EXPECT_EQ(find_event(s, Event::Type::TaskFailed) != nullptr, c.failed_event);
    const auto* rejected = find_event(s, Event::Type::TaskRejected);
    EXPECT_EQ(rejected ? std::optional(rejected->requeue) : std::nullopt, c.rejected_requeue);
    if (rejected) {
        EXPECT_FALSE(rejected->logged);
    }
    if (c.disposition == Disposition::Requeue) {
        EXPECT_TRUE(redelivered(s.message)) << s.message;
    }
}

constexpr auto kAck = Disposition::Ack;
constexpr auto kRequeue = Disposition::Requeue;
INSTANTIATE_TEST_SUITE_P(
    Table,
    SettleAcks,
    ::testing::Values(
        AckCase{"early", plainly, false, true, false, kAck, true, true, {}},
        AckCase{"early_noack", plainly, false, false, true, kAck, true, true, {}},
        AckCase{"early_lost", lose, false, true, true, kAck, true, true, {}},
        AckCase{"early_timeout", time_out, false, false, false, kAck, true, true, {}},
        AckCase{"late", plainly, true, true, false, kAck, true, true, {}},
        AckCase{"late_noack", plainly, true, false, false, kAck, true, true, false},
        AckCase{"late_lost", lose, true, true, false, kAck, true, true, {}},
        AckCase{"late_lost_noack", lose, true, false, false, kAck, true, true, false},
        AckCase{"late_lost_reject", lose, true, true, true, kRequeue, false, false, true},
        AckCase{"late_lost_reject_noack", lose, true, false, true, kRequeue, false, false, true},
        AckCase{"late_timeout", time_out, true, true, false, kAck, true, true, {}},
        AckCase{"late_timeout_noack", time_out, true, false, false, kRequeue, true, false, true}
    ),
    [](const auto& param) { return param.param.name; }
);

TEST(SettleFailure, TheSettingsSpeakWhereTheTaskIsSilent) {
    World world;
    world.settings.task_acks_late = world.settings.task_reject_on_worker_lost = true;
    const auto s =
        fail(DeliveryBuilder(), {}, kLost, {.started = true, .worker_lost = true}, world);
    EXPECT_EQ(s.disposition, Disposition::Requeue);
}

TEST(SettleFailure, ALostWorkerAndAHardLimitAreLoggedByThePoolAlone) {
    EXPECT_FALSE(find_event(lose(DeliveryBuilder(), {}), Event::Type::TaskFailed)->logged);
    EXPECT_FALSE(find_event(time_out(DeliveryBuilder(), {}), Event::Type::TaskFailed)->logged);
}

TEST(SettleFailure, DeathsAreCountedInTheMessageAndTheLastOneIsADeadLetter) {
    const TaskOptions options{.acks_late = true, .reject_on_worker_lost = true};
    auto first = lose(DeliveryBuilder(), options);
    EXPECT_EQ(parsed(first.message)["headers"]["taskworker-deaths"], 1);

    auto second = lose(DeliveryBuilder().header("taskworker-deaths", 1), options);
    EXPECT_EQ(second.disposition, Disposition::Requeue);
    EXPECT_EQ(parsed(second.message)["headers"]["taskworker-deaths"], 2);

    const Delivery delivery = DeliveryBuilder().header("taskworker-deaths", 2);
    const auto third = lose(delivery, options);
    EXPECT_EQ(third.disposition, Disposition::DeadLetter);
    EXPECT_EQ(third.message, delivery.message.raw);
    EXPECT_EQ(third.dead_letter_reason, "its process died 3 times (worker_max_deliveries)");
    ASSERT_TRUE(third.store);
    EXPECT_EQ(third.store->status, "FAILURE");
    EXPECT_EQ(parsed(third.store->result)["exc_type"], "WorkerLostError");
    EXPECT_TRUE(find_event(third, Event::Type::DeadLettered));
    EXPECT_TRUE(find_event(third, Event::Type::TaskFailed));
}

TEST(SettleFailure, ARequeuedMessageIsOtherwiseTheSame) {
    const Delivery delivery = DeliveryBuilder().header("x-mine", "kept");
    auto before = parsed(delivery.message.raw);
    auto after = parsed(lose(delivery, {.acks_late = true, .reject_on_worker_lost = true}).message);
    EXPECT_EQ(after["headers"]["id"], before["headers"]["id"]);
    EXPECT_EQ(after["headers"]["x-mine"], "kept");
    EXPECT_EQ(after["body"], before["body"]);
    EXPECT_EQ(after["properties"]["delivery_tag"], before["properties"]["delivery_tag"]);
}

}  // namespace
}  // namespace taskworker

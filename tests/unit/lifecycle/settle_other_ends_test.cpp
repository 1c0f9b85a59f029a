#include "lifecycle/settle.hpp"
#include "message/result_record.hpp"
#include "unit/lifecycle/builders.hpp"

namespace taskworker {
namespace {

using namespace testing;

Settlement end_with(
    const Delivery& delivery, const Outcome& outcome, TaskOptions options = {}, World world = {}
) {
    const auto task = a_task(std::move(options));
    return settle(delivery, &task, outcome, {.started = true}, world.moment());
}

Settlement end_unregistered(const Delivery& delivery, World world = {}) {
    return settle(delivery, nullptr, Unregistered{}, {}, world.moment());
}

TEST(SettleRejected, RequeuesOnlyALateAckTask) {
    const Rejected rejected{.requeue = true, .reason = "no"};
    auto s = end_with(DeliveryBuilder(), rejected, {.acks_late = true});
    EXPECT_EQ(s.disposition, Disposition::Requeue);
    EXPECT_EQ(parsed(s.message)["headers"]["redelivered"], true);
    EXPECT_EQ(parsed(s.message)["headers"].contains("taskworker-deaths"), false);
    EXPECT_TRUE(s.events.at(0).sent);

    s = end_with(DeliveryBuilder(), rejected);
    EXPECT_EQ(s.disposition, Disposition::Ack);
    EXPECT_FALSE(s.events.at(0).sent);
}

TEST(SettleRejected, TellsTheReasonAndStoresNothing) {
    for (const bool late : {false, true}) {
        const auto s = end_with(DeliveryBuilder(), Rejected{.reason = "no"}, {.acks_late = late});
        EXPECT_EQ(s.disposition, Disposition::Ack);
        EXPECT_FALSE(s.store);
        ASSERT_EQ(s.events.size(), 1u);
        EXPECT_EQ(s.events[0].type, Event::Type::TaskRejected);
        EXPECT_EQ(s.events[0].reason, "no");
        EXPECT_FALSE(s.events[0].requeue);
        EXPECT_TRUE(s.events[0].logged);
    }
}

TEST(SettleIgnored, AcksAndStoresNothing) {
    const auto s = end_with(DeliveryBuilder(), Ignored{}, {.acks_late = true});
    EXPECT_EQ(s.disposition, Disposition::Ack);
    EXPECT_FALSE(s.store || !s.chords.empty());
    EXPECT_EQ(s.events.at(0).type, Event::Type::TaskIgnored);
    EXPECT_FALSE(s.events.at(0).sent);
}

struct RevokedCase {
    Revoked::Why why;
    const char* text;
    bool expired, terminated;
};
class SettleRevoked : public ::testing::TestWithParam<RevokedCase> {};

TEST_P(SettleRevoked, StoresTaskRevokedErrorAndTellsHow) {
    const auto& c = GetParam();
    const auto s = end_with(DeliveryBuilder(), Revoked{c.why});
    EXPECT_EQ(s.disposition, Disposition::Ack);
    EXPECT_EQ(
        encode_result(*s.store),
        std::string(
            R"({"status": "REVOKED", "result": {"exc_type": "TaskRevokedError", "exc_message": [")"
        ) + c.text +
            R"("], "exc_module": "celery.exceptions"}, "traceback": null, "children": [], )" +
            R"("date_done": "2024-05-01T10:00:00.123456+00:00", "task_id": "3f0c"})"
    );
    ASSERT_EQ(s.events.size(), 1u);
    EXPECT_EQ(s.events[0].type, Event::Type::TaskRevoked);
    EXPECT_EQ(s.events[0].expired, c.expired);
    EXPECT_EQ(s.events[0].terminated, c.terminated);
}
INSTANTIATE_TEST_SUITE_P(
    Table,
    SettleRevoked,
    ::testing::Values(
        RevokedCase{Revoked::Why::Revoked, "revoked", false, false},
        RevokedCase{Revoked::Why::Expired, "expired", true, false},
        RevokedCase{Revoked::Why::Terminated, "terminated", false, true}
    )
);

TEST(SettleRevokedTask, FollowsTheErrorsRuleAndTellsTheChord) {
    auto delivery = DeliveryBuilder().header("group", "g1").header("group_index", 1);
    delivery.embed(std::string(R"({"chord": )") + kSignature + "}");
    const auto s = end_with(delivery, Revoked{Revoked::Why::Expired}, {.ignore_result = true});
    EXPECT_FALSE(s.store);
    ASSERT_EQ(s.chords.size(), 1u);
    EXPECT_EQ(s.chords.at(0).state, "REVOKED");
    EXPECT_EQ(parsed(s.chords.at(0).result)["exc_message"], Json::array({"expired"}));
}

TEST(SettleUnregistered, StoresNotRegisteredEvenIfResultsAreIgnored) {
    World world;
    world.settings.task_ignore_result = true;
    const auto s = end_unregistered(
        DeliveryBuilder().header("ignore_result", true).header("group", "g1"), world
    );
    EXPECT_EQ(
        encode_result(*s.store),
        R"({"status": "FAILURE", "result": {"exc_type": "NotRegistered", "exc_message": ["shop.add"], )"
        R"("exc_module": "celery.exceptions"}, "traceback": null, "children": [], )"
        R"("date_done": "2024-05-01T10:00:00.123456+00:00", "task_id": "3f0c"})"
    );
}

TEST(SettleUnregistered, KeepsTheMessageByteForByte) {
    const Delivery delivery = DeliveryBuilder();
    const auto s = end_unregistered(delivery);
    EXPECT_EQ(s.disposition, Disposition::DeadLetter);
    EXPECT_EQ(s.message, delivery.message.raw);
    EXPECT_EQ(s.dead_letter_reason, "Received unregistered task of type 'shop.add'");
}

TEST(SettleUnregistered, DiscardsAsCeleryWhenSetSo) {
    World world;
    world.settings.worker_unknown_tasks = "celery";
    const auto s = end_unregistered(DeliveryBuilder(), world);
    EXPECT_EQ(s.disposition, Disposition::Ack);
    EXPECT_TRUE(s.message.empty());
    EXPECT_TRUE(s.store);
}

TEST(SettleUnregistered, TellsTheNameThatWasLookedUpAndNoChord) {
    auto delivery = DeliveryBuilder().header("group", "g1").header("shadow", "nice name");
    delivery.embed(std::string(R"({"chord": )") + kSignature + "}");
    const auto s = end_unregistered(delivery);
    EXPECT_TRUE(s.chords.empty());
    ASSERT_EQ(s.events.size(), 1u);
    EXPECT_EQ(s.events[0].type, Event::Type::TaskUnregistered);
    EXPECT_EQ(s.events[0].name, "shop.add");
    EXPECT_EQ(s.events[0].exception, "NotRegistered('shop.add')");
}

TEST(SettleUndecodable, GoesToTheDeadLettersAsItIsWithoutAResult) {
    const Delivery delivery = DeliveryBuilder();
    const auto s = end_with(delivery, Undecodable{"body is not JSON"}, {.acks_late = true});
    EXPECT_EQ(s.disposition, Disposition::DeadLetter);
    EXPECT_EQ(s.message, delivery.message.raw);
    EXPECT_EQ(s.dead_letter_reason, "body is not JSON");
    EXPECT_FALSE(s.store || !s.chords.empty());
    ASSERT_EQ(s.events.size(), 1u);
    EXPECT_EQ(s.events[0].type, Event::Type::Discarded);
    EXPECT_EQ(s.events[0].uuid, "3f0c");
    EXPECT_EQ(s.events[0].reason, "body is not JSON");
}

TEST(Settle, EveryOutcomeEndsTheLeaseItBelongsTo) {
    const Outcome outcomes[] = {
        Success{}, Failure{}, RetryLater{}, Rejected{}, Ignored{}, Revoked{}, Undecodable{"x"}};
    for (const auto& outcome : outcomes) {
        const auto s = end_with(DeliveryBuilder(), outcome);
        EXPECT_EQ(s.tag, "tw:1@:000000000001:celery");
        EXPECT_EQ(s.task_id, "3f0c");
        EXPECT_EQ(s.list, "celery");
        EXPECT_FALSE(s.events.empty());
    }
}

}  // namespace
}  // namespace taskworker

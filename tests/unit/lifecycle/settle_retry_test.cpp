#include "lifecycle/settle.hpp"
#include "message/result_record.hpp"
#include "unit/lifecycle/builders.hpp"

namespace taskworker {
namespace {

using namespace testing;
using namespace std::chrono_literals;

RetryLater in_a_second() {
    RetryLater retry;
    retry.countdown = Seconds(1);
    retry.eta = kNow + 1s;
    retry.cause = Failure{.type = "KeyError", .args = Json::array({"k"}), .message = "'k'"};
    retry.traceback = "Traceback (most recent call last):\nKeyError: 'k'\n";
    return retry;
}

Settlement again(const Delivery& delivery, const RetryLater& retry, TaskOptions options = {}) {
    World world;
    const auto task = a_task(std::move(options));
    return settle(delivery, &task, retry, {.started = true}, world.moment());
}

Json sent(const Settlement& settlement) { return parsed(settlement.publish.at(0).envelope); }

Json body_of(const Json& envelope) {
    return parsed(*base64_decode(envelope["body"].get<std::string>()));
}

TEST(SettleRetry, PublishesTheSameIdWithOneMoreRetryAtItsTime) {
    const auto s = again(DeliveryBuilder().header("retries", 2), in_a_second());
    EXPECT_EQ(s.disposition, Disposition::Ack);
    ASSERT_EQ(s.publish.size(), 1u);
    EXPECT_EQ(s.publish[0].queue, "celery");
    EXPECT_EQ(s.publish[0].priority, 0);
    const auto headers = sent(s)["headers"];
    EXPECT_EQ(headers["id"], "3f0c");
    EXPECT_EQ(headers["retries"], 3);
    EXPECT_EQ(headers["eta"], "2024-05-01T10:00:01.123456+00:00");
    EXPECT_EQ(headers["root_id"], "3f0c");
}

TEST(SettleRetry, TheParentBecomesItsOwnIdOnlyIfItHadNone) {
    EXPECT_EQ(sent(again(DeliveryBuilder(), in_a_second()))["headers"]["parent_id"], "3f0c");
    const auto s = again(DeliveryBuilder().header("parent_id", "p1"), in_a_second());
    EXPECT_EQ(sent(s)["headers"]["parent_id"], "p1");
}

TEST(SettleRetry, HasATagOfItsOwnAndTheBodyAsItCame) {
    const Delivery delivery = DeliveryBuilder();
    const auto s = again(delivery, in_a_second());
    EXPECT_NE(sent(s)["properties"]["delivery_tag"], "the-first-tag");
    EXPECT_EQ(sent(s)["properties"]["delivery_tag"].get<std::string>().size(), 36u);
    EXPECT_EQ(sent(s)["body"], parsed(delivery.message.raw)["body"]);
}

TEST(SettleRetry, WithoutACountdownItGoesAtOnce) {
    RetryLater now;
    now.countdown = Seconds(0);
    const auto s = again(DeliveryBuilder().header("eta", "2024-05-01T09:00:00+00:00"), now);
    EXPECT_EQ(sent(s)["headers"]["eta"], nullptr);
    EXPECT_EQ(s.events.at(0).reason, "Retry in 0s");
}

TEST(SettleRetry, StoresRetryWithItsCauseAndItselfAsChild) {
    const auto s = again(DeliveryBuilder(), in_a_second());
    EXPECT_EQ(
        encode_result(*s.store),
        R"({"status": "RETRY", "result": {"exc_type": "KeyError", "exc_message": ["k"], )"
        R"("exc_module": "builtins"}, "traceback": "Traceback (most recent call last):\nKeyError: 'k'\n", )"
        R"("children": [[["3f0c", null], null]], "date_done": null, "task_id": "3f0c"})"
    );
}

TEST(SettleRetry, WithoutACauseTheResultIsNull) {
    auto retry = in_a_second();
    retry.cause.reset();
    const auto s = again(DeliveryBuilder(), retry);
    EXPECT_EQ(s.store->result, "null");
    EXPECT_EQ(s.events.at(0).exception, "None");
    EXPECT_EQ(s.events.at(0).reason, "Retry in 1s");
}

TEST(SettleRetry, TellsReasonCauseAndTraceback) {
    const auto s = again(DeliveryBuilder(), in_a_second());
    ASSERT_EQ(s.events.size(), 1u);
    EXPECT_EQ(s.events[0].type, Event::Type::TaskRetried);
    EXPECT_EQ(s.events[0].reason, "Retry in 1s: KeyError('k')");
    EXPECT_EQ(s.events[0].exception, "KeyError('k')");
    EXPECT_EQ(s.events[0].traceback, in_a_second().traceback);
}

TEST(SettleRetry, FollowsTheErrorsRule) {
    EXPECT_FALSE(again(DeliveryBuilder(), in_a_second(), {.ignore_result = true}).store);
    const auto s = again(
        DeliveryBuilder(),
        in_a_second(),
        {.ignore_result = true, .store_errors_even_if_ignored = true}
    );
    EXPECT_EQ(s.store->status, "RETRY");
    EXPECT_EQ(s.publish.size(), 1u);
}

TEST(SettleRetry, KeepsTheTextOfExpiresAndCountsTheExpirationAnew) {
    const auto s = again(
        DeliveryBuilder().header("expires", "2024-05-01T10:01:00.123456+00:00"), in_a_second()
    );
    EXPECT_EQ(sent(s)["headers"]["expires"], "2024-05-01T10:01:00.123456+00:00");
    EXPECT_EQ(sent(s)["properties"]["expiration"], "60000");
}

TEST(SettleRetry, APastExpiryIsZero) {
    const auto s =
        again(DeliveryBuilder().header("expires", "2024-05-01T09:00:00+00:00"), in_a_second());
    EXPECT_EQ(sent(s)["properties"]["expiration"], "0");
}

TEST(SettleRetry, ANewExpiryReplacesTheOld) {
    auto retry = in_a_second();
    retry.expires = Seconds(10);
    const auto s = again(DeliveryBuilder().header("expires", "2024-05-01T10:01:00+00:00"), retry);
    EXPECT_EQ(sent(s)["headers"]["expires"], "2024-05-01T10:00:10.123456+00:00");
    EXPECT_EQ(sent(s)["properties"]["expiration"], "10000");
}

TEST(SettleRetry, KeepsQueueAndPriorityUnlessToldOtherwise) {
    auto delivery = DeliveryBuilder();
    delivery.priority = 5;
    EXPECT_EQ(again(delivery, in_a_second()).publish.at(0).priority, 5);
    auto retry = in_a_second();
    retry.queue = "slow";
    retry.priority = 9;
    const auto s = again(delivery, retry);
    EXPECT_EQ(s.publish.at(0).queue, "slow");
    EXPECT_EQ(s.publish.at(0).priority, 9);
    EXPECT_EQ(sent(s)["properties"]["priority"], 9);
    EXPECT_EQ(sent(s)["properties"]["delivery_info"]["routing_key"], "slow");
}

TEST(SettleRetry, OtherArgumentsTravelWithTheOldLinks) {
    auto delivery = DeliveryBuilder();
    delivery.embed(std::string(R"({"callbacks": [)") + kSignature + "]}");
    auto retry = in_a_second();
    retry.args = Json::array({7});
    retry.kwargs = Json::object({{"z", nullptr}});
    const auto s = again(delivery, retry);
    const auto body = body_of(sent(s));
    EXPECT_EQ(body[0], Json::array({7}));
    EXPECT_EQ(body[1], (Json::object({{"z", nullptr}})));
    EXPECT_EQ(body[2]["callbacks"][0]["task"], "shop.next");
    EXPECT_EQ(body[2]["chord"], nullptr);
    EXPECT_EQ(sent(s)["headers"]["argsrepr"], "(7,)");
    EXPECT_EQ(sent(s)["headers"]["kwargsrepr"], "{'z': None}");
}

TEST(SettleRetry, NewKeywordsAloneKeepTheArguments) {
    auto retry = in_a_second();
    retry.kwargs = Json::object({{"z", 1}});
    EXPECT_EQ(body_of(sent(again(DeliveryBuilder(), retry)))[0], Json::array({2, 3}));
}

TEST(SettleRetry, AddsHeadersAndLimits) {
    auto retry = in_a_second();
    retry.headers["x-attempt"] = "second";
    retry.time_limit = Seconds(30);
    const auto headers = sent(again(DeliveryBuilder(), retry))["headers"];
    EXPECT_EQ(headers["x-attempt"], "second");
    EXPECT_EQ(headers["timelimit"][0], 30);
    EXPECT_EQ(headers["timelimit"][1], nullptr);
}

TEST(SettleRetry, AnAttemptThatEndedForgivesEarlierDeaths) {
    const auto s = again(DeliveryBuilder().header("taskworker-deaths", 2), in_a_second());
    EXPECT_EQ(sent(s)["headers"]["taskworker-deaths"], 0);
    EXPECT_FALSE(
        sent(again(DeliveryBuilder(), in_a_second()))["headers"].contains("taskworker-deaths")
    );
}

TEST(SettleRetry, IsNoPartOfItsChordYet) {
    auto delivery = DeliveryBuilder().header("group", "g1");
    delivery.embed(std::string(R"({"chord": )") + kSignature + "}");
    EXPECT_TRUE(again(delivery, in_a_second()).chords.empty());
}

TEST(SettleRetry, TellsEtaAndExpiresInTheZoneOfTheSite) {
    World world;
    world.settings.timezone = "Europe/Berlin";
    auto retry = in_a_second();
    retry.expires = Seconds(60);
    const auto task = a_task();
    const auto s = settle(DeliveryBuilder(), &task, retry, {.started = true}, world.moment());
    EXPECT_EQ(sent(s)["headers"]["eta"], "2024-05-01T12:00:01.123456+02:00");
    EXPECT_EQ(sent(s)["headers"]["expires"], "2024-05-01T12:01:00.123456+02:00");
}

}  // namespace
}  // namespace taskworker

#include "lifecycle/settle.hpp"
#include "message/result_record.hpp"
#include "unit/lifecycle/builders.hpp"

namespace taskworker {
namespace {

using namespace testing;

Settlement succeed(
    const Delivery& delivery,
    TaskOptions options = {},
    World world = {},
    Success success = {5, "5", "5"}
) {
    const auto task = a_task(std::move(options));
    return settle(
        delivery,
        &task,
        success,
        {.runtime = Seconds(0.0015), .pid = 4711, .started = true},
        world.moment()
    );
}

TEST(SettleSuccess, AcksStoresTheResultAndTellsIt) {
    const auto s = succeed(DeliveryBuilder());
    EXPECT_EQ(s.tag, "tw:1@:000000000001:celery");
    EXPECT_EQ(s.task_id, "3f0c");
    EXPECT_EQ(s.list, "celery");
    EXPECT_EQ(s.disposition, Disposition::Ack);
    EXPECT_TRUE(s.publish.empty());
    EXPECT_TRUE(s.chords.empty());
    ASSERT_TRUE(s.store);
    EXPECT_EQ(
        encode_result(*s.store),
        R"({"status": "SUCCESS", "result": 5, "traceback": null, "children": [], )"
        R"("date_done": "2024-05-01T10:00:00.123456+00:00", "task_id": "3f0c"})"
    );
    ASSERT_EQ(s.events.size(), 1u);
    const auto& event = s.events[0];
    EXPECT_EQ(event.type, Event::Type::TaskSucceeded);
    EXPECT_EQ(event.uuid, "3f0c");
    EXPECT_EQ(event.name, "shop.add");
    EXPECT_EQ(event.result, "5");
    EXPECT_EQ(event.runtime, 0.0015);
    EXPECT_EQ(event.at, kNow);
    EXPECT_TRUE(event.logged && event.sent);
}

TEST(SettleSuccess, EncodesAndPrintsAValueThatWasNotEncodedWhereItRan) {
    Success success;
    success.value = Json::array({1.0, "é", nullptr});
    const auto s = succeed(DeliveryBuilder(), {}, {}, success);
    EXPECT_EQ(s.store->result, R"([1.0, "\u00e9", null])");
    EXPECT_EQ(s.events.at(0).result, "[1.0, 'é', None]");
}

TEST(SettleSuccess, AValueWithoutAJsonFormIsAFailure) {
    Success success;
    success.value = Json::binary({1, 2, 3});
    const auto s = succeed(DeliveryBuilder(), {}, {}, success);
    EXPECT_EQ(s.store->status, "FAILURE");
    EXPECT_EQ(parsed(s.store->result)["exc_type"], "EncodeError");
    EXPECT_EQ(parsed(s.store->result)["exc_module"], "kombu.exceptions");
    EXPECT_TRUE(find_event(s, Event::Type::TaskFailed));
    EXPECT_FALSE(find_event(s, Event::Type::TaskSucceeded));
}

TEST(SettleSuccess, NamesGroupAndParentOnlyWhenThereAreSome) {
    auto s = succeed(DeliveryBuilder().header("group", "g1").header("parent_id", "p1"));
    EXPECT_EQ(s.store->group_id, "g1");
    EXPECT_EQ(s.store->parent_id, "p1");
    s = succeed(DeliveryBuilder().header("group", "").header("parent_id", ""));
    EXPECT_EQ(s.store->group_id, std::nullopt);
    EXPECT_EQ(s.store->parent_id, std::nullopt);
}

// header, task, setting → stored?
struct IgnoreCase {
    Json header;
    std::optional<bool> task;
    bool setting;
    bool stored;
};
class SettleIgnoreResult : public ::testing::TestWithParam<IgnoreCase> {};

TEST_P(SettleIgnoreResult, HeaderBeforeTaskBeforeSetting) {
    const auto& param = GetParam();
    World world;
    world.settings.task_ignore_result = param.setting;
    const auto s = succeed(
        DeliveryBuilder().header("ignore_result", param.header),
        {.ignore_result = param.task},
        world
    );
    EXPECT_EQ(s.store.has_value(), param.stored);
    EXPECT_EQ(s.disposition, Disposition::Ack);
    EXPECT_TRUE(find_event(s, Event::Type::TaskSucceeded));
}
INSTANTIATE_TEST_SUITE_P(
    Table,
    SettleIgnoreResult,
    ::testing::Values(
        IgnoreCase{nullptr, std::nullopt, false, true},
        IgnoreCase{nullptr, std::nullopt, true, false},
        IgnoreCase{nullptr, true, false, false},
        IgnoreCase{nullptr, false, true, true},
        IgnoreCase{false, true, true, true},
        IgnoreCase{true, false, false, false}
    )
);

TEST(SettleSuccess, AnIgnoredResultIsNotStoredEvenIfErrorsAre) {
    EXPECT_FALSE(
        succeed(DeliveryBuilder(), {.ignore_result = true, .store_errors_even_if_ignored = true})
            .store
    );
}

TEST(SettleSuccess, ResultExtendedAddsWhatCeleryAdds) {
    World world;
    world.settings.result_extended = true;
    const auto s =
        succeed(DeliveryBuilder().header("parent_id", "p1").header("retries", 2), {}, world);
    EXPECT_EQ(
        encode_result(*s.store),
        R"({"status": "SUCCESS", "result": 5, "traceback": null, "children": [], )"
        R"("date_done": "2024-05-01T10:00:00.123456+00:00", "parent_id": "p1", "name": "shop.add", )"
        R"("args": [2, 3], "kwargs": {}, "worker": "celery@shop", "retries": 2, "queue": "celery", )"
        R"("task_id": "3f0c"})"
    );
}

TEST(SettleSuccess, ResultExtendedAddsTheStamps) {
    World world;
    world.settings.result_extended = true;
    auto stamps = Json::object();
    stamps["order"] = "o-17";
    const auto s = succeed(
        DeliveryBuilder()
            .header("stamped_headers", Json::array({"order"}))
            .header("stamps", stamps),
        {},
        world
    );
    EXPECT_TRUE(s.store->extended.ends_with(R"("stamped_headers": ["order"], "order": "o-17", )"))
        << s.store->extended;
}

TEST(SettleSuccess, APartOfAChordIsCountedEvenIfItsResultIsIgnored) {
    auto delivery = DeliveryBuilder().header("group", "g1").header("group_index", 3);
    delivery.embed(
        std::string(R"({"callbacks": null, "errbacks": null, "chain": null, "chord": )") +
        kSignature + "}"
    );
    for (const bool ignored : {false, true}) {
        const auto s = succeed(delivery, {.ignore_result = ignored});
        ASSERT_EQ(s.chords.size(), 1u);
        const auto& part = s.chords.at(0);
        EXPECT_EQ(part.group_id, "g1");
        EXPECT_EQ(part.index, 3);
        EXPECT_EQ(part.task_id, "3f0c");
        EXPECT_EQ(part.state, "SUCCESS");
        EXPECT_EQ(part.result, "5");
        EXPECT_EQ(parsed(part.note)["body"]["task"], "shop.next");
        EXPECT_EQ(s.store.has_value(), !ignored);
    }
}

TEST(SettleSuccess, AMemberOfAPlainGroupIsNoPartOfAChord) {
    EXPECT_TRUE(succeed(DeliveryBuilder().header("group", "g1").header("group_index", 0)).chords.empty());
}

TEST(SettleSuccess, AChordWithoutAGroupIsNone) {
    auto delivery = DeliveryBuilder();
    delivery.embed(std::string(R"({"chord": )") + kSignature + "}");
    EXPECT_TRUE(succeed(delivery).chords.empty());
}

TEST(SettleSuccess, SendsCallbacksAndTheNextStepBeforeTheResult) {
    auto delivery = DeliveryBuilder();
    delivery.embed(
        std::string(R"({"callbacks": [)") + kSignature + "], \"errbacks\": null, \"chain\": [" +
        kSignature + ", " + kSignature + "], \"chord\": null}"
    );
    const auto s = succeed(delivery);
    ASSERT_EQ(s.publish.size(), 2u);
    EXPECT_EQ(s.store->status, "SUCCESS");
    const auto children = parsed(s.store->children);
    ASSERT_EQ(children.size(), 2u);
    const auto headers = parsed(s.publish[1].envelope)["headers"];
    EXPECT_EQ(headers["task"], "shop.next");
    EXPECT_EQ(headers["id"], children[1][0][0]);
    EXPECT_EQ(headers["parent_id"], "3f0c");
    EXPECT_EQ(headers["argsrepr"], "(5,)");
}

TEST(SettleSuccess, AStepThatCannotBeSentFailsTheTask) {
    auto delivery = DeliveryBuilder();
    delivery.embed(R"({"chain": [{"task": "x", "subtask_type": "nonsense"}]})");
    const auto s = succeed(delivery);
    EXPECT_TRUE(s.publish.empty());
    EXPECT_EQ(s.store->status, "FAILURE");
    EXPECT_EQ(parsed(s.store->result)["exc_type"], "TypeError");
}

TEST(SettleSuccess, NamesTheShadowAndObeysSendEvents) {
    const auto s = succeed(DeliveryBuilder().header("shadow", "nice name"), {.send_events = false});
    EXPECT_EQ(s.events.at(0).name, "nice name");
    EXPECT_FALSE(s.events.at(0).sent);
    EXPECT_TRUE(s.events.at(0).logged);
}

TEST(SettleSuccess, AValueWithoutAFormInTheResultSerializerIsAFailure) {
    World world;
    world.settings.result_serializer = "msgpack";
    Success success;
    success.encoded = R"({"__type__": "decimal", "__value__": "1.5"})";
    const auto s = succeed(DeliveryBuilder(), {}, world, success);
    EXPECT_EQ(s.store->status, "FAILURE");
    EXPECT_EQ(
        parsed(s.store->result)["exc_message"],
        Json::array({"can not serialize 'decimal.Decimal' object"})
    );
    success.encoded = R"({"__type__": "bytes", "__value__": "x"})";
    EXPECT_EQ(succeed(DeliveryBuilder(), {}, world, success).store->status, "SUCCESS");
}

TEST(SettleSuccess, TellsDateDoneInTheZoneOfTheSite) {
    World world;
    world.settings.timezone = "America/New_York";
    EXPECT_EQ(
        succeed(DeliveryBuilder(), {}, world).store->date_done, "2024-05-01T06:00:00.123456-04:00"
    );
}

}  // namespace
}  // namespace taskworker

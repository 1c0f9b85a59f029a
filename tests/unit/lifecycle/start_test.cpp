#include "lifecycle/start.hpp"

#include "lifecycle/lost.hpp"
#include "message/result_record.hpp"
#include "unit/lifecycle/builders.hpp"

namespace taskworker {
namespace {

using namespace testing;

TEST(Start, TheNoteNamesTheTask) {
    const auto start = start_of(DeliveryBuilder(), nullptr, Settings{});
    EXPECT_EQ(start.tag, "tw:1@:000000000001:celery");
    EXPECT_EQ(start.note, R"({"id": "3f0c", "name": "shop.add", "root": "3f0c"})");
}

TEST(Start, AStartedTaskOfADeadWorkerFailsAsItWouldHave) {
    World world;
    auto delivery = DeliveryBuilder()
                        .header("id", "naïve \"id\"")
                        .header("group", "g1")
                        .header("group_index", 4)
                        .header("parent_id", "p1")
                        .header("retries", 2);
    delivery.embed(std::string(R"({"chord": )") + kSignature + "}");
    const auto task = a_task();
    const auto start = start_of(delivery, &task, world.settings);
    const auto s = settle_lost_start(start.tag, start.note, world.moment());
    ASSERT_TRUE(s);
    EXPECT_EQ(s->tag, start.tag);
    EXPECT_EQ(s->task_id, "naïve \"id\"");
    EXPECT_EQ(s->disposition, Disposition::Ack);
    ASSERT_TRUE(s->store);
    EXPECT_EQ(s->store->status, "FAILURE");
    EXPECT_EQ(s->store->group_id, "g1");
    EXPECT_EQ(s->store->parent_id, "p1");
    EXPECT_EQ(s->store->date_done, kNowText);
    const auto result = parsed(s->store->result);
    EXPECT_EQ(result["exc_type"], "WorkerLostError");
    EXPECT_EQ(result["exc_module"], "billiard.exceptions");
    ASSERT_EQ(s->chords.size(), 1u);
    EXPECT_EQ(s->chords.at(0).group_id, "g1");
    EXPECT_EQ(s->chords.at(0).index, 4);
    EXPECT_EQ(s->chords.at(0).state, "FAILURE");
    const auto* failed = find_event(*s, Event::Type::TaskFailed);
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->name, "shop.add");
    EXPECT_EQ(failed->retries, 2);
    EXPECT_FALSE(failed->logged);
    EXPECT_TRUE(find_event(*s, Event::Type::WorkerLost));
}

TEST(Start, TheErrorsRuleIsDecidedWhenItStarts) {
    World world;
    const auto task = a_task({.ignore_result = true});
    const auto start = start_of(DeliveryBuilder(), &task, world.settings);
    const auto s = settle_lost_start(start.tag, start.note, world.moment());
    ASSERT_TRUE(s);
    EXPECT_FALSE(s->store);
    EXPECT_TRUE(find_event(*s, Event::Type::TaskFailed));
}

TEST(Start, ANoteNobodyCanReadSettlesNothing) {
    World world;
    for (const char* note : {"", "{", "[]", "{}", R"({"id": 7})", R"({"id": ""})", "null"})
        EXPECT_FALSE(settle_lost_start("tag", note, world.moment())) << note;
}

TEST(Start, ANoteWithOddValuesIsReadAsFarAsItMakesSense) {
    World world;
    const auto s = settle_lost_start(
        "tag",
        R"({"id": "1", "name": 3, "index": 99999999999, "group": [], "chord": 1, "store": "x"})",
        world.moment()
    );
    ASSERT_TRUE(s);
    EXPECT_EQ(s->task_id, "1");
    EXPECT_TRUE(s->chords.empty());
    EXPECT_TRUE(s->store);
}

TEST(TracksStarted, NeedsTheOptionAndAResultThatIsKept) {
    Settings settings;
    const Delivery delivery = DeliveryBuilder();
    EXPECT_FALSE(tracks_started(delivery.request, a_task(), settings));
    EXPECT_TRUE(tracks_started(delivery.request, a_task({.track_started = true}), settings));
    EXPECT_FALSE(tracks_started(
        delivery.request, a_task({.ignore_result = true, .track_started = true}), settings
    ));
    settings.task_track_started = true;
    EXPECT_TRUE(tracks_started(delivery.request, a_task(), settings));
    EXPECT_FALSE(tracks_started(delivery.request, a_task({.track_started = false}), settings));
}

TEST(Progress, StartedNamesProcessAndNode) {
    World world;
    const auto progress = started_progress(DeliveryBuilder(), 4711, world.moment());
    EXPECT_EQ(progress.tag, "tw:1@:000000000001:celery");
    EXPECT_EQ(
        encode_result(progress.record),
        R"({"status": "STARTED", "result": {"pid": 4711, "hostname": "celery@shop"}, "traceback": null, )"
        R"("children": [], "date_done": null, "task_id": "3f0c"})"
    );
}

TEST(Progress, ACustomStateHasNoDateButAReadyOneHas) {
    World world;
    auto progress = progress_of(DeliveryBuilder(), "PROGRESS", R"({"current": 1})", world.moment());
    EXPECT_EQ(progress.record.status, "PROGRESS");
    EXPECT_EQ(progress.record.result, R"({"current": 1})");
    EXPECT_EQ(progress.record.date_done, std::nullopt);
    progress = progress_of(DeliveryBuilder(), "SUCCESS", "1", world.moment());
    EXPECT_EQ(progress.record.date_done, kNowText);
    EXPECT_EQ(progress_of(DeliveryBuilder(), "X", "", world.moment()).record.result, "null");
}

TEST(Poisoned, IsADeadLetterAndAFailure) {
    World world;
    const Delivery delivery = DeliveryBuilder();
    const auto task = a_task();
    const auto s = settle_poisoned(delivery, &task, world.moment());
    EXPECT_EQ(s.disposition, Disposition::DeadLetter);
    EXPECT_EQ(s.message, delivery.message.raw);
    EXPECT_EQ(s.store->status, "FAILURE");
    EXPECT_EQ(parsed(s.store->result)["exc_type"], "WorkerLostError");
    EXPECT_TRUE(find_event(s, Event::Type::DeadLettered)->logged);
    EXPECT_FALSE(find_event(s, Event::Type::TaskFailed)->logged);
}

TEST(Poisoned, FollowsTheErrorsRule) {
    World world;
    const auto task = a_task({.ignore_result = true});
    EXPECT_FALSE(settle_poisoned(DeliveryBuilder(), &task, world.moment()).store);
}

}  // namespace
}  // namespace taskworker

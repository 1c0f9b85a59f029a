// What every pool promises.
#include <thread>

#include "unit/pool/fixture.hpp"

namespace taskworker::testing_pool {
namespace {

enum class Kind { Threads, Prefork };

class AnyPool : public PoolTest, public ::testing::WithParamInterface<Kind> {
protected:
    void start(std::size_t slots) {
        if (GetParam() == Kind::Threads) {
            start_threads(slots);
        } else {
            start_children(child_options(slots));
        }
    }
};

INSTANTIATE_TEST_SUITE_P(
    Each,
    AnyPool,
    ::testing::Values(Kind::Threads, Kind::Prefork),
    [](const auto& kind) { return kind.param == Kind::Threads ? "threads" : "prefork"; }
);

TEST_P(AnyPool, RunsAJobAndTellsItsStartAndItsEnd) {
    start(1);
    submit({"echo:hello"});
    ASSERT_TRUE(told_.wait_for_ends(1));
    ASSERT_TRUE(success("1"));
    EXPECT_EQ(success("1")->encoded, "\"hello\"");
    EXPECT_EQ(success("1")->repr, "'hello'");
    ASSERT_EQ(told_.starts.size(), 1u);
    EXPECT_EQ(told_.starts[0].pid, told_.ends.at("1").pid);
    EXPECT_GE(told_.ends.at("1").runtime.count(), 0);
    EXPECT_FALSE(told_.ends.at("1").worker_lost);
    EXPECT_EQ(pool_->waiting(), 0u);
}

TEST_P(AnyPool, RunsManyMoreJobsThanItHasSlotsEachOnceAndTellsEndsInBatches) {
    start(2);
    submit(std::vector<std::string>(2000, "echo:x"));
    ASSERT_TRUE(told_.wait_for_ends(2000));
    EXPECT_EQ(successes(), 2000u);
    EXPECT_EQ(told_.starts.size(), 2000u);
    EXPECT_TRUE(each_ended_once());
    EXPECT_LT(told_.calls, 1000);
}

TEST_P(AnyPool, RunsExactlyAsManyAtOnceAsItHasSlots) {
    start(3);
    std::vector<Gate> gates;
    std::vector<std::string> tasks;
    for (int i = 0; i < 5; ++i) tasks.push_back(gates.emplace_back(gate()).task());
    submit(tasks);
    ASSERT_TRUE(told_.wait_for_starts(3));
    EXPECT_EQ(pool_->waiting(), 2u);
    for (int i = 0; i < 3; ++i) gates[static_cast<std::size_t>(i)].open();
    ASSERT_TRUE(told_.wait_for_starts(5));
    for (int i = 3; i < 5; ++i) gates[static_cast<std::size_t>(i)].open();
    ASSERT_TRUE(told_.wait_for_ends(5));
    EXPECT_EQ(successes(), 5u);
}

TEST_P(AnyPool, EveryOutcomeArrivesWhole) {
    start(1);
    submit({"fail", "retry"});
    ASSERT_TRUE(told_.wait_for_ends(2));
    EXPECT_TRUE(outcome("1") == Outcome(full_failure()));
    EXPECT_TRUE(outcome("2") == Outcome(full_retry()));
}

TEST_P(AnyPool, AStateAndAnEventOfATaskAreToldBeforeItsEnd) {
    start(1);
    submit({"talk"});
    ASSERT_TRUE(told_.wait_for_ends(1));
    ASSERT_EQ(told_.states.size(), 1u);
    EXPECT_EQ(told_.states[0].id, "1");
    EXPECT_EQ(told_.states[0].state, "PROGRESS");
    EXPECT_EQ(told_.states[0].meta, R"({"done": 1})");
    ASSERT_EQ(told_.events.size(), 1u);
    EXPECT_EQ(told_.events[0].type, Event::Type::TaskCustom);
    EXPECT_EQ(told_.events[0].uuid, "1");
    EXPECT_EQ(told_.events[0].custom_type, "task-halfway");
    EXPECT_EQ(told_.events[0].fields, Json::object({{"percent", 50}}));
}

TEST_P(AnyPool, TheSoftLimitStrikesTheTokenOnceAndTheTaskDecides) {
    start(1);
    submit(a_job("1", "soft"), Seconds(0.02), std::nullopt);
    ASSERT_TRUE(told_.wait_for_ends(1));
    EXPECT_EQ(failure("1").type, "SoftTimeLimitExceeded");
    EXPECT_FALSE(told_.ends.at("1").timed_out);
    ASSERT_EQ(told_.events.size(), 1u);
    EXPECT_EQ(told_.events[0].type, Event::Type::SoftLimit);
    EXPECT_EQ(told_.events[0].limit, 0.02);
    EXPECT_GE(told_.ends.at("1").runtime.count(), 0.02);
}

TEST_P(AnyPool, TheHardLimitEndsAJobThatDoesNotListenAndFreesItsSlot) {
    start(1);
    const auto blocked = gate();
    submit(a_job("1", blocked.task()), Seconds(0.01), Seconds(0.03));
    submit({"echo:next"}, 2);
    ASSERT_TRUE(told_.wait_for_ends(2));
    EXPECT_EQ(failure("1").type, "TimeLimitExceeded");
    EXPECT_EQ(failure("1").args, Json::array({0.03}));
    EXPECT_TRUE(told_.ends.at("1").timed_out);
    EXPECT_FALSE(told_.ends.at("1").worker_lost);
    EXPECT_TRUE(success("2"));
    ASSERT_EQ(told_.events.size(), 2u);
    EXPECT_EQ(told_.events[1].type, Event::Type::HardLimit);
    EXPECT_EQ(told_.events[1].limit, 0.03);
    if (GetParam() == Kind::Threads) {
        EXPECT_EQ(pool_->stuck(), 1u);
        blocked.open();
        while (pool_->stuck() > 0) std::this_thread::yield();
    }
    EXPECT_TRUE(each_ended_once()) << "the late end of a given-up job counts no more";
}

TEST_P(AnyPool, AJobThatWasCancelledBeforeItBeganEndsAsTerminated) {
    start(1);
    const auto first = gate();
    submit({first.task(), "echo:never", "echo:third"});
    ASSERT_TRUE(told_.wait_for_starts(1));
    pool_->cancel("tag-2", 15);
    ASSERT_TRUE(told_.wait_for_ends(1));
    EXPECT_TRUE(outcome("2") == Outcome(Revoked{Revoked::Why::Terminated}));
    first.open();
    ASSERT_TRUE(told_.wait_for_ends(3));
    EXPECT_TRUE(success("1") && success("3"));
    EXPECT_EQ(told_.starts.size(), 2u);
}

TEST_P(AnyPool, ARunningJobThatIsCancelledEndsAsTerminatedAndTheSlotGoesOn) {
    start(1);
    submit({"stoppable", "echo:next"});
    ASSERT_TRUE(told_.wait_for_starts(1));
    pool_->cancel("tag-1", 15);
    ASSERT_TRUE(told_.wait_for_ends(2));
    EXPECT_TRUE(outcome("1") == Outcome(Revoked{Revoked::Why::Terminated}));
    EXPECT_FALSE(told_.ends.at("1").worker_lost);
    EXPECT_TRUE(success("2"));
}

TEST_P(AnyPool, CancellingWhatNobodyHasChangesNothing) {
    start(1);
    pool_->cancel("tag-of-nobody", 9);
    submit({"echo:x"});
    EXPECT_TRUE(told_.wait_for_ends(1));
}

TEST_P(AnyPool, StopHandsBackWhatWaitsAtOnceAndWaitsForWhatRuns) {
    start(1);
    const auto running = gate();
    submit({running.task(), "echo:a", "echo:b", "echo:c"});
    ASSERT_TRUE(told_.wait_for_starts(1));
    std::thread stopper([&] { pool_->stop(never()); });
    EXPECT_TRUE(told_.wait([&] { return told_.handed_back.size() == 3 && told_.ends.empty(); }));
    running.open();
    stopper.join();
    EXPECT_TRUE(success("1"));
    EXPECT_TRUE(each_ended_once());
}

TEST_P(AnyPool, StopAtItsDeadlineEndsWhatStillRuns) {
    start(2);
    const auto blocked = gate();
    submit({blocked.task(), "echo:x"});
    ASSERT_TRUE(told_.wait_for_starts(2));
    ASSERT_TRUE(told_.wait_for_ends(1));
    pool_->stop(now());
    ASSERT_EQ(told_.ends.size(), 2u);
    EXPECT_TRUE(told_.ends.at("1").worker_lost);
    EXPECT_EQ(failure("1").type, "WorkerLostError");
    if (GetParam() == Kind::Threads) {
        blocked.open();
        while (pool_->stuck() > 0) std::this_thread::yield();
    }
    EXPECT_TRUE(each_ended_once());
}

TEST_P(AnyPool, ASecondStopCanHurryTheFirst) {
    start(1);
    const auto blocked = gate();
    submit({blocked.task()});
    ASSERT_TRUE(told_.wait_for_starts(1));
    std::thread patient([&] { pool_->stop(never()); });
    pool_->stop(now());
    patient.join();
    EXPECT_TRUE(told_.ends.at("1").worker_lost);
    if (GetParam() == Kind::Threads) {
        blocked.open();
        while (pool_->stuck() > 0) std::this_thread::yield();
    }
}

TEST_P(AnyPool, WhatIsSubmittedAfterStopComesBack) {
    start(1);
    pool_->stop(never());
    submit({"echo:late"});
    EXPECT_TRUE(told_.wait([&] { return told_.handed_back.size() == 1; }));
}

TEST_P(AnyPool, GrowsWhileItIsBusy) {
    start(1);
    const auto a = gate(), b = gate(), c = gate();
    submit({a.task(), b.task(), c.task()});
    ASSERT_TRUE(told_.wait_for_starts(1));
    pool_->resize(3);
    EXPECT_EQ(pool_->slots(), 3u);
    ASSERT_TRUE(told_.wait_for_starts(3));
    for (const auto* each : {&a, &b, &c}) each->open();
    ASSERT_TRUE(told_.wait_for_ends(3));
}

TEST_P(AnyPool, ShrinksWithoutDisturbingWhatRuns) {
    start(3);
    const auto a = gate(), b = gate(), c = gate(), d = gate();
    submit({a.task(), b.task(), c.task()});
    ASSERT_TRUE(told_.wait_for_starts(3));
    pool_->resize(1);
    EXPECT_EQ(pool_->slots(), 1u);
    for (const auto* each : {&a, &b, &c}) each->open();
    ASSERT_TRUE(told_.wait_for_ends(3));
    EXPECT_EQ(successes(), 3u);
    submit({d.task(), "echo:behind"}, 4);
    ASSERT_TRUE(told_.wait_for_starts(4));
    EXPECT_EQ(pool_->waiting(), 1u);
    d.open();
    ASSERT_TRUE(told_.wait_for_ends(5));
}

TEST_P(AnyPool, CarriesMessagesAndResultsOfMegabytes) {
    start(1);
    auto job = a_job("1", "big:3000000");
    submit(std::move(job), std::nullopt, std::nullopt);
    submit({"echo:" + std::string(2'000'000, 'y')}, 2);
    ASSERT_TRUE(told_.wait_for_ends(2));
    EXPECT_EQ(success("1")->encoded.size(), 3'000'002u);
    EXPECT_EQ(success("2")->encoded.size(), 2'000'002u);
}

}  // namespace
}  // namespace taskworker::testing_pool

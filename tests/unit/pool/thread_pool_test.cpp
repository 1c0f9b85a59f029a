// What is peculiar to threads.
#include "pool/thread_pool.hpp"

#include "unit/pool/fixture.hpp"

namespace taskworker::testing_pool {
namespace {

class Threads : public PoolTest {};

TEST_F(Threads, SoloHasOneSlotWhateverIsAskedFor) {
    start(std::make_unique<ThreadPool>(ThreadPoolOptions{
        .slots = 8, .run = run_test_task, .solo = true}));
    pool_->resize(4);
    EXPECT_EQ(pool_->slots(), 1u);
    const auto running = gate();
    submit({running.task(), "echo:behind"});
    ASSERT_TRUE(told_.wait_for_starts(1));
    EXPECT_EQ(pool_->waiting(), 1u);
    running.open();
    ASSERT_TRUE(told_.wait_for_ends(2));
}

TEST_F(Threads, TheEndOfAShortTaskIsToldSoonAlsoWhenALongOneFollowsAtOnce) {
    start_threads(1);
    const auto running = gate();
    submit({"echo:short", running.task(), "echo:last"});
    EXPECT_TRUE(told_.wait([&] { return told_.ends.contains("1"); }));
    running.open();
    ASSERT_TRUE(told_.wait_for_ends(3));
}

TEST_F(Threads, AStuckThreadMayOutliveItsPool) {
    start_threads(1);
    const auto blocked = gate();
    submit(a_job("1", blocked.task()), std::nullopt, Seconds(0.01));
    ASSERT_TRUE(told_.wait_for_ends(1));
    pool_->stop(never());
    EXPECT_EQ(pool_->stuck(), 1u);
    pool_.reset();
    blocked.open();
}

TEST_F(Threads, LimitsCountFromTheBeginOfTheTaskAndNotFromItsSubmission) {
    start_threads(1);
    submit({"spin:30000"});
    submit(a_job("2", "echo:x"), std::nullopt, Seconds(0.02));
    ASSERT_TRUE(told_.wait_for_ends(2));
    EXPECT_TRUE(success("2"));
}

}  // namespace
}  // namespace taskworker::testing_pool

#include "lifecycle/fetch_watch.hpp"

#include <gtest/gtest.h>

namespace taskworker {
namespace {

using namespace std::chrono_literals;
using Verdict = FetchWatch::Verdict;

struct FetchWatchTest : ::testing::Test {
    FetchWatch watch;
    SteadyPoint at{1h};
    FetchWatch::Look deaf{.room = true, .backlog = 5, .fetched = 7};

    // Looks each two seconds, so many times; what the last look said.
    Verdict look(const FetchWatch::Look& seen, int times = 1) {
        auto verdict = Verdict::Fine;
        for (int i = 0; i < times; ++i) verdict = watch.look(seen, at += 2s);
        return verdict;
    }
};

TEST_F(FetchWatchTest, MessagesThatWaitWhileThereIsRoomMeanNewConnections) {
    EXPECT_EQ(look(deaf, 3), Verdict::Fine);
    EXPECT_EQ(look(deaf), Verdict::Reconnect);
}

TEST_F(FetchWatchTest, ItIsToldWhenNewConnectionsDidNotHelp) {
    look(deaf, 4);
    EXPECT_EQ(look(deaf), Verdict::Fine);
    EXPECT_EQ(look(deaf), Verdict::StillDeaf);
    EXPECT_EQ(look(deaf, 2), Verdict::StillDeaf);
}

TEST_F(FetchWatchTest, AFetchStartsItAnew) {
    look(deaf, 3);
    ++deaf.fetched;
    EXPECT_EQ(look(deaf, 3), Verdict::Fine);
    EXPECT_EQ(look(deaf), Verdict::Reconnect);
    ++deaf.fetched;
    look(deaf, 3);
    EXPECT_EQ(look(deaf), Verdict::Reconnect) << "the first try of a new trouble";
}

TEST_F(FetchWatchTest, AFullWorkerAndAnEmptyQueueAreFine) {
    deaf.fetched = 0;
    EXPECT_EQ(look({.room = false, .backlog = 5, .fetched = 0}, 10), Verdict::Fine);
    EXPECT_EQ(look({.room = true, .backlog = 0, .fetched = 0}, 10), Verdict::Fine);
}

}  // namespace
}  // namespace taskworker

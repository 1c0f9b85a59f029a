#include "pool/failures.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace taskworker {
namespace {

int killed_by(int signal) { return signal; }
int exited_with(int code) { return code << 8; }

TEST(Failures, ATimeLimitIsToldAsItWasGivenAnIntWhenWhole) {
    EXPECT_EQ(time_limit_exceeded(Seconds(2)).args, Json::array({2}));
    EXPECT_TRUE(time_limit_exceeded(Seconds(2)).args[0].is_number_integer());
    EXPECT_EQ(time_limit_exceeded(Seconds(2)).message, "TimeLimitExceeded(2,)");
    EXPECT_EQ(time_limit_exceeded(Seconds(1.5)).args, Json::array({1.5}));
    EXPECT_EQ(time_limit_exceeded(Seconds(1.5)).message, "TimeLimitExceeded(1.5,)");
    EXPECT_EQ(time_limit_exceeded(Seconds(2)).type, "TimeLimitExceeded");
    EXPECT_EQ(time_limit_exceeded(Seconds(2)).module, "billiard.exceptions");
    EXPECT_EQ(time_limit_exceeded(Seconds(2)).traceback, "");
}

TEST(Failures, ALostWorkerIsToldInBilliardsWords) {
    const auto failure = worker_lost(describe_exit(killed_by(SIGKILL)), 3);
    EXPECT_EQ(failure.type, "WorkerLostError");
    EXPECT_EQ(failure.module, "billiard.exceptions");
    EXPECT_EQ(failure.args, Json::array({"Worker exited prematurely: signal 9 (SIGKILL) Job: 3."}));
    EXPECT_EQ(failure.message, "Worker exited prematurely: signal 9 (SIGKILL) Job: 3.");
}

TEST(Failures, EndsOfProcessesAreDescribedAsBilliardDoes) {
    EXPECT_EQ(describe_exit(killed_by(SIGSEGV)), "signal 11 (SIGSEGV)");
    EXPECT_EQ(describe_exit(killed_by(SIGABRT)), "signal 6 (SIGABRT)");
    EXPECT_EQ(describe_exit(exited_with(3)), "exitcode 3");
    EXPECT_EQ(describe_exit(exited_with(0)), "exitcode 0");
}

}  // namespace
}  // namespace taskworker

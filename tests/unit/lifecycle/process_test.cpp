#include <gtest/gtest.h>

#include "lifecycle/settle.hpp"

namespace taskworker {
namespace {

std::string told_by(const Execution& execution) {
    Delivery delivery;
    delivery.request.id = "a";
    delivery.request.task = "add";
    const TaskDef task{.name = "add"};
    const Settings settings;
    Luck luck(1);
    const Moment moment{TimePoint{}, luck, "w@h", settings};
    return settle(delivery, &task, Failure{.type = "ValueError"}, execution, moment)
        .events.back()
        .process;
}

TEST(Settle, AnEndIsToldInTheNameOfTheProcessThatRanIt) {
    EXPECT_EQ(told_by({.process = "ForkPoolWorker-1"}), "ForkPoolWorker-1");
}

TEST(Settle, ADeadOrKilledProcessTellsNothingAnyMore) {
    EXPECT_EQ(told_by({.process = "ForkPoolWorker-1", .worker_lost = true}), "");
    EXPECT_EQ(told_by({.process = "ForkPoolWorker-1", .timed_out = true}), "");
}

}  // namespace
}  // namespace taskworker

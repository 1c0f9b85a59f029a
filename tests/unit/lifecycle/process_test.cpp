#include "unit/lifecycle/builders.hpp"

namespace taskworker {
namespace {

using namespace testing;

std::string told_by(const Execution& execution) {
    World world;
    const auto task = a_task();
    const Failure failure{.type = "ValueError"};
    return settle(DeliveryBuilder(), &task, failure, execution, world.moment())
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

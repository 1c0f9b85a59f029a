#include "lifecycle/eta_queue.hpp"

#include <gtest/gtest.h>

#include "unit/lifecycle/now.hpp"

#include <memory>
#include <string>

namespace taskworker {
namespace {

using testing::kNow;

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

TEST(EtaQueue, GivesTheEarliestFirstAndOnlyWhatIsDue) {
    EtaQueue<std::string> queue;
    queue.add(kNow + 3s, "third");
    queue.add(kNow + 1s, "first");
    queue.add(kNow + 2s, "second");
    EXPECT_EQ(queue.next_due(), kNow + 1s);
    EXPECT_EQ(queue.pop_due(kNow + 2s), (Names{"first", "second"}));
    EXPECT_EQ(queue.next_due(), kNow + 3s);
    EXPECT_EQ(queue.size(), 1u);
}

TEST(EtaQueue, KeepsTheOrderOfEqualTimes) {
    EtaQueue<std::string> queue;
    for (const char* name : {"a", "b", "c", "d"}) queue.add(kNow, name);
    EXPECT_EQ(queue.pop_due(kNow), (Names{"a", "b", "c", "d"}));
}

TEST(EtaQueue, HasNoDueTimeWhenEmpty) {
    EtaQueue<std::string> queue;
    EXPECT_EQ(queue.next_due(), std::nullopt);
    EXPECT_TRUE(queue.pop_due(kNow).empty());
}

TEST(EtaQueue, TakesAllInDueOrderWhenTheWorkerStops) {
    EtaQueue<std::unique_ptr<int>> queue;  // moves, never copies
    queue.add(kNow + 2s, std::make_unique<int>(2));
    queue.add(kNow + 1s, std::make_unique<int>(1));
    const auto all = queue.take_all();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(*all[0], 1);
    EXPECT_TRUE(queue.empty());
}

TEST(EtaQueue, TakesOutWhatMatches) {
    EtaQueue<std::string> queue;
    for (const char* name : {"a", "b", "c"}) queue.add(kNow, name);
    EXPECT_EQ(queue.take_if([](const auto& name) { return name == "b"; }), Names{"b"});
    EXPECT_EQ(queue.take_all(), (Names{"a", "c"}));
}

}  // namespace
}  // namespace taskworker

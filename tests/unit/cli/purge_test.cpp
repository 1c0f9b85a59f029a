#include "cli/purge.hpp"

#include <gtest/gtest.h>

#include <map>

namespace taskworker {
namespace {

class Heap final : public Queues {
public:
    std::size_t size(std::string_view queue) override { return messages[std::string(queue)]; }
    std::size_t remove(std::string_view queue, std::size_t most) override {
        auto& left = messages[std::string(queue)];
        const auto count = std::min(left, most);
        left -= count;
        left += arriving;
        largest = std::max(largest, count);
        return count;
    }
    std::vector<std::string> bound_to(std::string_view, std::string_view) override { return {}; }
    std::map<std::string, std::size_t> messages;
    std::size_t arriving = 0, largest = 0;
};

TEST(Purge, DeletesInPiecesAndTellsHowFarItIs) {
    Heap heap;
    heap.messages = {{"a", 25'000}, {"b", 0}, {"c", 1}};
    std::string told;
    const auto count = purge(heap, {"a", "b", "c"}, [&](const PurgeProgress& now) {
        told += std::string(now.queue) + std::to_string(now.removed) + "/" +
                std::to_string(now.all) + " ";
    });
    EXPECT_EQ(count, 25'001u);
    EXPECT_EQ(told, "a10000/25000 a20000/25000 a25000/25000 c1/1 ");
    EXPECT_EQ(heap.largest, 10'000u);
}

TEST(Purge, EndsAlthoughProducersGoOn) {
    Heap heap;
    heap.messages = {{"a", 30}};
    heap.arriving = 5;
    EXPECT_EQ(purge(heap, {"a"}, [](const PurgeProgress&) {}), 30u);
}

TEST(Purge, TakesNothingButAClearYes) {
    for (const auto* yes : {"y", "Y", "yes", " YES\r"}) EXPECT_TRUE(is_yes(yes)) << yes;
    for (const auto* no : {"", "n", "yo", "yess", "1"}) EXPECT_FALSE(is_yes(no)) << no;
}

TEST(Purge, SpeaksAsCelery) {
    EXPECT_EQ(purge_summary(1, 1), "Purged 1 message from 1 known task queue.");
    EXPECT_EQ(purge_summary(3, 2), "Purged 3 messages from 2 known task queues.");
    EXPECT_EQ(purge_summary(0, 1), "No messages purged from 1 queue.");
    EXPECT_NE(purge_question({"a", "b"}).find("from queues: a, b."), std::string::npos);
}

}  // namespace
}  // namespace taskworker

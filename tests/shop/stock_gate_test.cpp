#include "seckill/stock_gate.hpp"

#include "redis_server.hpp"
#include "shop_fixture.hpp"

namespace shop {
namespace {

class Gate : public testing::Test {
protected:
    Gate() {
        settings.app = {{"redis_url", redis.url()}};
        gate = make_stock_gate(settings);
    }
    bool enter(const std::string& id, std::optional<std::int64_t> user) {
        return gate->enter({.task_id = id, .goods = 1, .user = user}, [this] {
            ++counted;
            return stock;
        });
    }
    void give_back(const std::string& id, std::optional<std::int64_t> user) {
        gate->give_back({.task_id = id, .goods = 1, .user = user});
    }
    TemporaryFolder folder;
    RedisServer redis{folder.path()};
    tw::Settings settings;
    std::unique_ptr<StockGate> gate;
    int stock = 2, counted = 0;
};

TEST_F(Gate, LetsInAsManyAsThereArePiecesAndCountsThemOnce) {
    EXPECT_TRUE(enter("a", 1));
    EXPECT_TRUE(enter("b", 2));
    EXPECT_FALSE(enter("c", 3));
    EXPECT_EQ(counted, 1);
}

TEST_F(Gate, TheSameTaskIsToldTheSameAndCountsOnce) {
    EXPECT_TRUE(enter("a", 1));
    EXPECT_TRUE(enter("a", 1));
    EXPECT_TRUE(enter("b", 2));
    EXPECT_FALSE(enter("c", 3));
    give_back("a", 1);
    EXPECT_FALSE(enter("c", 3));
}

TEST_F(Gate, OneUserHoldsOnePlace) {
    EXPECT_TRUE(enter("a", 1));
    EXPECT_FALSE(enter("b", 1));
    EXPECT_TRUE(enter("c", 2));
}

TEST_F(Gate, SomebodyWithoutANameMayComeAgain) {
    EXPECT_TRUE(enter("a", std::nullopt));
    EXPECT_TRUE(enter("b", std::nullopt));
    EXPECT_FALSE(enter("c", std::nullopt));
}

TEST_F(Gate, APlaceGivenBackGoesToTheNextOneAndOnlyOnce) {
    EXPECT_TRUE(enter("a", 1));
    EXPECT_TRUE(enter("b", 2));
    give_back("a", 1);
    give_back("a", 1);
    EXPECT_TRUE(enter("c", 3));
    EXPECT_FALSE(enter("d", 4));
}

TEST_F(Gate, ARedisThatLostItsKeysCountsAgain) {
    EXPECT_TRUE(enter("a", 1));
    redis.ask("FLUSHALL");
    stock = 1;
    EXPECT_TRUE(enter("b", 2));
    EXPECT_FALSE(enter("c", 3));
    EXPECT_EQ(counted, 2);
}

}  // namespace
}  // namespace shop

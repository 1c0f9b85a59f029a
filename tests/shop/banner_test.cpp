#include "banner/banner.hpp"

#include "shop_fixture.hpp"
#include "site/redis.hpp"

namespace shop {
namespace {

class Banners : public ShopTest {
protected:
    Banners() {
        replace = [this](const std::vector<Banner>& banners) {
            cached.push_back(tw::Json(banners));
        };
    }
    void add(const std::string& values) {
        database->transaction([&](soci::session& sql) {
            sql << "INSERT INTO home_banner (id, name, image, link, orders, is_show, is_delete) "
                   "VALUES " +
                       values;
            return true;
        });
    }
    std::vector<tw::Json> cached;  // each list that was written
};

TEST_F(Banners, TheVisibleOnesAreCachedInTheirOrder) {
    add("(1, 'last', 'b/1.png', '/1', 9, 1, 0), (2, 'first', 'b/2.png', '/2', 1, 1, 0),"
        "(3, 'hidden', 'b/3.png', '/3', 0, 0, 0), (4, 'deleted', 'b/4.png', '/4', 0, 1, 1)");
    EXPECT_EQ(value(run(update_banner)), true);
    ASSERT_EQ(cached.size(), 1U);
    EXPECT_EQ(
        cached[0],
        tw::Json::array(
            {{{"id", 2}, {"name", "first"}, {"image", "/media/b/2.png"}, {"link", "/2"}},
             {{"id", 1}, {"name", "last"}, {"image", "/media/b/1.png"}, {"link", "/1"}}}
        )
    );
}

TEST_F(Banners, NotMoreThanTheSettingSays) {
    add("(1, 'a', 'a.png', '', 1, 1, 0), (2, 'b', 'b.png', '', 2, 1, 0), (3, 'c', 'c.png', '', 3, "
        "1, 0)");
    settings.app["banner_count"] = 2;
    run(update_banner);
    EXPECT_EQ(cached.at(0).size(), 2U);
}

TEST_F(Banners, WithoutAnyTheListIsEmpty) {
    EXPECT_EQ(value(run(update_banner)), true);
    EXPECT_EQ(cached.at(0), tw::Json::array());
}

TEST_F(Banners, ACacheThatIsAwayIsTriedAgainLater) {
    replace = [](const std::vector<Banner>&) { throw RedisError("connection refused"); };
    const auto outcome = run(update_banner);
    ASSERT_TRUE(std::holds_alternative<tw::RetryLater>(outcome));
    EXPECT_EQ(std::get<tw::RetryLater>(outcome).cause->type, "RedisError");
}

TEST_F(Banners, WhileAnotherTaskRefreshesThemNothingIsWritten) {
    refreshing = true;
    EXPECT_EQ(value(run(update_banner)), true);
    EXPECT_TRUE(cached.empty());
}

TEST_F(Banners, ATableNameThatIsNoNameIsRefused) {
    settings.app["banner_table"] = "home_banner; DROP TABLE home_banner";
    EXPECT_TRUE(std::holds_alternative<tw::Failure>(run(update_banner)));
}

TEST_F(Banners, ADatabaseThatFailsLeavesTheOldListAndIsTriedAgainLater) {
    database->transaction([](soci::session& sql) {
        sql << "DROP TABLE home_banner";
        return true;
    });
    EXPECT_TRUE(std::holds_alternative<tw::RetryLater>(run(update_banner)));
    EXPECT_TRUE(cached.empty());
}

}  // namespace
}  // namespace shop

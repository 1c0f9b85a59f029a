#include "seckill/seckill.hpp"

#include <sys/wait.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "shop_fixture.hpp"

namespace shop {
namespace {

constexpr std::int64_t kGoods = 42;

class Seckill : public ShopTest {
protected:
    void set_stock(int pieces) {
        execute(
            "INSERT INTO seckill_goods (id, stock) VALUES (" + std::to_string(kGoods) + ", " +
            std::to_string(pieces) + ") ON CONFLICT (id) DO UPDATE SET stock = excluded.stock"
        );
    }
    void execute(const std::string& statement) {
        database->transaction([&](soci::session& sql) {
            sql << statement;
            return true;
        });
    }
    int number(const std::string& query) {
        return database->transaction([&](soci::session& sql) {
            int answer = -1;
            sql << query, soci::into(answer);
            return answer;
        });
    }
    int stock() { return number("SELECT stock FROM seckill_goods WHERE id = 42"); }
    int orders() { return number("SELECT COUNT(*) FROM seckill_order"); }

    tw::Outcome attempt(int user, const std::string& task_id) {
        auto request = tw::testing::request(seckill, Id(kGoods), Id(std::int64_t{user}));
        request.id = task_id;
        return run(request);
    }
    bool wins(int user, const std::string& task_id) {
        return value(attempt(user, task_id)) == true;
    }
};

TEST_F(Seckill, SellsWhatThereIsAndNotOnePieceMore) {
    set_stock(2);
    EXPECT_TRUE(wins(1, "a"));
    EXPECT_TRUE(wins(2, "b"));
    EXPECT_FALSE(wins(3, "c"));
    EXPECT_EQ(stock(), 0);
    EXPECT_EQ(orders(), 2);
}

TEST_F(Seckill, AUserGetsOnePiece) {
    set_stock(2);
    EXPECT_TRUE(wins(1, "a"));
    EXPECT_FALSE(wins(1, "b"));
    EXPECT_EQ(stock(), 1);
    EXPECT_EQ(orders(), 1);
}

TEST_F(Seckill, AWinnerDeliveredTwiceIsToldTheSameAndPaysOnce) {
    set_stock(2);
    EXPECT_TRUE(wins(1, "a"));
    EXPECT_TRUE(wins(1, "a"));
    EXPECT_EQ(stock(), 1);
    EXPECT_EQ(orders(), 1);
}

TEST_F(Seckill, ALoserDeliveredTwiceIsToldTheSameEvenIfThereIsStockAgain) {
    set_stock(0);
    EXPECT_FALSE(wins(1, "a"));
    set_stock(1);
    EXPECT_FALSE(wins(1, "a"));
    EXPECT_EQ(stock(), 1);
}

TEST_F(Seckill, GoodsAndUserMayBeTextsAsTheyStoodInAUrl) {
    set_stock(1);
    EXPECT_EQ(value(run(seckill, Id("42"), Id("7"))), true);
    EXPECT_EQ(number("SELECT user_id FROM seckill_order"), 7);
    for (const char* goods : {"", "x", "42x", "99999999999999999999", "4 2"}) {
        const auto outcome = run(seckill, Id(goods), Id("7"));
        ASSERT_TRUE(std::holds_alternative<tw::Failure>(outcome)) << goods;
        EXPECT_EQ(std::get<tw::Failure>(outcome).type, "ValueError");
    }
}

TEST_F(Seckill, WithoutArgumentsItSellsTheGoodsOfTheSettingToAnybody) {
    settings.app["seckill_goods"] = 42;
    set_stock(2);
    for (const char* id : {"a", "b", "c"}) {
        auto request = tw::testing::request(seckill);
        request.id = id;
        EXPECT_EQ(value(run(request)), id != std::string("c"));
    }
    EXPECT_EQ(number("SELECT COUNT(*) FROM seckill_order WHERE user_id IS NULL"), 2);
}

TEST_F(Seckill, GoodsThatDoNotExistAreAValueErrorAndNothingIsRemembered) {
    const auto outcome = attempt(1, "a");
    ASSERT_TRUE(std::holds_alternative<tw::Failure>(outcome));
    EXPECT_EQ(std::get<tw::Failure>(outcome).type, "ValueError");
    EXPECT_EQ(number("SELECT COUNT(*) FROM seckill_attempt"), 0);
}

TEST_F(Seckill, ADatabaseThatIsBrokenIsTriedAgainLater) {
    execute("DROP TABLE seckill_attempt");
    EXPECT_TRUE(std::holds_alternative<tw::RetryLater>(attempt(1, "a")));
}

TEST_F(Seckill, ManyThreadsNeverOversell) {
    set_stock(10);
    std::atomic<int> won = 0;
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&, t] {
            for (int user = 0; user < 20; ++user) {
                if (wins(user, std::to_string(t) + "-" + std::to_string(user))) ++won;
            }
        });
    }
    threads.clear();
    EXPECT_EQ(won, 10);
    EXPECT_EQ(stock(), 0);
    EXPECT_EQ(orders(), 10);
}

TEST_F(Seckill, ManyProcessesNeverOversell) {
    set_stock(10);
    std::vector<pid_t> children;
    for (int c = 0; c < 4; ++c) {
        children.push_back(::fork());
        if (children.back() != 0) continue;
        database = open(folder.path() + "/shop.db");
        int won = 0;
        for (int user = 0; user < 20; ++user) {
            won += wins(user, std::to_string(c) + "-" + std::to_string(user)) ? 1 : 0;
        }
        ::_exit(won);
    }
    int won = 0;
    for (const pid_t child : children) {
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFEXITED(status));
        won += WEXITSTATUS(status);
    }
    EXPECT_EQ(won, 10);
    EXPECT_EQ(stock(), 0);
    EXPECT_EQ(orders(), 10);
}

TEST_F(Seckill, ManyProcessesMayOpenANewDatabaseAtOnce) {
    const std::string path = folder.path() + "/new.db";
    std::vector<pid_t> children;
    for (int c = 0; c < 8; ++c) {
        children.push_back(::fork());
        if (children.back() != 0) continue;
        try {
            const auto opened = open(path);
            Database& own = *opened;
            own.transaction([&](soci::session& sql) {
                sql << "INSERT INTO seckill_goods (id, stock) VALUES (:id, 1)", soci::use(c);
                return true;
            });
        } catch (const std::exception&) {
            ::_exit(1);
        }
        ::_exit(0);
    }
    for (const pid_t child : children) {
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
    }
    database = open(path);
    EXPECT_EQ(number("SELECT COUNT(*) FROM seckill_goods"), 8);
    EXPECT_EQ(number("SELECT 'wal' = (SELECT journal_mode FROM pragma_journal_mode)"), 1);
}

TEST_F(Seckill, AProcessThatDiesBetweenStockAndOrderLeavesNothing) {
    set_stock(1);
    const pid_t child = ::fork();
    if (child == 0) {
        const auto opened = open(folder.path() + "/shop.db");
        Database& own = *opened;
        own.transaction([](soci::session& sql) {
            sql << "UPDATE seckill_goods SET stock = stock - 1";
            ::raise(SIGKILL);
            return true;
        });
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(stock(), 1);
    EXPECT_TRUE(wins(1, "a"));
}

}  // namespace
}  // namespace shop

#include <gtest/gtest.h>

#include "support/redis_rig.hpp"

namespace taskworker::testing {
namespace {

TimePoint now() { return std::chrono::system_clock::now(); }

class DeadLetterRetention : public ::testing::Test {
protected:
    RedisRig rig;
    std::unique_ptr<RedisTransport> transport = rig.worker("w1");
    std::unique_ptr<DeadLetters> letters = transport->dead_letters();

    void keep(std::size_t n) {
        std::vector<DeadLetter> some(n);
        for (std::size_t i = 0; i < n; ++i) {
            some[i].message = std::to_string(i);
            some[i].at = now();
        }
        letters->add(some);
    }
    void keep_since(TimePoint at) {
        const auto ms = std::chrono::duration_cast<Millis>(at.time_since_epoch()).count();
        rig.raw().call(
            "XADD", "taskworker.dead_letters", std::to_string(ms) + "-1", "message", "old"
        );
    }
    static constexpr std::chrono::hours kDay{24};
};

TEST_F(DeadLetterRetention, TheKeeperForgetsWhatIsOlderThan90DaysHoweverFewThereAre) {
    keep_since(now() - 91 * kDay);
    keep_since(now() - 89 * kDay);
    keep(1);
    EXPECT_EQ(letters->size(), 2u);
    rig.raw().call("DEL", "taskworker.dead_letters");
    keep_since(now() - 91 * kDay);
    transport->leases()->restore_expired(now());
    EXPECT_EQ(letters->size(), 0u);
}

TEST_F(DeadLetterRetention, TheNewestTenThousandAreKept) {
    for (int i = 0; i < 103; ++i) keep(100);
    EXPECT_GE(letters->size(), 10'000u);
    EXPECT_LE(letters->size(), 10'100u);
    EXPECT_EQ(letters->list(0, 1).at(0).message, "99");
}

}  // namespace
}  // namespace taskworker::testing

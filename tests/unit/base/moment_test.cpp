#include "base/moment.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <set>

namespace taskworker {
namespace {

TEST(Luck, ThrowsTheSameForTheSameSeed) {
    Luck one(7), two(7), other(8);
    EXPECT_EQ(one.uuid(), two.uuid());
    EXPECT_NE(one.uuid(), other.uuid());
}

TEST(Luck, IsEvenBetweenZeroAndOne) {
    Luck luck(1);
    double sum = 0;
    for (int i = 0; i < 10000; ++i) {
        const double x = luck.uniform();
        ASSERT_GE(x, 0.0);
        ASSERT_LT(x, 1.0);
        sum += x;
    }
    EXPECT_NEAR(sum / 10000, 0.5, 0.02);
}

TEST(Luck, MakesUuidsOfVersionFour) {
    Luck luck(1);
    const std::regex shape("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto id = luck.uuid();
        EXPECT_TRUE(std::regex_match(id, shape)) << id;
        EXPECT_TRUE(seen.insert(id).second);
    }
}

}  // namespace
}  // namespace taskworker

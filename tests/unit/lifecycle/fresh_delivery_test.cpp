#include "lifecycle/fresh_delivery.hpp"

#include "lifecycle/deaths.hpp"
#include "unit/lifecycle/builders.hpp"

namespace taskworker {
namespace {

using namespace testing;

TEST(FreshDelivery, ForgetsRedeliveryAndDeathsAndNothingElse) {
    const Delivery delivery = DeliveryBuilder().header("x-trace", "abc");
    const auto worn = with_one_death_more(delivery.message);
    ASSERT_EQ(parsed(worn)["headers"][kDeathsHeader], 1);
    const auto fresh = parsed(as_fresh_delivery(worn));
    auto expected = parsed(delivery.message.raw);
    EXPECT_EQ(fresh["headers"], expected["headers"]);
    EXPECT_EQ(fresh["body"], expected["body"]);
    EXPECT_FALSE(fresh["properties"]["delivery_info"].contains("redelivered"));
}

TEST(FreshDelivery, BytesThatAreNoMessageStayAsTheyAre) {
    EXPECT_EQ(as_fresh_delivery("{{{"), "{{{");
    EXPECT_EQ(as_fresh_delivery(std::string("\0\xff", 2)), std::string("\0\xff", 2));
}

}  // namespace
}  // namespace taskworker

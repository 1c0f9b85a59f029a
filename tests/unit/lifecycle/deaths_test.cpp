#include "lifecycle/deaths.hpp"

#include "unit/lifecycle/builders.hpp"

namespace taskworker {
namespace {

using namespace testing;

int deaths(Json value) {
    const Delivery delivery = DeliveryBuilder().header(kDeathsHeader, std::move(value));
    return deaths_of(delivery.message);
}

TEST(Deaths, AreNoneWithoutTheHeaderOrWithOneThatMakesNoSense) {
    const Delivery delivery = DeliveryBuilder();
    EXPECT_EQ(deaths_of(delivery.message), 0);
    EXPECT_EQ(deaths("2"), 0);
    EXPECT_EQ(deaths(-3), 0);
    EXPECT_EQ(deaths(1.5), 0);
    EXPECT_EQ(deaths(nullptr), 0);
    EXPECT_EQ(deaths(2), 2);
    EXPECT_EQ(deaths(2'000'000'000), 1'000'000);
}

TEST(Deaths, RiseByOneEachTime) {
    Delivery delivery = DeliveryBuilder();
    for (int n = 1; n <= 11; ++n) {
        auto next = parse_envelope(with_one_death_more(delivery.message));
        ASSERT_TRUE(std::holds_alternative<Message>(next));
        delivery.message = std::get<Message>(std::move(next));
        EXPECT_EQ(deaths_of(delivery.message), n);
    }
    EXPECT_EQ(parsed(delivery.message.raw)["headers"]["redelivered"], true);
}

TEST(Deaths, AMessageWithoutHeadersIsCountedToo) {
    auto parsed_message = parse_envelope(
        R"({"body": "e30=", "content-encoding": "utf-8", "content-type": "application/json", )"
        R"("headers": {}, "properties": {"delivery_info": {"exchange": "", "routing_key": "celery"}, )"
        R"("delivery_tag": "1", "body_encoding": "base64"}})"
    );
    const auto& message = std::get<Message>(parsed_message);
    EXPECT_EQ(parsed(with_one_death_more(message))["headers"][kDeathsHeader], 1);
}

TEST(Deaths, BytesThatAreNoMessageComeBackAsTheyAre) {
    Message broken;
    broken.raw = "{{{";
    EXPECT_EQ(with_one_death_more(broken), "{{{");
}

}  // namespace
}  // namespace taskworker

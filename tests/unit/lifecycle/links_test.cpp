#include "lifecycle/links.hpp"

#include "unit/lifecycle/builders.hpp"

namespace taskworker {
namespace {

using namespace testing;

Delivery with_body(const std::string& body) {
    auto builder = DeliveryBuilder();
    builder.body = body;
    return builder;
}

TEST(Links, TheEmbedOfNullsIsSeenWithoutOpeningTheBody) {
    // Every length of arguments, for base64 pads in three ways.
    for (int n = 0; n < 12; ++n) {
        const auto argument = std::string(static_cast<std::size_t>(n), 'x');
        const auto delivery = with_body("[[\"" + argument + "\"], {}, " + kNoLinks + "]");
        EXPECT_TRUE(has_surely_no_links(delivery.message)) << n;
        EXPECT_EQ(links_of(delivery), Links{});
    }
}

TEST(Links, TheLastStepOfAChainHasNone) {
    const auto delivery =
        with_body(R"([[1], {}, {"callbacks": null, "errbacks": null, "chain": [], "chord": null}])"
        );
    EXPECT_TRUE(has_surely_no_links(delivery.message));
}

TEST(Links, AnyOtherEmbedMustBeOpened) {
    for (const char* embed :
         {R"({"callbacks":null,"errbacks":null,"chain":null,"chord":null})",
          R"({"callbacks": null, "errbacks": null, "chain": null, "chord": null, "x": 1})",
          R"({"x": {"callbacks": null, "errbacks": null, "chain": null, "chord": null}})",
          R"({"x": ", {\"callbacks\": null, \"errbacks\": null, \"chain\": null, \"chord\": null}]"})",
          "{}",
          "null"}) {
        const auto delivery = with_body(std::string("[[1], {}, ") + embed + "]");
        EXPECT_FALSE(has_surely_no_links(delivery.message)) << embed;
        EXPECT_FALSE(canvas::truthy(links_of(delivery).callbacks)) << embed;
    }
}

TEST(Links, AnArgumentThatLooksLikeTheEmbedDoesNotHideTheLinks) {
    const auto delivery = with_body(
        std::string("[[") + kNoLinks + R"(], {}, {"callbacks": [)" + kSignature +
        R"(], "chord": )" + kSignature + "}]"
    );
    EXPECT_FALSE(has_surely_no_links(delivery.message));
    const auto links = links_of(delivery);
    EXPECT_EQ(links.callbacks.size(), 1u);
    EXPECT_EQ(links.chord["task"], "shop.next");
    EXPECT_TRUE(links.chain.is_null());
}

TEST(Links, ABodyThatCannotBeReadHasNone) {
    EXPECT_EQ(links_of(with_body("[[1], {}, {")), Links{});
}

TEST(Links, ANoteKeepsErrbacksChordAndThePlacesOfTheSteps) {
    const std::string chain =
        R"("chain": [{"task": "c", "args": [1], "options": {"task_id": "i3"}}, )"
        R"({"task": "b", "options": {"task_id": "i2", "reply_to": "r"}}])";
    const auto links = noted_links_of(with_body(
        std::string(R"([[1], {}, {"errbacks": [)") + kSignature + "], " + chain + R"(, "chord": )" +
        kSignature + "}]"
    ));
    EXPECT_EQ(links.errbacks.size(), 1u);
    EXPECT_EQ(links.chord["task"], "shop.next");
    EXPECT_EQ(links.places, R"([{"options": {"task_id": "i3"}}, {"options": {"task_id": "i2"}}])");
}

// The long way round gives the same.
TEST(Links, ANoteOfAnUnusualBodyIsThatOfTheUsualOne) {
    const std::string step = R"([{"task": "b", "options": {"task_id": "i2"}}])";
    for (const auto& embed :
         {R"({"ch\u0061in": )" + step + "}",
          R"({"chain": null, "chain": )" + step + "}",
          R"({"chain": [{}], "chain": )" + step + "}"}) {
        const auto links = noted_links_of(with_body("[[1], {}, " + embed + "]"));
        EXPECT_EQ(links.places, R"([{"options": {"task_id": "i2"}}])") << embed;
    }
    for (const char* embed :
         {"{}",
          R"({"chain": null})",
          R"({"chain": [1]})",
          R"({"chain": [{}], "chain": null})",
          "7"})
        EXPECT_EQ(noted_links_of(with_body(std::string("[[1], {}, ") + embed + "]")).places, "[]")
            << embed;
}

}  // namespace
}  // namespace taskworker

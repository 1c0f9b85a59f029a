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


}  // namespace
}  // namespace taskworker

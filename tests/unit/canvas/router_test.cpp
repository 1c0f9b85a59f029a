#include "canvas/router.hpp"

#include <gtest/gtest.h>

#include "message/name_match.hpp"

namespace taskworker {
namespace {

Json json(const char* text) { return Json::parse(text); }

std::string queue_of(const char* task, const Json& routes) {
    const auto route = find_route(task, routes);
    return route ? route->queue : "-";
}

TEST(Router, AnExactNameWinsOverPatternsWhateverTheirOrder) {
    const auto routes = json(R"({"shop.*": "shop", "shop.sms": {"queue": "sms", "priority": 3}})");
    EXPECT_EQ(queue_of("shop.sms", routes), "sms");
    EXPECT_EQ(find_route("shop.sms", routes)->priority, 3);
    EXPECT_EQ(queue_of("shop.mail", routes), "shop");
    EXPECT_EQ(queue_of("stock.count", routes), "-");
}

TEST(Router, PatternsAreTriedInTheirOrder) {
    const auto routes = json(R"({"shop.*": "first", "*.sms": "second", "*": "rest"})");
    EXPECT_EQ(queue_of("shop.sms", routes), "first");
    EXPECT_EQ(queue_of("x.sms", routes), "second");
    EXPECT_EQ(queue_of("x", routes), "rest");
}

TEST(Router, OfAListTheFirstThatKnowsTheTaskDecides) {
    const auto routes =
        json(R"([{"a": "one"}, [["b.*", {"queue": "two"}], ["b.c", "exact"]], {"*": "three"}])");
    EXPECT_EQ(check_routes(routes), std::nullopt);
    EXPECT_EQ(queue_of("a", routes), "one");
    EXPECT_EQ(queue_of("b.c", routes), "exact");
    EXPECT_EQ(queue_of("b.d", routes), "two");
    EXPECT_EQ(queue_of("z", routes), "three");
}

TEST(Router, ANameWithoutAStarIsNoPattern) {
    const auto routes = json(R"({"a.?": "one"})");
    EXPECT_EQ(queue_of("a.b", routes), "-");
    EXPECT_EQ(queue_of("a.?", routes), "one");
}

TEST(Router, GlobsAreThoseOfPythonsFnmatch) {
    EXPECT_TRUE(glob_matches("shop.*.send", "shop.sms.send"));
    EXPECT_TRUE(glob_matches("*", "shop"));
    EXPECT_TRUE(glob_matches("*", ""));
    EXPECT_FALSE(glob_matches("Shop*", "shop"));
    EXPECT_TRUE(glob_matches("t?", "t1"));
    EXPECT_TRUE(glob_matches("t[0-9]", "t1"));
    EXPECT_FALSE(glob_matches("t[0-9]", "tx"));
    EXPECT_TRUE(glob_matches("t[!0-9]", "tx"));
    EXPECT_TRUE(glob_matches("t[]]", "t]"));
    EXPECT_TRUE(glob_matches("t[", "t["));
    EXPECT_TRUE(glob_matches("a*b*c", "aXbXc"));
    EXPECT_FALSE(glob_matches("a*b*c", "aXbXcd"));
}

// A hostile pattern must not take exponential time.
TEST(Router, ManyStarsAreNoTrap) {
    const std::string text(5000, 'a');
    std::string pattern;
    for (int i = 0; i < 200; ++i) pattern += "a*";
    EXPECT_FALSE(glob_matches(pattern + "b", text));
}

TEST(Router, WrongRoutesAreRefusedByName) {
    EXPECT_EQ(check_routes(nullptr), std::nullopt);
    EXPECT_EQ(check_routes(json(R"({"a": {"queue": "q", "routing_key": "k"}})")), std::nullopt);
    EXPECT_EQ(
        *check_routes(json(R"({"a": {"routing_key": "k"}})")),
        R"(a: a route names its queue: {"queue": …})"
    );
    EXPECT_EQ(
        *check_routes(json(R"({"a": {"queue": "q", "priority": 300}})")),
        "a: priority must be a whole number from 0 to 255"
    );
    EXPECT_TRUE(check_routes(json(R"(["proj.router.route_task"])")));
    EXPECT_TRUE(check_routes(json("3")));
    EXPECT_TRUE(check_routes(json(R"({"a": ""})")));
    EXPECT_TRUE(check_routes(json(R"([[["a", "b", "c"]]])")));
}

}  // namespace
}  // namespace taskworker

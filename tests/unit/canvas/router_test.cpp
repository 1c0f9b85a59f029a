#include "canvas/router.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "canvas/signature_json.hpp"
#include "message/name_match.hpp"

namespace taskworker {
namespace {

Json json(const char* text) { return Json::parse(text); }

std::string queue_of(const char* task, const Json& routes) {
    const auto options = route_options(task, routes);
    return options.empty() ? "-" : read_route(options).queue;
}

TEST(Router, AnExactNameWinsOverPatternsWhateverTheirOrder) {
    const auto routes = json(R"({"shop.*": "shop", "shop.sms": {"queue": "sms", "priority": 3}})");
    EXPECT_EQ(queue_of("shop.sms", routes), "sms");
    EXPECT_EQ(read_route(route_options("shop.sms", routes)).priority, 3);
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

// ---- functions of the app

Json routed(const Settings& settings, const char* task, Json args = Json::array()) {
    return route_of({task, args, Json::object(), Json::object()}, settings);
}

Router by_country() {
    return [](const RoutedCall& call) -> Json {
        if (call.task != "shop.ship") return nullptr;
        if (call.args[0] == "CN") return "china";
        return {{"queue", "abroad"}, {"priority", 3}};
    };
}

TEST(Router, AFunctionSeesTheCallAndIsAskedBeforeTheSetting) {
    Settings settings;
    settings.task_routes = json(R"({"shop.*": "shop"})");
    settings.task_routers = {by_country()};
    EXPECT_EQ(routed(settings, "shop.ship", {"CN"}), json(R"({"queue": "china"})"));
    EXPECT_EQ(routed(settings, "shop.ship", {"DE"}), json(R"({"queue": "abroad", "priority": 3})"));
    EXPECT_EQ(routed(settings, "shop.sms"), json(R"({"queue": "shop"})"));
    EXPECT_TRUE(routed(settings, "stock.count").empty());
}

TEST(Router, OfSeveralFunctionsTheFirstThatKnowsDecides) {
    Settings settings;
    settings.task_routers = {by_country(), [](const RoutedCall&) { return Json("second"); }};
    EXPECT_EQ(routed(settings, "shop.ship", {"CN"}), json(R"({"queue": "china"})"));
    EXPECT_EQ(routed(settings, "shop.sms"), json(R"({"queue": "second"})"));
}

TEST(Router, AFunctionMayLeaveTheQueueToTheDefault) {
    Settings settings;
    settings.task_routers = {[](const RoutedCall&) { return Json({{"priority", 9}}); }};
    EXPECT_EQ(read_route(routed(settings, "t")), (Route{"", 9}));
}

std::string refusal(Router router) {
    Settings settings;
    settings.task_routers = {std::move(router)};
    try {
        routed(settings, "shop.sms");
    } catch (const CanvasError& error) {
        return error.type + ": " + error.what();
    }
    return "";
}

TEST(Router, AFunctionThatThrowsOrAnswersNonsenseFailsTheSendingAndIsNamed) {
    EXPECT_EQ(
        refusal([](const RoutedCall&) -> Json { throw std::runtime_error("no map"); }),
        "RuntimeError: the router for shop.sms: no map"
    );
    for (const auto& answer : {Json(7), Json(""), Json::array({"a"}), Json({{"queue", 1}})})
        EXPECT_TRUE(refusal([&](const RoutedCall&) { return answer; }
        ).starts_with("TypeError: the router's answer for shop.sms: ")
        ) << answer;
    EXPECT_EQ(
        refusal([](const RoutedCall&) {
            return Json({{"queue", "a"}, {"priority", 1000}});
        }),
        "TypeError: the router's answer for shop.sms: priority must be a whole number from 0 to 255"
    );
}

}  // namespace
}  // namespace taskworker

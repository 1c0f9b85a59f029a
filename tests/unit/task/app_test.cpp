#include "taskworker/app.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "task/resources.hpp"
#include "taskworker/context.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

using namespace literals;
using Kind = Parameter::Kind;

inline constexpr Task<std::string(std::string mobile, std::optional<std::string> code)> send_sms{
    "shop.send_sms", {"mobile", "code"_arg = "0000"}};

std::string send(Context&, std::string mobile, const std::string& code) { return mobile + code; }

template <class F>
std::string refusal(F register_it) {
    try {
        register_it();
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "accepted";
}

TEST(App, KnowsItsTasksByName) {
    App app;
    app.task(send_sms, &send, {.acks_late = true});
    app.task("shop.ping", [] { return "pong"; });
    EXPECT_EQ(app.names(), (std::vector<std::string>{"shop.ping", "shop.send_sms"}));
    ASSERT_NE(app.find("shop.send_sms"), nullptr);
    EXPECT_EQ(app.find("shop.none"), nullptr);
    const TaskDef& task = *app.find("shop.send_sms");
    EXPECT_EQ(task.options.acks_late, true);
    EXPECT_EQ(task.signature, "(mobile: str, code: str | None = '0000') -> str");
    ASSERT_EQ(task.parameters.size(), 2u);
    EXPECT_TRUE(task.parameters[0].required);
    EXPECT_FALSE(task.parameters[1].required);
    EXPECT_EQ(task.parameters[1].fallback, "0000");
}

TEST(App, RefusesANameTwice) {
    App app;
    app.task("shop.ping", [] { return 1; });
    EXPECT_EQ(
        refusal([&] { app.task("shop.ping", [] { return 2; }); }),
        "task 'shop.ping' is registered twice"
    );
    EXPECT_EQ(refusal([&] { app.task("", [] {}); }), "a task needs a name");
}

TEST(App, OneBodyStandsBehindSeveralNames) {
    App app;
    app.task(send_sms, &send, {.max_retries = 7});
    app.alias("tasks.send_sms", send_sms);
    ASSERT_NE(app.find("tasks.send_sms"), nullptr);
    EXPECT_EQ(app.find("tasks.send_sms")->name, "tasks.send_sms");
    EXPECT_EQ(app.find("tasks.send_sms")->options.max_retries, 7);
    EXPECT_EQ(
        refusal([&] { app.alias("x", "none"); }),
        "alias 'x' stands for task 'none', which is not registered"
    );
    EXPECT_NE(refusal([&] { app.alias("tasks.send_sms", send_sms); }), "accepted");
}

TEST(App, SaysWhatIsWrongWithAListOfNames) {
    App app;
    const auto add = [](int x, int y) { return x + y; };
    EXPECT_EQ(
        refusal([&] { app.task("t", add, {"x"}); }),
        "task 't': give each parameter of the task a name"
    );
    EXPECT_EQ(
        refusal([&] {
            app.task("t", add, {"x", "x"});
        }),
        "task 't': two parameters of one name"
    );
    EXPECT_EQ(
        refusal([&] {
            app.task("t", add, {"x", "y", "z"});
        }),
        "task 't': more names than the task has parameters"
    );
    EXPECT_EQ(
        refusal([&] {
            app.task("t", add, {"x"_arg = 1, "y"});
        }),
        "task 't': a required parameter stands behind one that may be left out"
    );
    EXPECT_EQ(
        refusal([&] {
            app.task("t", [](Kwargs, int) {}, {"k", "x"});
        }),
        "task 't': tw::Kwargs must be the last parameter"
    );
}

TEST(App, ABodyThatTakesNoOptionalNeedsADefault) {
    static constexpr Task<void(std::optional<int> n)> task{"t", {"n"}};
    App app;
    EXPECT_EQ(
        refusal([&] { app.task(task, [](int) {}); }),
        "task 't': parameter 'n' may be left out, but has no default and the body takes no "
        "std::optional"
    );
}

TEST(App, KindsOfParametersAreThoseOfPython) {
    App app;
    app.task("a", [](int, Args, int, Kwargs) {}, {"x", "args", "k", "kwargs"});
    const auto& behind_args = app.find("a")->parameters;
    EXPECT_EQ(behind_args[1].kind, Kind::Args);
    EXPECT_EQ(behind_args[2].kind, Kind::KeywordOnly);
    EXPECT_EQ(behind_args[3].kind, Kind::Kwargs);
    EXPECT_TRUE(behind_args[2].required);
    EXPECT_FALSE(behind_args[1].required || behind_args[3].required);
    app.task("b", [](int, int) {}, {"x"_arg = 1, keyword_only, "k"});
    EXPECT_EQ(app.find("b")->parameters[1].kind, Kind::KeywordOnly);
    app.task("c", [](Args, Kwargs) {});  // the names of these two may be left out
    EXPECT_EQ(app.find("c")->signature, "(args: Any, kwargs: Any) -> None");
}

TEST(App, KeepsTheSettingsOfTheModule) {
    App app;
    app.config(Json{{"task_acks_late", true}});
    app.config(Json{{"MY_OWN", 1}}, unknown::ignore);
    ASSERT_EQ(app.configured().size(), 2u);
    EXPECT_EQ(app.configured()[1].names, unknown::ignore);
    EXPECT_THROW(app.config(Json::array()), ConfigError);
}

struct Gateway {
    virtual ~Gateway() = default;
    virtual int number() const = 0;
};
struct CountingGateway final : Gateway {
    explicit CountingGateway(int n) : n_(n) {}
    int number() const override { return n_; }
    int n_;
};
struct Pinned {  // neither copied nor moved
    explicit Pinned(std::string u) : url(std::move(u)) {}
    Pinned(const Pinned&) = delete;
    std::string url;
};

TEST(Resources, AreMadeOnceAtTheirFirstUse) {
    App app;
    int made = 0;
    app.resource<Gateway>([&] { return std::make_unique<CountingGateway>(++made); });
    app.resource<Pinned>([](const Settings& settings) { return Pinned(settings.broker_url); });
    Settings settings;
    settings.broker_url = "redis://here";
    Resources resources(app, settings);
    EXPECT_EQ(made, 0);
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) threads.emplace_back([&] { resources.get(typeid(Gateway)); });
    threads.clear();
    EXPECT_EQ(made, 1);
    EXPECT_EQ(static_cast<Gateway*>(resources.get(typeid(Gateway)))->number(), 1);
    EXPECT_EQ(static_cast<Pinned*>(resources.get(typeid(Pinned)))->url, "redis://here");
}

TEST(Resources, AFactoryThatFailsIsAskedAgain) {
    App app;
    int calls = 0;
    app.resource<int>([&] {
        if (++calls == 1) throw std::runtime_error("away");
        return 5;
    });
    app.resource<Gateway>([] { return std::unique_ptr<Gateway>(); });
    const Settings settings;
    Resources resources(app, settings);
    EXPECT_THROW(resources.get(typeid(int)), std::runtime_error);
    EXPECT_EQ(*static_cast<int*>(resources.get(typeid(int))), 5);
    EXPECT_THROW(resources.get(typeid(Gateway)), ConfigError);
    EXPECT_THROW(resources.get(typeid(double)), ConfigError);
    EXPECT_EQ(
        refusal([&] { app.resource<int>([] { return 1; }); }), "resource int is registered twice"
    );
}

TEST(Resources, TheLastOneMadeGoesFirst) {
    struct Noted {
        Noted(std::string n, std::string& l) : name(std::move(n)), log(l) {}
        Noted(const Noted&) = delete;
        ~Noted() { log += name; }
        std::string name;
        std::string& log;
    };
    struct First : Noted {
        using Noted::Noted;
    };
    struct Second : Noted {
        using Noted::Noted;
    };
    std::string log;
    App app;
    app.resource<First>([&] { return std::make_unique<First>("1", log); });
    app.resource<Second>([&] { return std::make_unique<Second>("2", log); });
    const Settings settings;
    {
        Resources resources(app, settings);
        resources.get(typeid(First));
        resources.get(typeid(Second));
    }
    EXPECT_EQ(log, "21");
}

TEST(App, RoutersStandInTheOrderOfTheirRegistration) {
    App app;
    app.router([](const RoutedCall&) { return Json("first"); });
    app.router([](const RoutedCall&) { return Json("second"); });
    ASSERT_EQ(app.routers().size(), 2u);
    const Json none = Json::array(), nothing = Json::object();
    EXPECT_EQ(app.routers()[0]({"t", none, nothing, nothing}), "first");
    EXPECT_THROW(app.router({}), ConfigError);
}

}  // namespace
}  // namespace taskworker

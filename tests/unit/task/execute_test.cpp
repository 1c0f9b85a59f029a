#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "taskworker/taskworker.hpp"
#include "taskworker/testing.hpp"

namespace taskworker {
namespace {

using namespace std::chrono_literals;
using namespace literals;

struct GatewayError : std::runtime_error {
    using std::runtime_error::runtime_error;
};
struct Line {
    std::int64_t goods;
    double price;
};
TASKWORKER_FIELDS(Line, goods, price)

inline constexpr Task<int(int x, int y)> add{"shop.add", {"x", "y"}};
inline constexpr Task<Json(Args, Kwargs)> echo{"shop.echo"};
inline constexpr Task<double(std::vector<Line> goods)> total{"shop.total", {"goods"}};
inline constexpr Task<std::string(std::string how)> end{"shop.end", {"how"}};

std::string end_as(Context& ctx, const std::string& how) {
    if (how == "reject") throw Reject("no", true);
    if (how == "ignore") throw Ignore();
    if (how == "retry") throw ctx.retry({.countdown = 60s, .cause = GatewayError("busy")});
    if (how == "retry bare") throw ctx.retry();
    if (how == "gateway") throw GatewayError("503");
    if (how == "bad number") throw std::invalid_argument("12");
    if (how == "check") ctx.check();
    if (how == "memory") throw std::bad_alloc();
    if (how == "number") throw 42;
    if (how == "json") return ctx.request().headers.get<std::string>();
    return how;
}

struct Execute : ::testing::Test {
    App app;
    void given(TaskOptions options = {}) {
        app.task(add, [](int x, int y) { return x + y; });
        app.task(echo, [](const Args& args, const Kwargs& kwargs) {
            return Json{{"args", args.list}, {"kwargs", kwargs.dict}};
        });
        app.task(total, [](const std::vector<Line>& goods) {
            double sum = 0;
            for (const auto& line : goods) sum += line.price;
            return sum;
        });
        app.task(end, &end_as, std::move(options));
    }
    Outcome raw(const char* task, Json args, Json kwargs = Json::object()) {
        Request request;
        request.id = "id-1";
        request.task = task;
        request.args = std::move(args);
        request.kwargs = std::move(kwargs);
        return tw::testing::run(app, request);
    }
    Failure failure(const Outcome& outcome) { return std::get<Failure>(outcome); }
};

TEST_F(Execute, AResultComesWithItsTextAndItsRepr) {
    given();
    const auto success = std::get<Success>(testing::run(app, add, 2, 3));
    EXPECT_EQ(success.value, 5);
    EXPECT_EQ(success.encoded, "5");
    EXPECT_EQ(success.repr, "5");
    const auto echoed = std::get<Success>(testing::run(app, echo, 1, "a", "k"_arg = true));
    EXPECT_EQ(echoed.encoded, R"({"args": [1, "a"], "kwargs": {"k": true}})");
    EXPECT_EQ(echoed.repr, "{'args': [1, 'a'], 'kwargs': {'k': True}}");
}

TEST_F(Execute, WrongArgumentsArePythonsTypeError) {
    given();
    const auto missing = failure(raw("shop.add", Json::array({1})));
    EXPECT_EQ(missing.type, "TypeError");
    EXPECT_EQ(missing.module, "builtins");
    EXPECT_EQ(missing.message, "add() missing 1 required positional argument: 'y'");
    EXPECT_EQ(missing.args, Json::array({missing.message}));
    EXPECT_TRUE(missing.traceback.ends_with("\nTypeError: " + missing.message + "\n"));
    const auto wrong =
        failure(raw("shop.total", Json::array({Json::parse(R"([{"goods": 1, "price": "x"}])")})));
    EXPECT_EQ(wrong.type, "TypeError");
    EXPECT_EQ(wrong.message, "goods[0].price: expected float, got 'x'");
    EXPECT_EQ(
        failure(raw("shop.add", Json::array({1, true}))).message, "y: expected int, got True"
    );
}

TEST_F(Execute, WrongArgumentsAreNotRetried) {
    app.task("t", [](int n) { return n; }, {"n"}, {.autoretry_for = on<std::exception>()});
    EXPECT_EQ(failure(raw("t", Json::array({"x"}))).type, "TypeError");
    EXPECT_EQ(failure(raw("t", Json::array())).type, "TypeError");
}

TEST_F(Execute, AConversionErrorOfTheBodyItselfIsATypeErrorToo) {
    given();
    EXPECT_EQ(failure(testing::run(app, end, "json")).type, "TypeError");
}

TEST_F(Execute, RejectAndIgnoreEndAsTheySay) {
    given({.autoretry_for = on<std::exception>()});
    EXPECT_EQ(std::get<Rejected>(testing::run(app, end, "reject")), (Rejected{true, "no"}));
    EXPECT_EQ(std::get<Ignored>(testing::run(app, end, "ignore")), Ignored{});
}

TEST_F(Execute, ARetryCarriesItsCause) {
    given();
    const auto retry = std::get<RetryLater>(testing::run(app, end, "retry"));
    EXPECT_EQ(retry.countdown, Seconds(60));
    ASSERT_TRUE(retry.cause);
    EXPECT_EQ(retry.cause->type, "GatewayError");
    EXPECT_EQ(std::get<RetryLater>(testing::run(app, end, "retry bare")).cause, std::nullopt);
    Request last = testing::request(end, "retry");
    last.retries = 3;
    EXPECT_EQ(failure(testing::run(app, last)).type, "GatewayError");
}

TEST_F(Execute, AutoretryTakesWhatIsForItButWhatIsNot) {
    given(
        {.autoretry_for = on<std::exception>(),
         .dont_autoretry_for = on<std::invalid_argument>(),
         .retry_backoff = {.factor = 2s, .jitter = false}}
    );
    const auto retry = std::get<RetryLater>(testing::run(app, end, "gateway"));
    EXPECT_EQ(retry.countdown, Seconds(2));
    EXPECT_EQ(retry.cause->message, "503");
    EXPECT_EQ(failure(testing::run(app, end, "bad number")).type, "ValueError");
    Request last = testing::request(end, "gateway");
    last.retries = 3;
    EXPECT_EQ(failure(testing::run(app, last)).type, "GatewayError");
}

TEST_F(Execute, ADeclaredErrorIsExpected) {
    given({.throws = on<GatewayError>()});
    EXPECT_TRUE(failure(testing::run(app, end, "gateway")).expected);
    EXPECT_FALSE(failure(testing::run(app, end, "bad number")).expected);
}

TEST_F(Execute, WhateverIsThrownIsAFailure) {
    given();
    EXPECT_EQ(failure(testing::run(app, end, "memory")).type, "MemoryError");
    EXPECT_EQ(failure(testing::run(app, end, "number")).message, "unknown C++ exception");
}

TEST_F(Execute, AResultThatJsonCannotSayIsAnEncodeError) {
    app.task("t", [] { return Json(Json::binary({1, 2, 3})); });
    const auto refused = failure(raw("t", Json::array()));
    EXPECT_EQ(refused.type, "EncodeError");
    EXPECT_EQ(refused.module, "kombu.exceptions");
}

TEST_F(Execute, TheSoftLimitStrikesOnceAtTheNextCheck) {
    given();
    const auto run = testing::record(app, testing::request(end, "check"), Settings{}, true);
    EXPECT_EQ(failure(run.outcome).type, "SoftTimeLimitExceeded");
    app.task("aware", [](Context& ctx) {
        try {
            ctx.sleep(1h);
        } catch (const SoftTimeLimitExceeded&) {
            ctx.sleep(1ms);  // cleaning up: not struck again
            ctx.check();
            return ctx.stop_token().stop_requested() ? "soft" : "no token";
        }
        return "done";
    });
    Request request;
    request.task = "aware";
    EXPECT_EQ(
        std::get<Success>(testing::record(app, request, Settings{}, true).outcome).value, "soft"
    );
    EXPECT_FALSE(std::holds_alternative<Success>(testing::run(app, Request{})));
}

TEST_F(Execute, StatesEventsAndLogLinesAreSeen) {
    app.task("t", [](Context& ctx) {
        ctx.update_state("PROGRESS", {{"current", 1}});
        ctx.send_event("task-conformance", {{"n", 5}});
        ctx.log().warning("slow");
        ctx.log().debug("detail");
    });
    Request request;
    request.task = "t";
    const auto run = testing::record(app, request);
    EXPECT_EQ(std::get<Success>(run.outcome).encoded, "null");
    EXPECT_EQ(run.states.at(0).state, "PROGRESS");
    EXPECT_EQ(run.states.at(0).meta["current"], 1);
    EXPECT_EQ(run.events.at(0).type, "task-conformance");
    EXPECT_EQ(run.log, (std::vector<std::string>{"warning: slow", "debug: detail"}));
}

TEST_F(Execute, AnUnknownNameIsUnregistered) {
    Request request;
    request.task = "none";
    EXPECT_TRUE(std::holds_alternative<Unregistered>(testing::run(app, request)));
}

TEST_F(Execute, TheBodySeesItsRequestResourcesAndSettings) {
    app.resource<std::string>([](const Settings& settings) { return settings.task_default_queue; });
    app.task(
        "t",
        [](Context& ctx, std::optional<int> n) {
            return ctx.id() + "/" + std::to_string(ctx.retries()) + "/" +
                   ctx.resource<std::string>() + "/" + ctx.settings().worker_pool + "/" +
                   std::to_string(n.value_or(-1));
        },
        {"n"}
    );
    EXPECT_EQ(std::get<Success>(raw("t", Json::array())).value, "id-1/0/celery/prefork/-1");
    app.task("u", [](Context& ctx) { return ctx.resource<double>(); });
    EXPECT_EQ(failure(raw("u", Json::array())).type, "ConfigError");
}

TEST(RetryCause, ABaseClassReferenceIsTheWholeException) {
    std::exception_ptr cause;
    try {
        throw GatewayError("503");
    } catch (const std::exception& error) {
        cause = RetryCause(error).error();
    }
    EXPECT_THROW(std::rethrow_exception(cause), GatewayError);
}

TEST(Abi, AMismatchNamesWhatDiffers) {
    const std::string own = abi_stamp();
    EXPECT_EQ(abi_mismatch(own), "");
    std::string other = own;
    other.replace(
        other.find("sanitizer="),
        10 + other.substr(other.find("sanitizer=") + 10).find(';'),
        "sanitizer=purple"
    );
    EXPECT_EQ(abi_mismatch(other).substr(0, 44), "built with sanitizer purple, this worker wit");
    EXPECT_NE(abi_mismatch("").find("another taskworker"), std::string::npos);
    EXPECT_NE(abi_mismatch("garbage;;").find("another taskworker"), std::string::npos);
}

}  // namespace
}  // namespace taskworker

#include <gtest/gtest.h>

#include "taskworker/taskworker.hpp"
#include "taskworker/testing.hpp"

namespace taskworker {
namespace {

using namespace std::chrono_literals;

// Everything that can be told tells its name, in the order in which it is told.
struct Hooks : ::testing::Test {
    App app;
    std::vector<std::string> told;

    TaskOptions hooks() {
        return {
            .max_retries = 1,
            .before_start = [this](Context& ctx) { told.push_back("before_start " + ctx.id()); },
            .on_success = [this](
                              Context&, const Json& result
                          ) { told.push_back("on_success " + result.dump()); },
            .on_failure = [this](
                              Context&, const Failure& error
                          ) { told.push_back("on_failure " + error.type); },
            .on_retry =
                [this](Context&, const RetryLater& retry) {
                    told.push_back("on_retry " + (retry.cause ? retry.cause->type : "without"));
                },
            .after_return = [this](
                                Context&, const Outcome& ended
                            ) { told.push_back("after_return " + std::string(state_of(ended))); }};
    }
    void signals() {
        app.on(task_prerun, [this](Context& ctx) { told.push_back("task_prerun " + ctx.id()); });
        for (const auto& [signal, name] :
             {std::pair{task_success, "task_success"},
              std::pair{task_failure, "task_failure"},
              std::pair{task_retry, "task_retry"},
              std::pair{task_postrun, "task_postrun"}})
            app.on(signal, [this, name = std::string(name)](Context&, const Outcome& ended) {
                told.push_back(name + " " + std::string(state_of(ended)));
            });
    }
    testing::Run run(const char* task, Json args = Json::array(), int retries = 0) {
        Request request;
        request.id = "7";
        request.task = task;
        request.args = std::move(args);
        request.retries = retries;
        return testing::record(app, request);
    }
};

using Names = std::vector<std::string>;

TEST_F(Hooks, OfASuccessInCelerysOrder) {
    signals();
    app.task(
        "t", [this] { return told.push_back("body"), 5; }, hooks()
    );
    EXPECT_TRUE(std::holds_alternative<Success>(run("t").outcome));
    EXPECT_EQ(
        told,
        (Names{
            "task_prerun 7",
            "before_start 7",
            "body",
            "on_success 5",
            "task_success SUCCESS",
            "after_return SUCCESS",
            "task_postrun SUCCESS"})
    );
}

TEST_F(Hooks, OfAFailureInCelerysOrder) {
    signals();
    app.task(
        "t", []() -> int { throw TaskError("KeyError", "k"); }, hooks()
    );
    EXPECT_TRUE(std::holds_alternative<Failure>(run("t").outcome));
    EXPECT_EQ(
        told,
        (Names{
            "task_prerun 7",
            "before_start 7",
            "on_failure KeyError",
            "task_failure FAILURE",
            "after_return FAILURE",
            "task_postrun FAILURE"})
    );
}

TEST_F(Hooks, WrongArgumentsAreAFailureBehindBeforeStart) {
    app.task(
        "t", [](int) {}, {"n"}, hooks()
    );
    run("t");
    EXPECT_EQ(told, (Names{"before_start 7", "on_failure TypeError", "after_return FAILURE"}));
}

TEST_F(Hooks, OfARetryThereIsNoAfterReturn) {
    signals();
    app.task(
        "t",
        [](Context& ctx) -> int { throw ctx.retry({.cause = TaskError("KeyError", "k")}); },
        hooks()
    );
    EXPECT_TRUE(std::holds_alternative<RetryLater>(run("t").outcome));
    EXPECT_EQ(
        told,
        (Names{
            "task_prerun 7",
            "before_start 7",
            "on_retry KeyError",
            "task_retry RETRY",
            "task_postrun RETRY"})
    );
    told.clear();
    EXPECT_TRUE(std::holds_alternative<Failure>(run("t", Json::array(), 1).outcome));
    EXPECT_EQ(told.at(2), "on_failure KeyError");
}

TEST_F(Hooks, OfWhatWasIgnoredOrRejectedOnlyThePostrunIsTold) {
    signals();
    app.task(
        "ignored", []() -> int { throw Ignore(); }, hooks()
    );
    app.task(
        "rejected", []() -> int { throw Reject(); }, hooks()
    );
    run("ignored");
    run("rejected");
    EXPECT_EQ(
        told,
        (Names{
            "task_prerun 7",
            "before_start 7",
            "task_postrun IGNORED",
            "task_prerun 7",
            "before_start 7",
            "task_postrun REJECTED"})
    );
}

TEST_F(Hooks, WhatBeforeStartThrowsIsTheTasksFailure) {
    bool ran = false;
    app.task("t", [&] { ran = true; }, {.before_start = [](Context&) {
                 throw TaskError("OSError", "no disk");
             }});
    EXPECT_EQ(std::get<Failure>(run("t").outcome).type, "OSError");
    EXPECT_FALSE(ran);
}

TEST_F(Hooks, WhatTheOthersThrowIsLoggedAndChangesNothing) {
    app.on(task_prerun, [](Context&) { throw std::runtime_error("first"); });
    app.on(task_success, [](Context&, const Outcome&) { throw 42; });
    app.task(
        "t",
        [] { return 1; },
        {.on_success = [](Context&, const Json&) { throw std::runtime_error("second"); },
         .after_return = [this](Context&, const Outcome&) { told.push_back("after_return"); }}
    );
    const auto ran = run("t");
    EXPECT_TRUE(std::holds_alternative<Success>(ran.outcome));
    EXPECT_EQ(
        ran.log,
        (Names{
            "error: Exception raised outside body: task_prerun: first",
            "error: Exception raised outside body: on_success: second",
            "error: Exception raised outside body: task_success: an exception that is no "
            "std::exception"})
    );
    EXPECT_EQ(told, Names{"after_return"});
}

TEST_F(Hooks, SeeArgumentsAndResources) {
    struct Count {
        int n = 0;
    };
    app.resource<Count>([] { return Count{3}; });
    app.task("t", [](int n) { return n; }, {"n"}, {.on_success = [this](Context& ctx, const Json&) {
                 told.push_back(
                     ctx.request().args.dump() + std::to_string(ctx.resource<Count>().n)
                 );
             }});
    run("t", Json::array({4}));
    EXPECT_EQ(told, Names{"[4]3"});
}

TEST(StateOf, HasAWordForEveryEnd) {
    EXPECT_EQ(state_of(Outcome(Success{})), "SUCCESS");
    EXPECT_EQ(state_of(Outcome(Revoked{})), "REVOKED");
    EXPECT_EQ(state_of(Outcome(Unregistered{})), "FAILURE");
}

}  // namespace
}  // namespace taskworker

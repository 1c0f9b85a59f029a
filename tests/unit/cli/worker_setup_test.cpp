#include "cli/worker_setup.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

using Names = std::vector<std::string>;

// A session reads the environment; what the developer has set there is not meant.
class WorkerSetup : public ::testing::Test {
protected:
    WorkerSetup() {
        for (const auto* name : {"CELERY_APP", "CELERY_BROKER_URL", "CELERY_RESULT_BACKEND"})
            ::unsetenv(name);
    }
};

TEST_F(WorkerSetup, ConsumesTheDefaultQueueUnlessOthersAreNamed) {
    Settings settings;
    settings.task_default_queue = "main";
    EXPECT_EQ(queues_of({}, settings), Names{"main"});
    EXPECT_EQ(queues_of({.queues = {"b", "a"}}, settings), (Names{"b", "a"}));
}

TEST_F(WorkerSetup, ConsumesEachQueueOnceAndLeavesOutTheExcluded) {
    EXPECT_EQ(queues_of({.queues = {"a", "", "b", "a"}, .exclude_queues = {"b"}}, {}), Names{"a"});
    EXPECT_THROW(queues_of({.queues = {"a"}, .exclude_queues = {"a"}}, {}), ConfigError);
}

void register_nothing(App&) {}

TEST_F(WorkerSetup, GivesChildrenTheSameSettings) {
    GlobalOptions global;
    global.overrides = {{"worker_concurrency", "3", "-c"}, {"app.x", "a b", "--set"}};
    const Session session(global, &register_nothing, NeedsApp::Yes);
    const auto told = overrides_in(child_setup(global));
    ASSERT_EQ(told.size(), 2u);
    EXPECT_EQ(told[0].name, "worker_concurrency");
    EXPECT_EQ(told[0].text, "3");
    EXPECT_EQ(told[1].text, "a b");
}

TEST_F(WorkerSetup, ShowsNoSettingInTheArgumentsOfAChild) {
    GlobalOptions global;
    global.overrides = {{"broker_url", "redis://:hunter2@h/1", "-b"}};
    const Session session(global, &register_nothing, NeedsApp::Yes);
    EXPECT_EQ(child_arguments(global, session), Names{"pool-child"});
}

TEST_F(WorkerSetup, ReadsAutoscaleInAnyOrder) {
    EXPECT_EQ(autoscale_of({}), std::nullopt);
    for (const char* text : {"10,3", "3,10"}) {
        const auto scale = autoscale_of({.autoscale = text});
        ASSERT_TRUE(scale) << text;
        EXPECT_EQ(scale->max(), 10u);
        EXPECT_EQ(scale->min(), 3u);
    }
    EXPECT_EQ(autoscale_of({.autoscale = "4"})->min(), 0u);
    for (const char* text : {"x", "1,2,3", "0", "-1,2", "3,", "99999"})
        EXPECT_THROW(autoscale_of({.autoscale = text}), ConfigError) << text;
}

void register_two(App& app) {
    app.task("a", [] {});
    app.task("b", [] {});
    app.config({{"task_annotations", {{"a", {{"acks_late", true}}}}}});
}

TEST_F(WorkerSetup, AnnotatesTheTasksOfTheModule) {
    const Session session({}, &register_two, NeedsApp::Yes);
    EXPECT_EQ(session.app().find("a")->options.acks_late, true);
    EXPECT_EQ(session.app().find("b")->options.acks_late, std::nullopt);
}

TEST_F(WorkerSetup, BannerFactsHaveNoPasswordsAndTellThePoolAsItWillBe) {
    GlobalOptions global;
    global.overrides = {
        {"broker_url", "redis://u:hunter2@h/1", "-b"},
        {"worker_pool", "gevent", "-P"},
        {"worker_concurrency", "50", "-c"}};
    const Session session(global, &register_nothing, NeedsApp::Yes);
    const auto facts = banner_facts(session, {}, "w@h");
    EXPECT_EQ(facts.transport, "redis://u:**@h:6379/1");
    EXPECT_EQ(facts.results, "disabled://");
    EXPECT_EQ(facts.concurrency, "50 (threads)");
    EXPECT_FALSE(facts.show_tasks);
}

TEST_F(WorkerSetup, ExplainsWhatToDoWithoutAnApp) {
    try {
        const Session session({}, nullptr, NeedsApp::Yes);
        FAIL() << "there is no app";
    } catch (const ConfigError& error) {
        EXPECT_NE(std::string(error.what()).find("taskworker -A app worker"), std::string::npos);
    }
}

}  // namespace
}  // namespace taskworker

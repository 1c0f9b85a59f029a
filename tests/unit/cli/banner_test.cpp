#include "cli/banner.hpp"

#include <gtest/gtest.h>

namespace taskworker {
namespace {

BannerFacts facts() {
    BannerFacts facts;
    facts.node = "w1@h1";
    facts.version = "1.2.3";
    facts.platform = "Linux-6.1-x86_64";
    facts.time = "2024-05-01 10:00:00";
    facts.app = "app.so";
    facts.transport = "redis://:**@127.0.0.1:6379/0";
    facts.results = "disabled://";
    facts.concurrency = "2 (prefork)";
    facts.queues = {
        {.name = "celery", .bindings = {{"celery", "direct", "celery"}}},
        {.name = "sms", .bindings = {{"sms", "topic", "sms.#"}}}};
    facts.tasks = {"shop.sms", "celery.chord", "shop.banner"};
    return facts;
}

TEST(Banner, HasCelerysSections) {
    EXPECT_EQ(banner(facts(), false), R"(
  __            w1@h1 v1.2.3
 |  |  ______   Linux-6.1-x86_64 2024-05-01 10:00:00
 |  | |      |
 |  | | .--. |  [config]
 |  | | |tw| |  .> app:         app.so
 |  | | '--' |  .> transport:   redis://:**@127.0.0.1:6379/0
 |  | |______|  .> results:     disabled://
 |  |_________  .> concurrency: 2 (prefork)
 |____________  .> task events: OFF (enable -E to monitor tasks in this worker)
  (_)     (_)
                [queues]
                .> celery           exchange=celery(direct) key=celery
                .> sms              exchange=sms(topic) key=sms.#

)");
}

TEST(Banner, ListsTasksAtInfoAndBuiltInOnesAtDebug) {
    auto shown = facts();
    EXPECT_EQ(banner(shown, false).find("[tasks]"), std::string::npos);
    shown.show_tasks = true;
    EXPECT_NE(
        banner(shown, false).find("\n[tasks]\n  . shop.banner\n  . shop.sms\n"), std::string::npos
    );
    shown.show_builtin_tasks = true;
    EXPECT_NE(banner(shown, false).find("  . celery.chord\n"), std::string::npos);
}

TEST(Banner, IsColouredOnRequestOnly) {
    EXPECT_EQ(banner(facts(), false).find('\x1b'), std::string::npos);
    EXPECT_NE(banner(facts(), true).find('\x1b'), std::string::npos);
}

TEST(Banner, SaysThatEventsAreOn) {
    auto shown = facts();
    shown.task_events = true;
    EXPECT_NE(banner(shown, false).find(".> task events: ON\n"), std::string::npos);
}

}  // namespace
}  // namespace taskworker

#include "observe/metrics.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "observe/metrics_http.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

Event told(Event::Type type, const char* name = "shop.add") {
    Event event{.type = type};
    event.name = name;
    event.queue = "sms";
    return event;
}

struct MetricsTest : ::testing::Test {
    Metrics metrics{
        "w1@box", {"shop.add"}, [] { return Metrics::Now{.active = 3, .since_last_fetch = 1.5}; }};
    bool says(const std::string& line) const {
        return metrics.text().find(line + "\n") != std::string::npos;
    }
};

TEST_F(MetricsTest, CountsUnderTheNamesOfCeleryExporter) {
    metrics.on(told(Event::Type::TaskReceived));
    metrics.on(told(Event::Type::TaskReceived));
    auto ended = told(Event::Type::TaskSucceeded);
    ended.runtime = 0.02;
    metrics.on(ended);
    EXPECT_TRUE(
        says(R"(celery_task_received_total{hostname="box",name="shop.add",queue_name="sms"} 2)")
    ) << metrics.text();
    EXPECT_TRUE(says(
        R"(celery_task_runtime_bucket{hostname="box",name="shop.add",queue_name="sms",le="0.025"} 1)"
    ));
    EXPECT_TRUE(says(
        R"(celery_task_runtime_bucket{hostname="box",name="shop.add",queue_name="sms",le="0.01"} 0)"
    ));
}

TEST_F(MetricsTest, AFailureIsCountedByItsException) {
    auto failed = told(Event::Type::TaskFailed);
    failed.exception = "ValueError('boom (x)')";
    metrics.on(failed);
    EXPECT_TRUE(says(
        R"(celery_task_failed_total{exception="ValueError",hostname="box",name="shop.add",queue_name="sms"} 1)"
    )) << metrics.text();
}

TEST_F(MetricsTest, StrangersNamesShareOneSeries) {
    for (int i = 0; i < 1000; ++i)
        metrics.on(told(Event::Type::TaskReceived, std::to_string(i).c_str()));
    EXPECT_TRUE(
        says(R"(celery_task_received_total{hostname="box",name="other",queue_name="sms"} 1000)")
    );
}

TEST_F(MetricsTest, WhatMayHappenToATaskBeginsAtZero) {
    metrics.on(told(Event::Type::TaskReceived));
    for (const auto* state : {"started", "succeeded", "retried", "rejected", "revoked"})
        EXPECT_TRUE(says(fmt::format(
            R"(celery_task_{}_total{{hostname="box",name="shop.add",queue_name="sms"}} 0)", state
        ))) << metrics.text();
    EXPECT_TRUE(says(R"(taskworker_leases_lost_total{hostname="box",worker="w1@box"} 0)"));
}

TEST_F(MetricsTest, StrangersQueuesShareOneSeries) {
    for (int i = 0; i < 1000; ++i) {
        auto sent = told(Event::Type::TaskSent);
        sent.queue = std::to_string(i);
        metrics.on(sent);
    }
    EXPECT_TRUE(
        says(R"(celery_task_sent_total{hostname="box",name="shop.add",queue_name="other"} 800)")
    ) << metrics.text();
}

TEST(Metrics, TellsOfTheQueuesThatAreConsumed) {
    Metrics metrics("w1@box", {}, [] {
        return Metrics::Now{.processes = 4, .queues = {{"sms", 7}, {"mail", std::nullopt}}};
    });
    const auto text = metrics.text();
    for (const auto* line :
         {R"(celery_queue_length{queue_name="sms"} 7)",
          R"(celery_active_consumer_count{queue_name="sms"} 1)",
          R"(celery_active_worker_count{queue_name="mail"} 1)",
          R"(celery_active_process_count{queue_name="mail"} 4)"})
        EXPECT_NE(text.find(std::string(line) + "\n"), text.npos) << text;
    EXPECT_EQ(text.find(R"(celery_queue_length{queue_name="mail"})"), text.npos);
}

TEST_F(MetricsTest, TellsWhatIsNow) {
    EXPECT_TRUE(says(R"(celery_worker_tasks_active{hostname="box",worker="w1@box"} 3)"));
    EXPECT_TRUE(says(R"(taskworker_last_fetch_seconds{hostname="box",worker="w1@box"} 1.5)"));
    EXPECT_TRUE(says(R"(celery_worker_up{hostname="box",worker="w1@box"} 1)"));
}

TEST(MetricsHttp, RefusesWhatIsNoAddressOrIsTaken) {
    const auto good = [] { return MetricsHttp::Health{}; };
    const MetricsHttp::Pages pages{[] { return std::string(); }, good, good, good};
    for (const auto* text : {"", "x", "127.0.0.1:", "127.0.0.1:70000", "1:2:3x"})
        EXPECT_THROW(MetricsHttp(text, pages), ConfigError) << text;
    const MetricsHttp first("0", pages);
    EXPECT_GT(first.port(), 0);
}

}  // namespace
}  // namespace taskworker

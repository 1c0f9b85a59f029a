#include <mutex>

#include "base/log.hpp"
#include "base/log_format.hpp"
#include "unit/pool/fixture.hpp"

namespace taskworker::testing_pool {
namespace {

class ChildOutput : public PoolTest {};

TEST_F(ChildOutput, WhatTasksPrintIsLoggedInTheNameOfTheTaskThatPrintedIt) {
    std::mutex mutex;
    std::vector<std::string> lines;
    log::start(
        {.level = log::Level::Warning,
         .format = std::make_shared<const log::LineFormat>(
             "%(levelname)s/%(processName)s/%(name)s %(task_name)s[%(task_id)s] %(message)s"
         ),
         .asynchronous = false,
         .sink =
             [&](auto, auto text) {
                 const std::lock_guard lock(mutex);
                 lines.emplace_back(text);
             }}
    );
    auto options = child_options(1);
    options.output_level = log::Level::Error;
    start_children(options);
    std::vector<std::string> tasks;
    for (int i = 1; i <= 20; ++i) tasks.push_back("print:n" + std::to_string(i));
    submit(tasks);
    ASSERT_TRUE(told_.wait_for_ends(20));
    pool_->stop(never());
    log::stop();
    ASSERT_EQ(lines.size(), 60u);
    for (std::size_t i = 0; i < 20; ++i) {
        const auto n = std::to_string(i + 1);
        const auto head = "ERROR/ForkPoolWorker-1/celery.redirected print:n" + n + "[" + n + "] ";
        EXPECT_EQ(lines[3 * i], head + "n" + n);
        EXPECT_EQ(lines[3 * i + 1], head + "bad n" + n);
        EXPECT_EQ(lines[3 * i + 2], head + "last n" + n);
    }
}

TEST_F(ChildOutput, TheLastWordsOfAProcessAreLogged) {
    std::mutex mutex;
    std::string lines;
    log::start({.level = log::Level::Warning, .asynchronous = false, .sink = [&](auto, auto text) {
                    const std::lock_guard lock(mutex);
                    lines += text;
                }});
    auto options = child_options(1);
    options.output_level = log::Level::Warning;
    start_children(options);
    submit({"cry:help"});
    ASSERT_TRUE(told_.wait_for_ends(1));
    log::stop();
    EXPECT_NE(lines.find("WARNING/ForkPoolWorker-1] help"), std::string::npos) << lines;
}

}  // namespace
}  // namespace taskworker::testing_pool

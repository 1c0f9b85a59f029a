#include "base/log_files.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/log.hpp"
#include "base/log_format.hpp"

namespace taskworker::log {
namespace {

namespace fs = std::filesystem;

class LogFilesTest : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (fs::temp_directory_path() / "tw-log-XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        folder_ = name;
    }
    void TearDown() override {
        log::stop();
        fs::remove_all(folder_);
    }
    std::string path(const std::string& name) const { return (folder_ / name).string(); }
    std::string text(const std::string& name) const {
        std::ifstream in(folder_ / name);
        std::ostringstream all;
        all << in.rdbuf();
        return all.str();
    }
    fs::path folder_;
};

TEST_F(LogFilesTest, WriteToOneFilePerProcessWhenTheirNamesDiffer) {
    LogFiles files([this](int index) { return path("w" + std::to_string(index) + ".log"); });
    EXPECT_TRUE(files.append(0, "main\n"));
    EXPECT_TRUE(files.append(2, "child\n"));
    EXPECT_TRUE(files.append(0, "again\n"));
    EXPECT_EQ(text("w0.log"), "main\nagain\n");
    EXPECT_EQ(text("w2.log"), "child\n");
}

TEST_F(LogFilesTest, FollowAFileThatWasMovedAway) {
    LogFiles files([this](int) { return path("w.log"); });
    files.append(0, "one\n");
    fs::rename(folder_ / "w.log", folder_ / "w.log.1");
    files.append(0, "two\n");
    EXPECT_EQ(text("w.log.1"), "one\n");
    EXPECT_EQ(text("w.log"), "two\n");
}

TEST_F(LogFilesTest, SayWhenAFileCannotBeOpened) {
    LogFiles files([this](int) { return path("no/such/folder/w.log"); });
    EXPECT_FALSE(files.append(0, "x\n"));
}

TEST_F(LogFilesTest, GetTheLinesOfAProcessByItsIndex) {
    log::start(
        {.level = Level::Info,
         .file = [this](int index) { return path(std::to_string(index) + ".log"); },
         .format = std::make_shared<const LineFormat>("%(process)d %(processName)s %(message)s"),
         .task_format = std::make_shared<const LineFormat>("%(task_name)s: %(message)s")}
    );
    log::know_process("ForkPoolWorker-7", 4711, 1);
    log::write_as(Level::Info, "ForkPoolWorker-7", "hello");
    log::task(Level::Info, "ForkPoolWorker-7", "shop.sms", "id", "from a task");
    log::forget_process("ForkPoolWorker-7");
    log::info("main");
    log::flush();
    EXPECT_EQ(text("1.log"), "4711 ForkPoolWorker-7 hello\nshop.sms: from a task\n");
    EXPECT_EQ(text("0.log"), std::to_string(::getpid()) + " MainProcess main\n");
}

TEST_F(LogFilesTest, AreOpenedAnewWhenAsked) {
    log::start({.level = Level::Info, .file = [this](int) { return path("w.log"); }});
    log::info("one");
    log::flush();
    fs::rename(folder_ / "w.log", folder_ / "w.log.1");
    log::reopen();
    log::info("two");
    log::stop();
    EXPECT_NE(text("w.log.1").find("one"), std::string::npos);
    EXPECT_NE(text("w.log").find("two"), std::string::npos);
}

}  // namespace
}  // namespace taskworker::log

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/daemon.hpp"

namespace taskworker {
namespace {

namespace fs = std::filesystem;

class PidfileTest : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (fs::temp_directory_path() / "tw-pid-XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        folder_ = name;
        path_ = name + "/w.pid";
    }
    void TearDown() override { fs::remove_all(folder_); }
    void write(const std::string& text) const { std::ofstream(path_) << text; }
    std::string text() const {
        std::ostringstream all;
        all << std::ifstream(path_).rdbuf();
        return all.str();
    }
    fs::path folder_;
    std::string path_;
};

TEST_F(PidfileTest, HoldsOurIdAndGoesWithUs) {
    {
        const Pidfile file(path_);
        EXPECT_EQ(text(), std::to_string(::getpid()) + "\n");
    }
    EXPECT_FALSE(fs::exists(path_));
}

TEST_F(PidfileTest, OfALivingProcessIsLeftAlone) {
    write(std::to_string(::getppid()) + "\n");
    EXPECT_THROW(Pidfile{path_}, PidfileTaken);
    EXPECT_EQ(text(), std::to_string(::getppid()) + "\n");
}

TEST_F(PidfileTest, OfADeadProcessOrOfNobodyIsTakenOver) {
    for (const auto* old : {"999999999\n", "", "abc\n", "12", "-1\n", "99999999999999999999\n"}) {
        write(old);
        const Pidfile file(path_);
        EXPECT_EQ(text(), std::to_string(::getpid()) + "\n") << old;
    }
}

TEST_F(PidfileTest, WithOurOwnIdIsOurs) {  // in a container everybody is 1
    write(std::to_string(::getpid()) + "\n");
    EXPECT_NO_THROW(Pidfile{path_});
}

TEST_F(PidfileTest, ThatSomebodyElseHasWrittenMeanwhileStays) {
    {
        const Pidfile file(path_);
        write("1\n");
    }
    EXPECT_EQ(text(), "1\n");
}

TEST_F(PidfileTest, ThatCannotBeWrittenIsAMistake) {
    EXPECT_THROW(Pidfile{"/no/such/folder/w.pid"}, ConfigError);
}

}  // namespace
}  // namespace taskworker

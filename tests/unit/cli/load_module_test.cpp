#include "cli/load_module.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

namespace fs = std::filesystem;

class FindModule : public ::testing::Test {
protected:
    FindModule() {
        std::string name = (fs::temp_directory_path() / "tw-module-XXXXXX").string();
        root_ = ::mkdtemp(name.data());
        fs::create_directories(root_ / "here" / "build" / "tasks");
        fs::create_directories(root_ / "here" / "tasks");
        fs::create_directories(root_ / "one");
        fs::create_directories(root_ / "two");
        fs::create_directories(root_ / "installed");
        places_ = {
            .path = (root_ / "one").string() + "::" + (root_ / "two").string(),
            .directory = root_ / "here",
            .installed = root_ / "installed"};
    }
    ~FindModule() override { fs::remove_all(root_); }

    void make(const char* path) { std::ofstream(root_ / path) << "x"; }
    std::string found(const char* name) const {
        return fs::relative(find_module(name, places_), root_).string();
    }
    std::string error_of(const char* name) const {
        try {
            find_module(name, places_);
            return "no error";
        } catch (const ConfigError& error) {
            std::string text = error.what();
            for (auto at = text.find(root_.string()); at != std::string::npos;
                 at = text.find(root_.string()))
                text.replace(at, root_.string().size(), "ROOT");
            return text;
        }
    }

    fs::path root_;
    ModulePlaces places_;
};

TEST_F(FindModule, LooksInEachPlaceInTurn) {
    make("installed/app.so");
    EXPECT_EQ(found("app"), "installed/app.so");
    make("here/build/tasks/app.so");
    EXPECT_EQ(found("app"), "here/build/tasks/app.so");
    make("here/tasks/libapp.so");
    EXPECT_EQ(found("app"), "here/tasks/libapp.so");
    make("here/app.so");
    EXPECT_EQ(found("app"), "here/app.so");
    make("two/app.so");
    EXPECT_EQ(found("app"), "two/app.so");
    make("one/libapp.so");
    EXPECT_EQ(found("app"), "one/libapp.so");
}

TEST_F(FindModule, PrefersTheNameWithoutLib) {
    make("here/libapp.so");
    make("here/app.so");
    EXPECT_EQ(found("app"), "here/app.so");
}

TEST_F(FindModule, TakesAPathAsItIs) {
    make("two/app.so");
    make("here/mine.so");
    EXPECT_EQ(find_module((root_ / "two/app.so").string(), places_), root_ / "two/app.so");
    EXPECT_EQ(find_module("../two/app.so", places_), root_ / "here/../two/app.so");
    EXPECT_EQ(found("mine.so"), "here/mine.so");
    EXPECT_EQ(error_of("./app.so"), "-A ./app.so: no such file (looked for ROOT/here/./app.so)");
}

TEST_F(FindModule, ListsWhereItLookedAndWhatWasMeant) {
    make("here/tasks/libshop.so");
    EXPECT_EQ(
        error_of("shpo"),
        "-A shpo: no module of this name, did you mean shop? (looked for shpo.so and libshpo.so in "
        "ROOT/one, ROOT/two, ROOT/here, ROOT/here/tasks, ROOT/here/build/tasks, ROOT/installed; "
        "TASKWORKER_PATH adds directories)"
    );
}

TEST_F(FindModule, DoesNotTakeADirectoryForAModule) {
    fs::create_directories(root_ / "here" / "app.so");
    EXPECT_THROW(find_module("app", places_), ConfigError);
    EXPECT_THROW(find_module("", places_), ConfigError);
}

TEST_F(FindModule, ReportsWhatTheLoaderSays) {
    make("here/app.so");
    App app;
    try {
        load_module(root_ / "here/app.so", app);
        FAIL() << "a text file was loaded";
    } catch (const ConfigError& error) {
        EXPECT_NE(std::string(error.what()).find("cannot load the module: "), std::string::npos);
        EXPECT_NE(std::string(error.what()).find("app.so"), std::string::npos);
    }
}

TEST(LoadModule, RefusesALibraryThatIsNoModule) {
    App app;
    try {
        load_module("/lib/x86_64-linux-gnu/libm.so.6", app);
        FAIL() << "libm was taken for a module";
    } catch (const ConfigError& error) {
        if (std::string(error.what()).find("cannot load") != std::string::npos)
            GTEST_SKIP() << "libm is elsewhere on this machine";
        EXPECT_NE(std::string(error.what()).find("no task module"), std::string::npos);
    }
}

}  // namespace
}  // namespace taskworker

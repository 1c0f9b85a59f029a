#include "cli/load_config.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

namespace fs = std::filesystem;

class LoadConfig : public ::testing::Test {
protected:
    LoadConfig() {
        std::string name = (fs::temp_directory_path() / "tw-config-XXXXXX").string();
        directory_ = ::mkdtemp(name.data());
    }
    ~LoadConfig() override { fs::remove_all(directory_); }

    fs::path write(const std::string& text, const char* name = "taskworker.toml") {
        std::ofstream(directory_ / name) << text;
        return directory_ / name;
    }
    ConfigSources sources() const { return {.directory = directory_}; }
    // The error's text with the directory of this test cut out.
    std::string error_of(const ConfigSources& given) const {
        try {
            load_config(given);
            return "no error";
        } catch (const ConfigError& error) {
            std::string text = error.what();
            const auto prefix = directory_.string() + "/";
            if (const auto at = text.find(prefix); at != std::string::npos)
                text.erase(at, prefix.size());
            EXPECT_EQ(text.find('\n'), std::string::npos) << text;
            return text;
        }
    }
    std::string error_of_file(const std::string& text) {
        write(text);
        return error_of(sources());
    }

    fs::path directory_;
};

TEST_F(LoadConfig, StartsFromTheDefaults) {
    const auto loaded = load_config(sources());
    EXPECT_EQ(loaded.settings.task_default_queue, "celery");
    EXPECT_EQ(loaded.layer_of("task_default_queue"), Layer::Default);
    EXPECT_TRUE(loaded.warnings.empty());
}

TEST_F(LoadConfig, LetsEachLayerWinOverTheOnesBelowItAndRemembersWhichOneDid) {
    auto given = sources();
    given.module = {
        {Json{{"task_default_queue", "m"}, {"worker_concurrency", 1}, {"task_acks_late", true}}}};
    write("task_default_queue = 'f'\nworker_concurrency = 2\nresult_extended = true\n");
    given.environment = {{"CELERY_TASK_DEFAULT_QUEUE", "e"}, {"CELERY_WORKER_POOL", "threads"}};
    given.command_line = {{"task_default_queue", "c", "--set"}};
    const auto loaded = load_config(given);
    EXPECT_EQ(loaded.settings.task_default_queue, "c");
    EXPECT_EQ(loaded.layer_of("task_default_queue"), Layer::CommandLine);
    EXPECT_EQ(loaded.settings.worker_pool, "threads");
    EXPECT_EQ(loaded.layer_of("worker_pool"), Layer::Environment);
    EXPECT_EQ(loaded.settings.worker_concurrency, 2);
    EXPECT_EQ(loaded.layer_of("worker_concurrency"), Layer::File);
    EXPECT_TRUE(loaded.settings.task_acks_late);
    EXPECT_EQ(loaded.layer_of("task_acks_late"), Layer::Module);
}

TEST_F(LoadConfig, ReadsTheTwoVariablesThatEverybodySets) {
    auto given = sources();
    given.environment = {
        {"CELERY_BROKER_URL", "redis://b:1/2"}, {"CELERY_RESULT_BACKEND", "redis://r:3/4"}};
    const auto loaded = load_config(given);
    EXPECT_EQ(loaded.settings.broker_url, "redis://b:1/2");
    EXPECT_EQ(loaded.settings.result_backend, "redis://r:3/4");
}

TEST_F(LoadConfig, ReadsNestedValuesFromTheEnvironmentAsJson) {
    auto given = sources();
    given.environment = {
        {"CELERY_BROKER_TRANSPORT_OPTIONS", R"({"visibility_timeout": 60})"},
        {"CELERY_ACCEPT_CONTENT", "json,yaml"},
        {"CELERY_RESULT_EXPIRES", "null"}};
    const auto loaded = load_config(given);
    EXPECT_EQ(loaded.settings.broker_transport_options["visibility_timeout"], Json(60));
    EXPECT_EQ(loaded.settings.accept_content, (std::vector<std::string>{"json", "yaml"}));
    EXPECT_EQ(loaded.settings.result_expires, std::nullopt);
}

TEST_F(LoadConfig, TakesAnEmptyVariableAsNotSet) {
    auto given = sources();
    given.environment = {{"CELERY_BROKER_URL", ""}};
    EXPECT_EQ(load_config(given).settings.broker_url, Settings().broker_url);
}

TEST_F(LoadConfig, WarnsOnceOfVariablesThatNobodyKnows) {
    auto given = sources();
    given.environment = {{"CELERYD_NODES", "w1"}, {"CELERY_BIN", "/usr/bin/celery"}, {"HOME", "/"}};
    const auto loaded = load_config(given);
    ASSERT_EQ(loaded.warnings.size(), 1u);
    EXPECT_EQ(
        loaded.warnings[0], "environment: no such setting, passed over: CELERYD_NODES, CELERY_BIN"
    );
}

TEST_F(LoadConfig, ReadsTheAppsOwnTableWithItsKinds) {
    auto given = sources();
    given.module = {{Json{{"app", {{"gateway", "none"}, {"limit", 1}}}}}};
    write("[app]\ngateway = 'http://sms'\nretries = 3\nratio = 0.5\nsince = 2024-05-01\n");
    given.command_line = {{"app.debug", "true", "--set"}};
    const auto& app = load_config(given).settings.app;
    EXPECT_EQ(app["gateway"], Json("http://sms"));
    EXPECT_EQ(app["limit"], Json(1));
    EXPECT_EQ(app["retries"], Json(3));
    EXPECT_EQ(app["ratio"], Json(0.5));
    EXPECT_EQ(app["since"], Json("2024-05-01"));
    EXPECT_EQ(app["debug"], Json(true));
}

TEST_F(LoadConfig, ReadsNestedTablesOfTheFile) {
    write("[broker_transport_options]\nvisibility_timeout = 60\npriority_steps = [0, 5]\n");
    const auto options = load_config(sources()).settings.broker_transport_options;
    EXPECT_EQ(options["visibility_timeout"], Json(60));
    EXPECT_EQ(options["priority_steps"], Json::array({0, 5}));
}

TEST_F(LoadConfig, PassesOverForeignNamesOnlyWhereTheModuleSaysSo) {
    auto given = sources();
    given.module = {{Json{{"colour", "red"}, {"task_acks_late", true}}, unknown::ignore}};
    EXPECT_TRUE(load_config(given).settings.task_acks_late);
    given.module[0].names = unknown::refuse;
    EXPECT_EQ(error_of(given), "colour (app.config()): no such setting");
}

TEST_F(LoadConfig, RefusesBadValuesOfKnownNamesInAForeignSetToo) {
    auto given = sources();
    given.module = {{Json{{"task_acks_late", "yes"}}, unknown::ignore}};
    EXPECT_EQ(error_of(given), "task_acks_late = \"yes\" (app.config()): must be true or false");
}

TEST_F(LoadConfig, SaysWhichNameOfTheFileIsUnknownWhereAndWhatWasMeant) {
    EXPECT_EQ(
        error_of_file("task_acks_late = true\nworker_concurency = 3\n"),
        "worker_concurency (taskworker.toml:2): no such setting, did you mean worker_concurrency?"
    );
    EXPECT_EQ(
        error_of_file("CELERY_TASK_ACKS_LATE = true\n"),
        "CELERY_TASK_ACKS_LATE (taskworker.toml:1): no such setting, did you mean task_acks_late?"
    );
}

TEST_F(LoadConfig, SaysWhichValueBreaksWhichRule) {
    EXPECT_EQ(
        error_of_file("\nworker_concurrency = 'many'\n"),
        "worker_concurrency = \"many\" (taskworker.toml:2): must be a whole number"
    );
    auto given = sources();
    fs::remove(directory_ / "taskworker.toml");
    given.environment = {{"CELERY_WORKER_CONCURRENCY", "many"}};
    EXPECT_EQ(
        error_of(given),
        "worker_concurrency = \"many\" (environment CELERY_WORKER_CONCURRENCY): must be a whole "
        "number"
    );
    given.environment = {};
    given.command_line = {{"worker_concurrency", "0", "-c"}};
    EXPECT_EQ(
        error_of(given), "worker_concurrency = \"0\" (-c): must be a whole number from 1 to 10000"
    );
    given.command_line = {{"worker_log_colour", "red", "--set"}};
    EXPECT_EQ(
        error_of(given),
        "worker_log_colour (--set): no such setting, did you mean worker_log_color?"
    );
    given.command_line = {{"task_serializer", "pickle", "--set"}};
    EXPECT_EQ(
        error_of(given), "task_serializer = \"pickle\" (--set): must be one of json, yaml, msgpack"
    );
}

TEST_F(LoadConfig, NeverShowsAPassword) {
    auto given = sources();
    for (const std::string text :
         {"redis://:hunter2@h:bad/0",
          "http://u:hunter2@h",
          "redis://u:hunter2@h:1;redis://u:hunter2@g:bad"}) {
        given.environment = {{"CELERY_BROKER_URL", text}};
        EXPECT_EQ(error_of(given).find("hunter2"), std::string::npos) << error_of(given);
    }
    EXPECT_EQ(
        error_of(given),
        "broker_url = \"redis://u:**@h:1;redis://u:**@g:bad\" (environment CELERY_BROKER_URL): "
        "redis://u:**@g:bad: the port must be a number from 1 to 65535"
    );
    given.environment = {};
    given.module = {{Json{{"broker_url", Json::array({"redis://:hunter2@h:bad"})}}}};
    EXPECT_EQ(error_of(given).find("hunter2"), std::string::npos) << error_of(given);
}

TEST_F(LoadConfig, ChecksTheTransportOptionsBeforeAnythingConnects) {
    EXPECT_NE(
        error_of_file("[broker_transport_options]\nvisibility_timeout = 'long'\n")
            .find("visibility_timeout"),
        std::string::npos
    );
}

TEST_F(LoadConfig, SaysWhereTheFileIsNotToml) {
    EXPECT_EQ(error_of_file("task_acks_late = \n").substr(0, 18), "taskworker.toml:1:");
    EXPECT_EQ(error_of_file("app = 3\n"), "app (taskworker.toml:1): must be a table, [app]");
}

TEST_F(LoadConfig, WantsTheFileThatWasNamedToBeThere) {
    auto given = sources();
    given.file = directory_ / "other.toml";
    EXPECT_EQ(error_of(given), "other.toml: cannot be read");
    write("task_default_queue = 'x'\n", "other.toml");
    write("task_default_queue = 'y'\n");
    EXPECT_EQ(load_config(given).settings.task_default_queue, "x");
}

TEST(DottedOverride, ReadsCelerysSpellings) {
    const auto name_and_text = [](std::string_view token) -> std::string {
        const auto read = parse_dotted_override(token);
        return read ? read->name + "=" + read->text : "-";
    };
    EXPECT_EQ(name_and_text("task.acks_late=1"), "task_acks_late=1");
    EXPECT_EQ(name_and_text("task_acks_late=1"), "task_acks_late=1");
    EXPECT_EQ(name_and_text("Task.Acks_Late=1"), "task_acks_late=1");
    EXPECT_EQ(name_and_text(".lost_wait=5"), "worker_lost_wait=5");
    EXPECT_EQ(name_and_text("accept_content=(json)[\"json\"]"), "accept_content=[\"json\"]");
    EXPECT_EQ(name_and_text("app.Gateway=x"), "app.Gateway=x");
    EXPECT_EQ(name_and_text("task.acks_late"), "-");
    EXPECT_EQ(name_and_text("--set=x.y=1"), "-");
    EXPECT_EQ(name_and_text("plain=1"), "-");
    EXPECT_EQ(name_and_text("redis://h/?a=b"), "-");
}

TEST(ParseSet, WantsANameAndAValue) {
    EXPECT_EQ(parse_set("a=b=c").name, "a");
    EXPECT_EQ(parse_set("a=b=c").text, "b=c");
    EXPECT_THROW(parse_set("a"), ConfigError);
    EXPECT_THROW(parse_set("=1"), ConfigError);
}

}  // namespace
}  // namespace taskworker

#include "cli/settings_table.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <set>
#include <sstream>

#include "message/python_json.hpp"

namespace taskworker {
namespace {

using Standing = Setting::Standing;

Broken give(const char* name, const Json& value) {
    const auto* setting = find_setting(name);
    if (!setting) return "no such setting";
    Settings settings;
    return assign(*setting, settings, value);
}

TEST(SettingsTable, HasEachNameOnceAndSomethingToSayAboutIt) {
    std::set<std::string_view> names;
    for (const auto& setting : settings_table()) {
        EXPECT_TRUE(names.insert(setting.name).second) << setting.name;
        EXPECT_FALSE(setting.help.empty()) << setting.name;
        EXPECT_TRUE(setting.standing != Standing::Used || setting.assign) << setting.name;
    }
    EXPECT_GT(names.size(), 160u);
}

TEST(SettingsTable, TakesEveryDefaultAndNull) {
    for (const auto& setting : settings_table()) {
        Settings settings;
        const auto fallback = parse_json(default_of(setting));
        ASSERT_TRUE(std::holds_alternative<Json>(fallback)) << setting.name;
        EXPECT_EQ(assign(setting, settings, std::get<Json>(fallback)), std::nullopt)
            << setting.name;
        EXPECT_EQ(assign(setting, settings, Json()), std::nullopt) << setting.name;
    }
}

TEST(SettingsTable, ReadsBackWhatWasAssigned) {
    Settings settings;
    const auto* setting = find_setting("task_time_limit");
    EXPECT_EQ(assign(*setting, settings, 2.5), std::nullopt);
    EXPECT_EQ(settings.task_time_limit, Seconds(2.5));
    EXPECT_EQ(setting->read(settings), Json(2.5));
}

TEST(SettingsTable, TakesZeroAsNoneWhereCeleryDoes) {
    for (const auto* name : {"result_expires", "task_time_limit", "worker_max_tasks_per_child"}) {
        Settings settings;
        EXPECT_EQ(assign(*find_setting(name), settings, 0), std::nullopt) << name;
        EXPECT_EQ(find_setting(name)->read(settings), Json()) << name;
    }
}

TEST(SettingsTable, NamesTheRuleThatAValueBreaks) {
    EXPECT_EQ(give("worker_concurrency", 0), "must be a whole number from 1 to 10000");
    EXPECT_EQ(give("worker_prefetch_multiplier", -1), "must be a whole number of at least 0");
    EXPECT_EQ(
        give("worker_pool", "fork"),
        "must be one of prefork, processes, threads, solo, eventlet, gevent"
    );
    EXPECT_EQ(give("worker_unknown_tasks", "drop"), "must be one of dead_letter, celery");
    EXPECT_EQ(give("task_default_rate_limit", "fast"), "must be a rate like 10, 4/s, 100/m or 2/h");
    EXPECT_EQ(give("task_default_queue", ""), "must not be empty");
    EXPECT_EQ(give("broker_connection_timeout", 0), "must be a number of seconds above 0");
    EXPECT_EQ(give("task_default_priority", 300), "must be a whole number from 0 to 255");
    EXPECT_EQ(give("accept_content", "json"), "must be a list of strings");
}

TEST(SettingsTable, ChecksUrlsEarlyAndShowsNoPassword) {
    const auto broken = give("broker_url", "redis://:hunter2@h:99999/0");
    ASSERT_TRUE(broken);
    EXPECT_EQ(*broken, "the port must be a number from 1 to 65535");
    EXPECT_TRUE(give("result_backend", "db+sqlite:///x"));
    EXPECT_EQ(give("result_backend", "redis://a;redis://b"), "one URL only, not a list of them");
}

TEST(SettingsTable, TakesSeveralBrokersAsTextAndAsList) {
    Settings settings;
    const auto& setting = *find_setting("broker_url");
    EXPECT_EQ(assign(setting, settings, Json::array({"redis://a", "redis://b"})), std::nullopt);
    EXPECT_EQ(settings.broker_url, "redis://a;redis://b");
    EXPECT_EQ(assign(setting, settings, "redis://c;redis://d"), std::nullopt);
    EXPECT_TRUE(assign(setting, settings, Json::array({"redis://a", 7})));
    EXPECT_TRUE(assign(setting, settings, Json::array()));
}

TEST(SettingsTable, ChecksWhatTlsAndTransportAreTold) {
    EXPECT_EQ(give("broker_use_ssl", true), std::nullopt);
    EXPECT_EQ(give("broker_use_ssl", Json::object({{"ssl_cert_reqs", "none"}})), std::nullopt);
    EXPECT_EQ(
        give("broker_use_ssl", Json::object({{"ssl_cert_req", "none"}})),
        "TLS: ssl_cert_req: no such option"
    );
    EXPECT_EQ(
        give("broker_transport_options", Json::object({{"visibilty_timeout", 5}})),
        "broker_transport_options.visibilty_timeout: no such option"
    );
    EXPECT_EQ(
        give("result_backend_transport_options", Json::object({{"prefix", "x"}})),
        "prefix: no such option"
    );
    EXPECT_EQ(
        give("broker_url", "redis://h?socket_timout=1"),
        "URL: socket_timout: no such option of a Redis URL"
    );
    EXPECT_EQ(
        give("result_backend_max_retries", std::numeric_limits<double>::infinity()), std::nullopt
    );
}

TEST(SettingsTable, TakesADisabledBackendAsNone) {
    Settings settings;
    settings.result_backend = "redis://h/1";
    EXPECT_EQ(assign(*find_setting("result_backend"), settings, "disabled://"), std::nullopt);
    EXPECT_EQ(settings.result_backend, "");
}

TEST(SettingsTable, ChecksTheKindOfWhatHasNoEffect) {
    EXPECT_EQ(give("worker_lost_wait", 5), std::nullopt);
    EXPECT_EQ(give("worker_lost_wait", "five"), "must be a number of seconds, 0 or more");
}

TEST(SettingsTable, RefusesWhatItMustNotPassOver) {
    EXPECT_EQ(give("event_serializer", "json"), std::nullopt);
    EXPECT_EQ(give("event_serializer", "yaml"), "must be json, all else is not written");
    EXPECT_EQ(give("broker_password", "x"), "write it into broker_url");
}

TEST(SettingsTable, KnowsTheFormsOfMessagesAndTimes) {
    EXPECT_EQ(give("accept_content", Json::array({"json", "application/x-yaml"})), std::nullopt);
    EXPECT_EQ(
        give("accept_content", Json::array({"jsn"})),
        "must be names of serializers (json, yaml, msgpack) or content types, not 'jsn'"
    );
    EXPECT_EQ(give("result_accept_content", nullptr), std::nullopt);
    EXPECT_EQ(give("result_serializer", "msgpack"), std::nullopt);
    EXPECT_EQ(give("result_serializer", "pickle"), "must be one of json, yaml, msgpack");
    EXPECT_EQ(give("task_compression", "application/x-bz2"), std::nullopt);
    EXPECT_EQ(
        give("task_compression", "rar"), "must be one of gzip, zlib, bzip2, lzma, xz, zstd, brotli"
    );
    EXPECT_EQ(give("timezone", "Europe/Berlin"), std::nullopt);
    EXPECT_EQ(
        give("timezone", "Europe/Atlantis"),
        "must be a zone of the system's time zone database, e.g. Europe/Berlin"
    );
}

TEST(SettingsTable, KnowsOldNamesAndDjangosForSuggestions) {
    EXPECT_EQ(nearest_setting("CELERYD_CONCURRENCY"), "worker_concurrency");
    EXPECT_EQ(nearest_setting("CELERY_TASK_ACKS_LATE"), "task_acks_late");
    EXPECT_EQ(nearest_setting("CELERY_MESSAGE_COMPRESSION"), "task_compression");
    EXPECT_EQ(nearest_setting("CELERYBEAT_SCHEDULE"), "beat_schedule");
    EXPECT_EQ(nearest_setting("CELERY_TASK_RESULT_EXPIRES"), "result_expires");
    EXPECT_EQ(nearest_setting("worker_concurency"), "worker_concurrency");
    EXPECT_EQ(nearest_setting("something_else_altogether"), std::nullopt);
}

TEST(SettingsTable, KnowsTheSettingsOfOtherResultBackends) {
    EXPECT_TRUE(of_another_backend("database_url"));
    EXPECT_TRUE(of_another_backend("s3_bucket"));
    EXPECT_FALSE(of_another_backend("redis_host"));
}

// ---- docs/configuration.md has one row per setting, made of the same words ----

std::string row(const Setting& setting) {
    std::string meaning(setting.help);
    if (setting.standing == Standing::Refused) meaning = "Other values are refused: " + meaning;
    const char* standing = setting.standing == Standing::Used       ? "used"
                           : setting.standing == Standing::Accepted ? "no effect"
                                                                    : "refused";
    return "| `" + std::string(setting.name) + "` | " + std::string(name_of(setting.shape)) +
           " | `" + default_of(setting) + "` | " + standing + " | " + meaning + " |";
}

std::string expected_tables() {
    std::string out;
    std::optional<Area> area;
    for (const auto& setting : settings_table()) {
        if (area != setting.area) {
            area = setting.area;
            out += (out.empty() ? "### " : "\n### ") + std::string(name_of(*area)) +
                   "\n\n| Setting | Kind | Default | Standing | Meaning, or why it has none |\n"
                   "|---|---|---|---|---|\n";
        }
        out += row(setting) + "\n";
    }
    return out;
}

TEST(SettingsTable, IsWhatTheDocumentationSays) {
    std::ifstream in(std::string(TW_TEST_DATA) + "/../docs/configuration.md");
    std::ostringstream text;
    text << in.rdbuf();
    const auto document = text.str();
    const auto expected = expected_tables();
    const auto at = document.find("### General");
    ASSERT_NE(at, std::string::npos);
    EXPECT_EQ(document.substr(at, expected.size()), expected)
        << "docs/configuration.md differs from the code; its tables should read:\n"
        << expected;
}

}  // namespace
}  // namespace taskworker

#include "cli/remote_commands.hpp"

#include <gtest/gtest.h>

#include <set>

#include "cli/event_lines.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

using Kind = RemoteVerb::Kind;

Json arguments(Kind kind, const char* name, std::vector<std::string> words) {
    return remote_arguments(*find_remote_verb(kind, name), words);
}

TEST(RemoteCommands, HaveEachVerbOnce) {
    std::set<std::string_view> names;
    for (const auto& verb : remote_verbs())
        EXPECT_TRUE(names.insert(verb.name).second) << verb.name;
    EXPECT_NE(find_remote_verb(Kind::Inspect, "dump_active"), nullptr);
    EXPECT_EQ(find_remote_verb(Kind::Control, "active"), nullptr);
    EXPECT_EQ(find_remote_verb(Kind::Inspect, ""), nullptr);
}

TEST(RemoteCommands, WordsBecomeArgumentsAsInCelery) {
    EXPECT_EQ(
        arguments(Kind::Control, "time_limit", {"shop.add", "10", "20.5"}),
        (Json{{"task_name", "shop.add"}, {"soft", 10}, {"hard", 20.5}})
    );
    EXPECT_EQ(arguments(Kind::Control, "pool_grow", {}), Json::object());
    EXPECT_EQ(arguments(Kind::Control, "pool_grow", {"2"}), (Json{{"n", 2}}));
    EXPECT_EQ(
        arguments(Kind::Control, "terminate", {"SIGKILL", "a", "b"}),
        (Json{{"signal", "SIGKILL"}, {"task_id", {"a", "b"}}})
    );
    EXPECT_EQ(arguments(Kind::Inspect, "conf", {"true"}), (Json{{"with_defaults", true}}));
}

TEST(RemoteCommands, RefuseWhatTheyDoNotTake) {
    EXPECT_THROW(arguments(Kind::Inspect, "ping", {"x"}), ConfigError);
    EXPECT_THROW(arguments(Kind::Control, "pool_grow", {"many"}), ConfigError);
}

TEST(RemoteCommands, ShowAReplyIndented) {
    EXPECT_EQ(reply_text(Json()), "");
    EXPECT_EQ(reply_text(Json::array()), "    - empty -\n");
    EXPECT_EQ(reply_text("pong"), "    pong\n");
    EXPECT_EQ(reply_text(Json::array({"a", "b"})), "    * a\n    * b\n");
    EXPECT_EQ(
        reply_text(Json::array({Json{{"id", "1"}, {"args", Json::array({1})}}})),
        "    * id: 1\n      args:\n          * 1\n"
    );
}

TEST(EventLines, ReadAsCelerysDump) {
    EXPECT_EQ(
        EventLines().line(Json{
            {"type", "task-received"},
            {"hostname", "w@h"},
            {"timestamp", 0.5},
            {"uuid", "id"},
            {"name", "shop.add"},
            {"args", "(1,)"},
            {"kwargs", "{}"},
            {"retries", 0}}),
        "w@h [1970-01-01T00:00:00.500000+00:00] task received: shop.add(id) args=(1,) kwargs={} "
        "retries=0\n"
    );
    EXPECT_EQ(
        EventLines().line(Json{{"type", "worker-online"}, {"hostname", "w@h"}, {"timestamp", 1}}),
        "w@h [1970-01-01T00:00:01+00:00] started\n"
    );
    EXPECT_EQ(EventLines().line(Json(3)), "");
    EXPECT_EQ(EventLines().line(Json{{"type", 3}, {"timestamp", "x"}}), " [?] 3\n");
}

TEST(EventLines, RememberTheNamesOfTasks) {
    EventLines lines;
    lines.line({{"type", "task-received"}, {"hostname", "w@h"}, {"uuid", "x"}, {"name", "shop.add"}}
    );
    const auto line = lines.line({{"type", "task-started"}, {"hostname", "w@h"}, {"uuid", "x"}});
    EXPECT_NE(line.find("shop.add(x)"), line.npos) << line;
}

TEST(EventLines, TextOfStrangersStaysInItsLine) {
    const auto line =
        EventLines().line({{"type", "task-x"}, {"uuid", "a\nb\x1b[2J"}, {"name", "n\r"}});
    EXPECT_EQ(line.find_first_of("\r\x1b"), line.npos) << line;
    EXPECT_EQ(line.find('\n'), line.size() - 1);
}

}  // namespace
}  // namespace taskworker

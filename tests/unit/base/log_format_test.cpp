#include "base/log_format.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "taskworker/errors.hpp"

namespace taskworker::log {
namespace {

using namespace std::chrono_literals;

Record record() {
    return {
        .level = Level::Warning,
        .at = TimePoint() + 1714557600s + 7ms,
        .process = "ForkPoolWorker-2",
        .pid = 4711,
        .logger = "celery.task",
        .task = "shop.send_sms",
        .id = "3f0c",
        .text = "slow"};
}

std::string formatted(std::string_view format, const Record& line = record()) {
    std::string out;
    LineFormat(format).append(out, line);
    return out;
}

std::string wrong(std::string_view format) {
    try {
        LineFormat{format};
        return "nothing is wrong";
    } catch (const ConfigError& error) {
        return error.what();
    }
}

TEST(LogFormat, KnowsTheFieldsOfPythonsLogging) {
    EXPECT_EQ(
        formatted("%(levelname)s %(levelno)d %(name)s %(process)d %(processName)s %(message)s"),
        "WARNING 30 celery.task 4711 ForkPoolWorker-2 slow"
    );
    EXPECT_EQ(formatted("%(task_name)s[%(task_id)s] %(message)s"), "shop.send_sms[3f0c] slow");
    EXPECT_EQ(formatted("%(created)f %(msecs)03d"), "1714557600.007000 007");
    EXPECT_EQ(formatted("%(created).1f"), "1714557600.0");
    EXPECT_EQ(formatted("%(lineno)d %(filename)s"), "0 (unknown file)");
}

TEST(LogFormat, KnowsTheTimeAsPythonWritesIt) {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    EXPECT_EQ(formatted("%(asctime)s"), "2024-05-01 10:00:00,007");
    EXPECT_EQ(formatted("%(asctime).10s|"), "2024-05-01|");
}

TEST(LogFormat, PadsAsPythonDoes) {
    EXPECT_EQ(formatted("[%(levelname)-9s] %(message)s"), "[WARNING  ] slow");
    EXPECT_EQ(formatted("[%(levelname)9s]"), "[  WARNING]");
    EXPECT_EQ(formatted("%(process)07d"), "0004711");
    EXPECT_EQ(formatted("100%% %(message)s %%"), "100% slow %");
}

TEST(LogFormat, ShowsQuestionMarksWhereThereIsNoTask) {
    auto line = record();
    line.task = line.id = {};
    EXPECT_EQ(formatted("%(task_name)s[%(task_id)s]", line), "???[???]");
}

TEST(LogFormat, LetsNoFieldForgeALine) {
    auto line = record();
    line.text = "a\n[forged\x1b";
    line.task = "n\nx";
    EXPECT_EQ(formatted("%(task_name)s %(message)s", line), "n\\nx a\n  [forged\\x1b");
}

TEST(LogFormat, RefusesWhatPythonRefuses) {
    EXPECT_EQ(wrong("plain"), "must be a log format of Python: it has no field, e.g. %(message)s");
    EXPECT_EQ(wrong(""), "must be a log format of Python: it has no field, e.g. %(message)s");
    EXPECT_EQ(wrong("%(lvl)s"), "must be a log format of Python: it has no field %(lvl)s");
    EXPECT_EQ(wrong("%(message"), "must be a log format of Python: a ')' is missing");
    EXPECT_EQ(
        wrong("%(message)"), "must be a log format of Python: %(message) must be followed by s"
    );
    EXPECT_EQ(
        wrong("%(process)x"),
        "must be a log format of Python: %(process) must be followed by s, d or f"
    );
    EXPECT_EQ(
        wrong("%(levelname)d"), "must be a log format of Python: %(levelname) must be followed by s"
    );
    EXPECT_EQ(wrong("%s"), "must be a log format of Python: a '%' must be followed by '(' or '%'");
    EXPECT_EQ(
        wrong("%(message)s %"),
        "must be a log format of Python: a '%' must be followed by '(' or '%'"
    );
}

TEST(LogFormat, BoundsTheWidth) {
    EXPECT_EQ(formatted("%(message)99999999999999999999s").size(), 1000u);
}

TEST(JsonLine, IsOneObjectOnOneLine) {
    auto line = record();
    line.text = "a \"b\"\n\x01 é \xff";
    std::string out;
    append_json(out, line);
    EXPECT_EQ(out.find('\n'), std::string::npos);
    const auto read = nlohmann::json::parse(out);
    EXPECT_EQ(read["time"], "2024-05-01T10:00:00.007Z");
    EXPECT_EQ(read["level"], "WARNING");
    EXPECT_EQ(read["logger"], "celery.task");
    EXPECT_EQ(read["process"], "ForkPoolWorker-2");
    EXPECT_EQ(read["pid"], 4711);
    EXPECT_EQ(read["task_name"], "shop.send_sms");
    EXPECT_EQ(read["task_id"], "3f0c");
    EXPECT_EQ(read["message"], "a \"b\"\n\x01 é \xef\xbf\xbd");
}

TEST(JsonLine, NamesNoTaskWhereThereIsNone) {
    auto line = record();
    line.task = line.id = {};
    std::string out;
    append_json(out, line);
    EXPECT_FALSE(nlohmann::json::parse(out).contains("task_id"));
}

}  // namespace
}  // namespace taskworker::log

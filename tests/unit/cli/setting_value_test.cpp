#include "cli/setting_value.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "cli/shown_value.hpp"

namespace taskworker {
namespace {

template <class T>
bool refused(const Json& value) {
    T to{};
    return convert(value, to).has_value();
}

TEST(SettingValue, TakesNoValueOfAnotherKind) {
    EXPECT_TRUE(refused<bool>(1));
    EXPECT_TRUE(refused<bool>("true"));
    EXPECT_TRUE(refused<int>(3.0));
    EXPECT_TRUE(refused<int>("3"));
    EXPECT_TRUE(refused<int>(true));
    EXPECT_TRUE(refused<int>(std::int64_t{1} << 40));
    EXPECT_TRUE(refused<Seconds>(true));
    EXPECT_TRUE(refused<Seconds>("1.5"));
    EXPECT_TRUE(refused<std::string>(5));
    EXPECT_TRUE(refused<std::vector<std::string>>(Json::array({"a", 1})));
    EXPECT_TRUE(refused<std::vector<std::string>>("a"));
    EXPECT_TRUE(refused<Json>(Json::array()));
}

TEST(SettingValue, TakesSecondsAsWholeAndRealNumbersButNotNegativeOrEndless) {
    Seconds to{};
    EXPECT_FALSE(convert(Json(30), to));
    EXPECT_EQ(to, Seconds(30));
    EXPECT_FALSE(convert(Json(0.25), to));
    EXPECT_EQ(to, Seconds(0.25));
    EXPECT_TRUE(refused<Seconds>(-1));
    EXPECT_TRUE(refused<Seconds>(std::numeric_limits<double>::infinity()));
    EXPECT_TRUE(refused<Seconds>(std::numeric_limits<double>::quiet_NaN()));
    EXPECT_TRUE(refused<Seconds>(1e18));
}

TEST(SettingValue, TakesNullAsNoneWhereNoneIsPossible) {
    std::optional<int> to = 4;
    EXPECT_FALSE(convert(Json(), to));
    EXPECT_EQ(to, std::nullopt);
    EXPECT_TRUE(refused<int>(Json()));
}

TEST(SettingValue, ReadsTextByTheKindOfTheSetting) {
    EXPECT_EQ(read_text(Shape::Bool, "Yes").value, Json(true));
    EXPECT_EQ(read_text(Shape::Bool, "0").value, Json(false));
    EXPECT_EQ(read_text(Shape::Int, " 12 ").value, Json(12));
    EXPECT_EQ(read_text(Shape::Number, "1e3").value, Json(1000.0));
    EXPECT_EQ(read_text(Shape::Text, "a,b").value, Json("a,b"));
    EXPECT_EQ(read_text(Shape::List, "json, yaml").value, Json::array({"json", "yaml"}));
    EXPECT_EQ(read_text(Shape::List, R"(["a,b"])").value, Json::array({"a,b"}));
    EXPECT_EQ(read_text(Shape::Object, R"({"a": [1]})").value["a"][0], Json(1));
    EXPECT_EQ(read_text(Shape::Any, "plain words").value, Json("plain words"));
    EXPECT_EQ(read_text(Shape::Number, "None").value, Json());
}

TEST(SettingValue, NamesTheRuleThatTextBreaks) {
    EXPECT_EQ(read_text(Shape::Bool, "maybe").broken, "must be true or false");
    EXPECT_EQ(read_text(Shape::Int, "3.7").broken, "must be a whole number");
    EXPECT_EQ(read_text(Shape::Int, "").broken, "must be a whole number");
    EXPECT_EQ(read_text(Shape::Int, "99999999999999999999").broken, "must be a whole number");
    EXPECT_EQ(read_text(Shape::Object, "{a}").broken, "must be an object, as JSON");
    EXPECT_EQ(read_text(Shape::Object, "[1]").broken, "must be an object, as JSON");
}

TEST(ShownValue, HidesSecretsWhereverTheyStand) {
    EXPECT_EQ(shown_value("broker_url", "redis://u:hunter2@h/0"), R"("redis://u:**@h/0")");
    EXPECT_EQ(shown_value("redis_password", "hunter2"), R"("**")");
    const Json nested = {{"sentinel_kwargs", {{"password", "hunter2"}, {"port", 1}}}};
    EXPECT_EQ(
        shown_value("broker_transport_options", nested),
        R"({"sentinel_kwargs": {"password": "**", "port": 1}})"
    );
    const Json list = Json::array({"redis://:hunter2@a", "redis://:hunter2@b"});
    EXPECT_EQ(shown_value("broker_url", list).find("hunter2"), std::string::npos);
    EXPECT_EQ(shown_text("broker_transport_options", R"({"password": "hunter2")"), "**");
    EXPECT_EQ(shown_text("result_backend", "user:hunter2@host"), R"("user:**@host")");
}

TEST(ShownValue, IsShort) {
    EXPECT_LT(shown_value("task_default_queue", std::string(5000, 'x')).size(), 100u);
}

}  // namespace
}  // namespace taskworker

#include "taskworker/convert.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <limits>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

namespace shop {
struct Line {
    std::int64_t goods = 0;
    double price = 0;
    std::optional<std::string> note = {};
    bool operator==(const Line&) const = default;
};
TASKWORKER_FIELDS(Line, goods, price, note)

struct Order {
    std::string id;
    std::vector<Line> lines;
    bool operator==(const Order&) const = default;
};
TASKWORKER_FIELDS(Order, id, lines)

struct Wide {
    int a1, a2, a3, a4, a5, a6, a7, a8, a9, b1, b2, b3, b4, b5, b6, b7, b8, b9, c1, c2, c3, c4, c5,
        c6, c7;
};
TASKWORKER_FIELDS(
    Wide,
    a1,
    a2,
    a3,
    a4,
    a5,
    a6,
    a7,
    a8,
    a9,
    b1,
    b2,
    b3,
    b4,
    b5,
    b6,
    b7,
    b8,
    b9,
    c1,
    c2,
    c3,
    c4,
    c5,
    c6,
    c7
)

enum class Colour { Red, Blue };
TASKWORKER_ENUM(Colour, {Colour::Red, "red"}, {Colour::Blue, "blue"})
enum class Undeclared { A };
struct Unknown {};

class Money {  // not default-constructible, converted by a specialisation
public:
    explicit Money(std::int64_t cents) : cents_(cents) {}
    std::int64_t cents() const { return cents_; }

private:
    std::int64_t cents_;
};
}  // namespace shop

template <>
struct taskworker::Convert<shop::Money> {
    static Json to_json(const shop::Money& money) { return Json(money.cents()); }
    static shop::Money from_json(const Json& json, const Path& path) {
        return shop::Money(taskworker::from_json<std::int64_t>(json, path));
    }
};

namespace taskworker {
namespace {

static_assert(FromJson<shop::Order> && ToJson<std::vector<shop::Order>>);
static_assert(!FromJson<shop::Undeclared> && !ToJson<shop::Undeclared>);
static_assert(!FromJson<shop::Unknown> && !ToJson<shop::Unknown> && !ToJson<std::vector<shop::Unknown>>);
static_assert(!FromJson<const char*> && !FromJson<std::string_view> && !ToJson<int*>);

template <class T>
std::string refused_because(const Json& json, const char* name = "") {
    try {
        from_json<T>(json, Path(name));
    } catch (const ConversionError& error) {
        return error.what();
    }
    return "accepted";
}

Json parsed(const char* text) { return Json::parse(text); }

TEST(Convert, AnIntIsOnlyAnIntegerThatFits) {
    EXPECT_EQ(refused_because<int>(3.7), "expected int, got 3.7");
    EXPECT_EQ(refused_because<int>(1.0), "expected int, got 1.0");
    EXPECT_EQ(refused_because<int>(true), "expected int, got True");
    EXPECT_EQ(refused_because<int>("5"), "expected int, got '5'");
    EXPECT_EQ(refused_because<int>(nullptr), "expected int, got None");
    EXPECT_EQ(
        refused_because<int>(std::int64_t{1} << 40), "expected int of 32 bits, got 1099511627776"
    );
    EXPECT_EQ(refused_because<std::int8_t>(-129), "expected int of 8 bits, got -129");
    EXPECT_EQ(refused_because<unsigned>(-1), "expected non-negative int of 32 bits, got -1");
    EXPECT_EQ(
        refused_because<std::int64_t>(std::numeric_limits<std::uint64_t>::max()),
        "expected int of 64 bits, got 18446744073709551615"
    );
    EXPECT_EQ(from_json<std::int8_t>(-128), -128);
    EXPECT_EQ(
        from_json<std::uint64_t>(std::numeric_limits<std::uint64_t>::max()),
        std::numeric_limits<std::uint64_t>::max()
    );
    EXPECT_EQ(from_json<std::int64_t>(std::uint64_t{7}), 7);
}

TEST(Convert, AnIntegerBeyond64BitIsRefusedByItsDigits) {
    const std::string digits = "36893488147419103232";
    const Json big = Json::binary({digits.begin(), digits.end()}, kBigInt);
    EXPECT_EQ(
        refused_because<std::int64_t>(big), "expected int of 64 bits, got 36893488147419103232"
    );
    EXPECT_EQ(
        refused_because<double>(big), "expected float that is exact, got 36893488147419103232"
    );
}

TEST(Convert, ADoubleTakesAnIntegerOnlyWhenItIsExact) {
    const std::int64_t exact = std::int64_t{1} << 53;
    EXPECT_EQ(from_json<double>(7), 7.0);
    EXPECT_EQ(from_json<double>(exact), 9007199254740992.0);
    EXPECT_EQ(
        refused_because<double>(exact + 1), "expected float that is exact, got 9007199254740993"
    );
    EXPECT_EQ(from_json<double>(std::numeric_limits<std::int64_t>::min()), -9223372036854775808.0);
    EXPECT_NE(refused_because<double>(std::numeric_limits<std::int64_t>::max()), "accepted");
    EXPECT_NE(refused_because<double>(std::numeric_limits<std::uint64_t>::max()), "accepted");
    EXPECT_EQ(refused_because<double>(true), "expected float, got True");
    EXPECT_EQ(refused_because<double>("1.5"), "expected float, got '1.5'");
}

TEST(Convert, NonFiniteNumbersAreKept) {
    EXPECT_TRUE(std::isnan(from_json<double>(Json(std::nan("")))));
    EXPECT_TRUE(std::isinf(from_json<float>(Json(-std::numeric_limits<double>::infinity()))));
    EXPECT_EQ(refused_because<int>(std::nan("")), "expected int, got nan");
}

TEST(Convert, AFloatIsTheNearestOneButNeverAnInfinityForANumber) {
    EXPECT_EQ(from_json<float>(0.1), 0.1F);
    EXPECT_EQ(refused_because<float>(1e300), "expected float of 32 bits, got 1e+300");
    EXPECT_EQ(refused_because<float>((1 << 24) + 1), "expected float of 32 bits, got 16777217");
}

TEST(Convert, BoolAndTextComeOnlyFromThemselves) {
    EXPECT_EQ(refused_because<bool>(1), "expected bool, got 1");
    EXPECT_EQ(refused_because<std::string>(5), "expected str, got 5");
    EXPECT_EQ(refused_because<std::string>(Json::array()), "expected str, got a list");
    EXPECT_EQ(
        refused_because<int>(std::string(50, 'x')),
        "expected int, got '" + std::string(40, 'x') + "…'"
    );
}

TEST(Convert, ALongTextIsCutBetweenCharactersInTheError) {
    EXPECT_EQ(
        refused_because<int>(std::string(39, 'x') + "éé"),
        "expected int, got '" + std::string(39, 'x') + "…'"
    );
}

TEST(Convert, TheErrorNamesThePlace) {
    EXPECT_EQ(
        refused_because<std::vector<shop::Line>>(
            parsed(
                R"([{"goods": 1, "price": 1}, {"goods": 2, "price": 2}, {"goods": 3, "price": "x"}])"
            ),
            "goods"
        ),
        "goods[2].price: expected float, got 'x'"
    );
    EXPECT_EQ(
        (refused_because<std::map<std::string, std::vector<int>>>(parsed(R"({"a": [1, 3.7]})"), "m")
        ),
        "m.a[1]: expected int, got 3.7"
    );
    EXPECT_EQ(
        refused_because<shop::Line>(parsed(R"({"goods": 1})"), "line"), "line.price: missing"
    );
    EXPECT_EQ(refused_because<shop::Line>(parsed("[]"), "line"), "line: expected dict, got a list");
}

TEST(Convert, StructsGoThereAndBackAndPassOverWhatTheyDoNotKnow) {
    const shop::Order order{"A-1", {{1, 2.5, "gift"}, {2, 3.0, {}}}};
    const Json json = order;
    EXPECT_EQ(
        json.dump(),
        R"({"id":"A-1","lines":[{"goods":1,"price":2.5,"note":"gift"},{"goods":2,"price":3.0,"note":null}]})"
    );
    EXPECT_EQ(json.get<shop::Order>(), order);
    EXPECT_EQ(
        from_json<shop::Line>(parsed(R"({"goods": 1, "price": 2, "new": []})")),
        (shop::Line{1, 2.0, {}})
    );
    EXPECT_EQ(Json(shop::Wide{.c7 = 25}).size(), 25u);
    EXPECT_EQ(Json(shop::Wide{.c7 = 25}).get<shop::Wide>().c7, 25);
}

TEST(Convert, DeclaredEnumsAreTheirNames) {
    EXPECT_EQ(Json(shop::Colour::Blue), Json("blue"));
    EXPECT_EQ(from_json<shop::Colour>("red"), shop::Colour::Red);
    EXPECT_EQ(
        refused_because<shop::Colour>("green"),
        "expected one of the names of the enumeration, got 'green'"
    );
    EXPECT_EQ(refused_because<shop::Colour>(0), "expected str, got 0");
    EXPECT_THROW(Json(static_cast<shop::Colour>(9)), ConversionError);
}

TEST(Convert, ContainersOfAllKindsComeBack) {
    EXPECT_EQ((from_json<std::deque<int>>(parsed("[1, 2]"))), (std::deque<int>{1, 2}));
    EXPECT_EQ((from_json<std::set<int>>(parsed("[2, 1, 2]"))), (std::set<int>{1, 2}));
    EXPECT_EQ(
        (from_json<std::vector<bool>>(parsed("[true, false]"))), (std::vector<bool>{true, false})
    );
    EXPECT_EQ((from_json<std::array<int, 2>>(parsed("[1, 2]"))), (std::array<int, 2>{1, 2}));
    EXPECT_EQ(
        (refused_because<std::array<int, 2>>(parsed("[1]"))), "expected list of 2 items, got 1"
    );
    const auto pair = from_json<std::pair<int, std::string>>(parsed(R"([1, "a"])"));
    EXPECT_EQ(pair, (std::pair<int, std::string>{1, "a"}));
    EXPECT_EQ(
        (refused_because<std::tuple<int, int>>(parsed("[1, 2, 3]"))),
        "expected list of 2 items, got 3"
    );
    EXPECT_EQ(refused_because<std::vector<int>>(parsed("{}")), "expected list, got a dict");
}

TEST(Convert, MapsWithIntegersAsKeysAreObjectsWithTexts) {
    const std::unordered_map<int, std::string> map{{7, "x"}};
    EXPECT_EQ(Json(map).dump(), R"({"7":"x"})");
    EXPECT_EQ((from_json<std::unordered_map<int, std::string>>(parsed(R"({"7": "x"})"))), map);
    EXPECT_EQ(
        (refused_because<std::map<int, int>>(parsed(R"({"7x": 1})"))),
        "7x: expected key that is an int, got '7x'"
    );
}

TEST(Convert, AVariantTakesTheFirstThatFits) {
    using Value = std::variant<std::monostate, bool, int, double, std::string>;
    EXPECT_EQ(from_json<Value>(nullptr).index(), 0u);
    EXPECT_EQ(from_json<Value>(true).index(), 1u);
    EXPECT_EQ(from_json<Value>(5).index(), 2u);
    EXPECT_EQ(from_json<Value>(5.5).index(), 3u);
    EXPECT_EQ(from_json<Value>("x").index(), 4u);
    EXPECT_EQ(Json(Value("x")), Json("x"));
    EXPECT_NE(refused_because<Value>(Json::array()), "accepted");
}

TEST(Convert, OptionalIsNullOrItsValue) {
    EXPECT_EQ(from_json<std::optional<int>>(nullptr), std::nullopt);
    EXPECT_EQ(from_json<std::optional<int>>(4), 4);
    EXPECT_EQ(refused_because<std::optional<int>>(4.5, "n"), "n: expected int, got 4.5");
    EXPECT_EQ(Json(std::optional<int>{}), Json(nullptr));
}

TEST(Convert, ASpecialisationServesTypesOfOnesOwn) {
    EXPECT_EQ(Json(shop::Money(250)), Json(250));
    EXPECT_EQ(Json(250).get<shop::Money>().cents(), 250);
    EXPECT_EQ(from_json<std::vector<shop::Money>>(parsed("[1, 2]")).at(1).cents(), 2);
    EXPECT_EQ(Json(std::vector{shop::Money(1)}).dump(), "[1]");
}

TEST(Convert, PlainUseOfJsonKeepsWorking) {
    EXPECT_EQ(Json(1).dump(), "1");
    EXPECT_EQ(Json("x").dump(), "\"x\"");
    const Json object{{"a", 1}, {"b", {1, 2}}};
    EXPECT_EQ(object.dump(), R"({"a":1,"b":[1,2]})");
    EXPECT_EQ(Json::array({1, "x", nullptr, true}).dump(), R"([1,"x",null,true])");
    EXPECT_EQ(object.value("a", 0), 1);
    EXPECT_EQ(object.value("none", std::string("x")), "x");
    const std::string text = Json("implicit");
    EXPECT_EQ(text, "implicit");
    EXPECT_EQ(Json(std::numeric_limits<std::uint64_t>::max()).dump(), "18446744073709551615");
    Json changed = Json::object();
    changed["list"].push_back(std::map<std::string, int>{{"k", 1}});
    EXPECT_EQ(changed.dump(), R"({"list":[{"k":1}]})");
    EXPECT_THROW((void)Json(3.7).get<int>(), ConversionError);
}

}  // namespace
}  // namespace taskworker

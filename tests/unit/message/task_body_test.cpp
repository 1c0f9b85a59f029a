#include "message/task_body.hpp"

#include <gtest/gtest.h>

#include "base/moment.hpp"
#include "unit/message/message_builders.hpp"

namespace taskworker {
namespace {

// Headers that say so little that only the body decides.
Request opened(const std::string& body) {
    AnEnvelope envelope;
    envelope.body = body;
    return request_of(message_of(envelope.raw()));
}

TEST(TaskBody, ReadsTheUsualBodyInOneWalk) {
    const auto body = read_task_body(
        R"([[1, "é"], {"k": [2]}, {"callbacks": [{"task": "l"}], "errbacks": null, )"
        R"("chain": [{"task": "b"}, {"task": "a"}], "chord": {"task": "z"}, "more": [1]}])",
        Arguments::Read
    );
    ASSERT_TRUE(body);
    EXPECT_EQ(body->args, Json::array({1, "é"}));
    EXPECT_EQ(body->kwargs, Json::object({{"k", Json::array({2})}}));
    EXPECT_EQ(body->callbacks[0]["task"], "l");
    EXPECT_TRUE(body->errbacks.is_null());
    EXPECT_EQ(body->chain.text(), R"([{"task": "b"}, {"task": "a"}])");
    EXPECT_EQ(body->chord["task"], "z");
}

TEST(TaskBody, SkipsArgumentsThatNobodyWants) {
    const auto body =
        read_task_body(R"([[1, "é"], {"k": [2]}, {"chain": [{}]}])", Arguments::Skipped);
    ASSERT_TRUE(body);
    EXPECT_TRUE(body->args.is_null());
    EXPECT_TRUE(body->kwargs.is_null());
    EXPECT_EQ(body->chain.size(), 1u);
}

TEST(TaskBody, OfANameThatComesTwiceTheLastCounts) {
    for (const char* text :
         {R"([[], {}, {"chain": [{"a": 1}], "chord": {}, "chain": null, "chord": null}])",
          R"([[], {}, {"chain": null, "chain": [], "chord": null}])"}) {
        const auto body = read_task_body(text, Arguments::Read);
        ASSERT_TRUE(body) << text;
        EXPECT_TRUE(body->chain.empty()) << text;
        EXPECT_TRUE(body->chord.is_null()) << text;
    }
}

// These go the long way, which takes or refuses them.
TEST(TaskBody, LeavesWhatIsUnusualOrWrongToTheLongWay) {
    for (const char* text :
         {"",
          "null",
          "{}",
          "[]",
          "[[], {}]",
          "[[], {}, {}, 1]",
          "[[], {}, {}] 1",
          "[[], {}, null]",
          "[{}, {}, {}]",
          "[[], [], {}]",
          R"([[], {}, {"chain": {}}])",
          R"([[], {}, {"chain": [1]}])",
          R"([[], {}, {"chain": [{}, "x"]}])",
          R"([[], {}, {"callbacks": {}}])",
          R"([[], {}, {"errbacks": [1]}])",
          R"([[], {}, {"chord": []}])",
          R"([[], {}, {"ch\u0061in": [{}]}])",
          R"([[], {}, {"chain": [{}]])",
          R"([[], {}, {"chain": [{},]}])",
          R"([[], {}, {"chain": [{"__type__": "nobody", "__value__": 1}]}])",
          R"([[], {}, {"chain": [{"_\u005ftype__": "nobody", "__value__": 1}]}])",
          "[[\"\xff\"], {}, {}]",
          R"([[], {}, {1: 2}])"}) {
        EXPECT_FALSE(read_task_body(text, Arguments::Read)) << text;
        EXPECT_FALSE(read_task_body(text, Arguments::Skipped)) << text;
    }
}

TEST(TaskBody, TheLongWayReadsTheSame) {
    const auto plain = opened(R"([[1], {}, {"chain": [{"task": "b"}], "chord": null}])");
    for (const char* unusual :
         {R"([[1], {}, {"ch\u0061in": [{"task": "b"}], "chord": null}])",
          R"([[1], {}, {"chain": [{"task": "b"}], "x": {"__type__": "decimal", "__value__": "1.5"}}])"})
        EXPECT_EQ(opened(unusual), plain) << unusual;
}

TEST(TaskBody, LimitsHoldInTheChainToo) {
    const std::string deep = std::string(60, '[') + std::string(60, ']');
    const std::string body = R"([[], {}, {"chain": [{"args": )" + deep + "}]}]";
    EXPECT_TRUE(read_task_body(body, Arguments::Skipped, {.depth = 64}));
    EXPECT_FALSE(read_task_body(body, Arguments::Skipped, {.depth = 63}));
    EXPECT_FALSE(read_task_body(body, Arguments::Skipped, {.values = 60}));
    EXPECT_FALSE(read_task_body(body, Arguments::Skipped, {.body_bytes = 100}));
}

// Bytes that mean something to a reader, thrown at random into a body with a chain: where the short
// way takes the body, its tree says the same.
TEST(TaskBody, TheShortWayNeverTakesWhatTheTreeRefuses) {
    constexpr std::string_view kSigns = "\"\\{}[]:,0-9.eEtfn u_\xc3";
    const std::string sound =
        R"([[1, "a"], {"k": null}, {"callbacks": null, "errbacks": [{"task": "e"}], )"
        R"("chain": [{"task": "c", "args": [[], "],["]}, {"task": "b"}], "chord": null}])";
    Luck luck(5);
    const auto below = [&](std::size_t n) {
        return static_cast<std::size_t>(luck.uniform() * static_cast<double>(n));
    };
    int taken = 0;
    for (int round = 0; round < 20'000; ++round) {
        auto text = sound;
        for (std::size_t i = 0; i <= below(2); ++i)
            text[below(text.size())] = kSigns[below(kSigns.size())];
        const auto body = read_task_body(text, Arguments::Read);
        if (!body) continue;
        ++taken;
        const auto tree = parse_json(text);
        ASSERT_TRUE(std::holds_alternative<Json>(tree)) << text;
        const auto& parts = std::get<Json>(tree);
        const auto chain = parts[2].find("chain");
        EXPECT_EQ(to_json_text(body->args), to_json_text(parts[0])) << text;
        EXPECT_EQ(
            to_json_text(body->chain.value()),
            chain == parts[2].end() ? "null" : to_json_text(*chain)
        ) << text;
        if (body->chain.empty()) continue;
        EXPECT_EQ(to_json_text(body->chain.last()), to_json_text(chain->back())) << text;
    }
    EXPECT_GT(taken, 1'000);
}

}  // namespace
}  // namespace taskworker

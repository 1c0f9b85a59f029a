#include <gtest/gtest.h>

#include "base/moment.hpp"
#include "message/publish.hpp"
#include "message/result_record.hpp"
#include "unit/message/golden_file.hpp"
#include "unit/message/message_builders.hpp"

namespace taskworker {
namespace {

// One that means something to a parser.
char a_sign(Luck& luck) {
    using namespace std::string_view_literals;
    constexpr auto kSigns = "\"\\{}[]:,0-9.eEtfn\x00\xff\xc3 u"sv;
    return kSigns[static_cast<std::size_t>(luck.uniform() * static_cast<double>(kSigns.size()))];
}

// Everything that a worker does with bytes from the wire. The answer is of no interest: it must not
// crash, throw or hang. (Sanitizers see the rest.)
void swallow(const std::string& raw) {
    auto parsed = parse_envelope(raw);
    mark_redelivered(raw);
    decode_result(raw);
    const auto* message = std::get_if<Message>(&parsed);
    if (!message) {
        EXPECT_FALSE(std::get<Malformed>(parsed).why.empty());
        return;
    }
    auto decoded = decode(*message, kJsonOnly);
    auto* request = std::get_if<Request>(&decoded);
    if (!request) {
        EXPECT_FALSE(std::get<Malformed>(decoded).why.empty());
        return;
    }
    decode_body(*message, *request);
    const auto again = republish(*message, *request, {.retries = 1, .delivery_tag = "new"});
    EXPECT_TRUE(std::holds_alternative<Message>(parse_envelope(again))) << again;
}

TEST(HostileInput, IsCutAtEveryByte) {
    for (const auto& row : golden_rows("celery-5.6.3.jsonl")) {
        const auto& name = text_of(row, "name");
        if (name != "plain" && name != "protocol 1") continue;
        const auto& raw = text_of(row, "raw");
        for (std::size_t size = 0; size <= raw.size(); ++size) swallow(raw.substr(0, size));
    }
}

TEST(HostileInput, HasBytesReplaced) {
    Luck luck(1);
    for (const auto& row : golden_rows("celery-5.6.3.jsonl")) {
        const auto& raw = text_of(row, "raw");
        for (int i = 0; i < 15; ++i) {
            auto broken = raw;
            for (int n = 0; n <= i % 3; ++n) {
                const auto at =
                    static_cast<std::size_t>(luck.uniform() * static_cast<double>(raw.size()));
                broken[at] = a_sign(luck);
            }
            swallow(broken);
        }
    }
}

// The JSON inside of the body, hidden from the test above by base64.
TEST(HostileInput, HasBytesOfTheBodyReplaced) {
    Luck luck(2);
    const std::string body =
        R"([["é\n", 1.5, NaN], {"k": {"__type__": "decimal", "__value__": "1.5"}}, {"callbacks": [{"task": "n"}]}])";
    for (int i = 0; i < 1000; ++i) {
        auto broken = body;
        const auto at = static_cast<std::size_t>(luck.uniform() * static_cast<double>(body.size()));
        broken[at] = a_sign(luck);
        swallow(AnEnvelope{.body = broken}.raw());
    }
}

TEST(HostileInput, IsNestedDeeply) {
    const std::string open(100'000, '[');
    swallow(open);
    swallow("{\"a\": " + open);
    swallow(AnEnvelope{.body = open}.raw());
    swallow(AnEnvelope{.headers = R"({"task": "t", "id": "i", "x": )" + open}.raw());
}

TEST(HostileInput, HasJsonValuesOfAllTypesInAllFields) {
    const char* values[] = {
        "null",
        "true",
        "5",
        "-1",
        "1.5",
        "1e999",
        "NaN",
        "\"\"",
        "\"x\"",
        "[]",
        "[1, 2]",
        "[null, null]",
        "{}",
        R"({"a": 1})",
        "99999999999999999999999",
        R"("\ud800")"};
    const char* headers[] = {
        "task",
        "id",
        "shadow",
        "eta",
        "expires",
        "group",
        "group_index",
        "retries",
        "timelimit",
        "root_id",
        "parent_id",
        "argsrepr",
        "kwargsrepr",
        "origin",
        "ignore_result",
        "replaced_task_nesting",
        "stamped_headers",
        "stamps",
        "compression",
        "redelivered",
        "headers",
        "custom"};
    const char* properties[] = {
        "correlation_id",
        "reply_to",
        "priority",
        "delivery_info",
        "delivery_tag",
        "body_encoding",
        "expiration",
        "custom"};
    for (const std::string value : values) {
        for (const std::string name : headers) {
            swallow(AnEnvelope{
                .headers = R"({"task": "t", "id": "i", ")" + name + "\": " + value + "}"}
                        .raw());
        }
        for (const std::string name : properties)
            swallow(AnEnvelope{.properties = "\"" + name + "\": " + value}.raw());
        swallow(AnEnvelope{.body = value}.raw());
        swallow(AnEnvelope{.body = "[" + value + ", {}, {}]"}.raw());
        swallow(AnEnvelope{.body = "[[], " + value + ", {}]"}.raw());
        swallow(AnEnvelope{.body = "[[], {}, " + value + "]"}.raw());
        swallow(AnEnvelope{.headers = value}.raw());
        swallow("{\"body\": " + value + "}");
        swallow(value);
    }
}

}  // namespace
}  // namespace taskworker

#include <gtest/gtest.h>

#include "message/decode.hpp"
#include "unit/message/expect_headers.hpp"
#include "unit/message/golden_file.hpp"
#include "unit/message/message_builders.hpp"

namespace taskworker {
namespace {

// As texts, so that 1 and 1.0, NaN and order count.
void expect_same(const Json& ours, const Json& python, const std::string& name) {
    EXPECT_EQ(to_json_text(ours), to_json_text(python)) << name;
}

void expect_body(const Request& ours, const Json& python, const std::string& name) {
    expect_same(ours.args, python.at("args"), name);
    expect_same(ours.kwargs, python.at("kwargs"), name);
    expect_same(ours.callbacks, python.at("callbacks"), name);
    expect_same(ours.errbacks, python.at("errbacks"), name);
    expect_same(ours.chain.value(), python.at("chain"), name);
    expect_same(ours.chord, python.at("chord"), name);
    Json headers = python.at("headers");
    headers.erase("meth");  // hybrid_to_proto2 makes one up
    expect_same(ours.headers, headers, name);
    expect_same(ours.stamped_headers, python.at("stamped_headers"), name);
    expect_same(ours.stamps, python.at("stamps"), name);
}

TEST(Decode, ReadsCelerysMessagesAsCeleryDoes) {
    for (const auto& row : golden_rows("celery-5.6.3.jsonl")) {
        const auto& name = text_of(row, "name");
        const auto message = message_of(text_of(row, "raw"));
        const auto& python = row.at("python");
        const auto decoded = decode(message, kJsonOnly);
        if (python.contains("error")) {
            ASSERT_TRUE(std::holds_alternative<Malformed>(decoded)) << name;
            EXPECT_EQ(
                "ContentDisallowed: " + std::get<Malformed>(decoded).why, text_of(python, "error")
            );
            continue;
        }
        ASSERT_TRUE(std::holds_alternative<Request>(decoded))
            << name << ": " << std::get<Malformed>(decoded).why;
        auto request = std::get<Request>(decoded);
        expect_headers(request, python, name);
        ASSERT_EQ(decode_body(message, request), std::nullopt) << name;
        expect_body(request, python, name);
    }
}

}  // namespace
}  // namespace taskworker

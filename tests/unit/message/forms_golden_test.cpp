#include <gtest/gtest.h>

#include "message/publish.hpp"
#include "message/result_record.hpp"
#include "unit/message/expect_headers.hpp"
#include "unit/message/golden_file.hpp"
#include "unit/message/message_builders.hpp"

namespace taskworker {
namespace {

// Recorded by tests/golden/record_versions: what Celery of these versions writes in every
// serializer and compression, and what it reads there itself.
class GoldenForms : public ::testing::TestWithParam<const char*> {
protected:
    static std::vector<Json> rows(const char* kind) {
        std::vector<Json> found;
        for (auto& row : golden_rows(std::string("forms-") + GetParam() + ".jsonl"))
            if (row.contains(kind)) found.push_back(std::move(row));
        EXPECT_GT(found.size(), 20U);
        return found;
    }
};

const std::vector<std::string> kAllSerializers = {"json", "yaml", "msgpack"};

Request opened(const Message& message, const std::string& name) {
    auto decoded = decode(message, kAllSerializers);
    if (const auto* malformed = std::get_if<Malformed>(&decoded)) {
        ADD_FAILURE() << name << ": " << malformed->why;
        return {};
    }
    auto request = std::get<Request>(std::move(decoded));
    if (const auto why = decode_body(message, request)) ADD_FAILURE() << name << ": " << why->why;
    return request;
}

std::string body_of(const Request& r) {
    return to_json_text(
        Json::array({r.args, r.kwargs, r.callbacks, r.errbacks, r.chain.value(), r.chord})
    );
}

// safe_dump sorts the keys of mappings; ours are read in the order in which they came.
void expect_python_body(const Request& ours, const Json& python, const std::string& name) {
    EXPECT_EQ(
        body_of(ours),
        to_json_text(Json::array(
            {python.at("args"),
             python.at("kwargs"),
             python.at("callbacks"),
             python.at("errbacks"),
             python.at("chain"),
             python.at("chord")}
        ))
    ) << name;
}

TEST_P(GoldenForms, AreReadAsCeleryReadsThem) {
    for (const auto& row : rows("raw")) {
        const auto& name = text_of(row, "name");
        const auto& python = row.at("python");
        const auto message = message_of(text_of(row, "raw"));
        if (python.contains("error")) {
            const auto refused = refusal_of(text_of(row, "raw"), kAllSerializers);
            EXPECT_EQ("ContentDisallowed: " + refused, text_of(python, "error")) << name;
            continue;
        }
        const auto request = opened(message, name);
        expect_headers(request, python, name);
        expect_python_body(request, python, name);
    }
}

TEST_P(GoldenForms, AreRetriedInTheirOwnForm) {
    for (const auto& row : rows("raw")) {
        if (row.at("python").contains("error") || row.at("python").at("protocol") == 1) continue;
        const auto& name = text_of(row, "name");
        const auto message = message_of(text_of(row, "raw"));
        const auto before = opened(message, name);
        const RetryEdit edit{.retries = 1, .delivery_tag = "n", .parent_id = "p"};
        const auto again = message_of(republish(message, before, edit));
        EXPECT_EQ(again.text(again.body), message.text(message.body)) << name;
        EXPECT_EQ(again.content_type, message.content_type) << name;
        EXPECT_EQ(again.compression, message.compression) << name;
        EXPECT_EQ(body_of(opened(again, name)), body_of(before)) << name;
    }
}

TEST_P(GoldenForms, AreRetriedWithOtherArgumentsInTheirOwnForm) {
    for (const auto& row : rows("raw")) {
        if (row.at("python").contains("error") || row.at("python").at("protocol") == 1) continue;
        const auto& name = text_of(row, "name");
        const auto message = message_of(text_of(row, "raw"));
        const auto before = opened(message, name);
        RetryEdit edit{.retries = 1, .delivery_tag = "n", .parent_id = "p"};
        edit.body =
            R"([["new", {"k": 1}], {}, {"callbacks": null, "errbacks": null, "chain": null, "chord": null}])";
        const auto again = message_of(republish(message, before, edit));
        if (message.body_encoding == "base64") {
            EXPECT_EQ(again.content_type, message.content_type) << name;
            EXPECT_EQ(again.compression, message.compression) << name;
        }
        EXPECT_EQ(to_json_text(opened(again, name).args), R"(["new", {"k": 1}])") << name;
    }
}

TEST_P(GoldenForms, ResultsAreReadAndWrittenInEverySerializer) {
    for (const auto& row : rows("document")) {
        const auto& name = text_of(row, "name");
        const auto serializer = serializer_named(text_of(row, "serializer"));
        ASSERT_TRUE(serializer) << name;
        const auto document = base64_decode(text_of(row, "document"));
        ASSERT_TRUE(document) << name;
        const auto record = decode_result(*document, *serializer);
        ASSERT_TRUE(record) << name;
        const auto& python = row.at("python");
        EXPECT_EQ(Json(record->status), python.at("status")) << name;
        EXPECT_EQ(Json(record->id), python.at("task_id")) << name;
        EXPECT_EQ(record->result, to_json_text(python.at("result"))) << name;
        EXPECT_EQ(record->date_done ? Json(*record->date_done) : Json(), python.at("date_done"))
            << name;
        const auto again = encode_result(*record, *serializer);
        if (*serializer == Serializer::JsonText) {
            EXPECT_EQ(again, *document) << name;
        }
        EXPECT_EQ(decode_result(again, *serializer), record) << name;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Celery,
    GoldenForms,
    ::testing::Values("5.3", "5.4", "5.5", "5.6"),
    [](const auto& version) {
        std::string name = version.param;
        name[1] = '_';
        return name;
    }
);

}  // namespace
}  // namespace taskworker

#include <gtest/gtest.h>

#include <algorithm>

#include "message/fields.hpp"
#include "message/publish.hpp"
#include "unit/message/golden_file.hpp"
#include "unit/message/message_builders.hpp"

namespace taskworker {
namespace {

std::string property(const Message& message, std::string_view name) {
    const auto* field = find_field(message, message.properties, name);
    return field ? raw_text(message.text(field->value)).value_or("") : "";
}

// What a producer in C++ would have said to send the same message.
Publication publication_of(const Message& message) {
    const auto request = request_of(message);
    Publication p;
    p.task = request.task;
    p.id = request.id;
    p.args = request.args;
    p.kwargs = request.kwargs;
    p.callbacks = request.callbacks;
    p.errbacks = request.errbacks;
    p.chain = request.chain;
    p.chord = request.chord;
    p.shadow = request.shadow;
    p.eta = request.eta;
    p.expires = request.expires;
    p.group = request.group;
    p.group_index = request.group_index;
    p.root_id = request.root_id;
    p.parent_id = request.parent_id;
    p.time_limit = request.time_limit;
    p.soft_time_limit = request.soft_time_limit;
    p.ignore_result = request.ignore_result;
    p.retries = request.retries;
    p.priority = request.delivery_info.priority;
    p.replaced_task_nesting = request.replaced_task_nesting;
    if (find_field(message, message.properties, "expiration"))
        p.expiration = property(message, "expiration");
    p.origin = request.origin.value_or("");
    p.reply_to = request.reply_to.value_or("");
    p.exchange = request.delivery_info.exchange;
    p.routing_key = request.delivery_info.routing_key;
    p.delivery_tag = property(message, "delivery_tag");
    p.headers = request.headers;
    p.stamped_headers = request.stamped_headers;
    p.stamps = request.stamps;
    return p;
}

bool is_for_us(const Json& row) {
    // No protocol 1, no properties but Celery's own, no argsrepr but that of a tuple (send_task is
    // called with a list).
    static const std::vector<std::string> others = {
        "list instead of tuple",
        "send_task",
        "reply_to and other properties",
        "argsrepr given",
        "body encoding utf-8",
        "zlib",
        "bzip2"};
    const auto& name = text_of(row, "name");
    const auto& python = row.at("python");
    return !python.contains("error") && python.at("protocol") == 2 &&
           !name.starts_with("retried") &&
           std::find(others.begin(), others.end(), name) == others.end();
}

TEST(EncodePublication, WritesTheBytesThatCeleryWrites) {
    int compared = 0;
    for (const auto& row : golden_rows("celery-5.6.3.jsonl")) {
        if (!is_for_us(row)) continue;
        const auto& raw = text_of(row, "raw");
        EXPECT_EQ(encode_publication(publication_of(message_of(raw))), raw) << text_of(row, "name");
        ++compared;
    }
    EXPECT_GE(compared, 40);
}

}  // namespace
}  // namespace taskworker

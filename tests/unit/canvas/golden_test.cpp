// Every shape of tests/golden/canvas_cases.py, as Celery sends it.
#include <gtest/gtest.h>

#include <regex>

#include "base/base64.hpp"
#include "unit/canvas/world.hpp"
#include "unit/message/golden_file.hpp"

namespace taskworker {
namespace {

using testing::World;
using Sorted = nlohmann::json;  // objects by their keys

Sorted sorted(const Json& value) { return Sorted::parse(to_json_text(value)); }

// The client's own queue for rpc results is no part of the shape.
Sorted without_reply_to(Sorted value) {
    if (value.is_object()) value.erase("reply_to");
    if (value.is_structured())
        for (auto& one : value) one = without_reply_to(std::move(one));
    return value;
}

// Every id as its number in order of appearance.
Sorted numbered(const Sorted& value) {
    static const std::regex id("id-[0-9]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    const auto text = value.dump();
    std::map<std::string, std::string> seen;
    std::string out;
    auto from = text.cbegin();
    for (std::sregex_iterator at(text.begin(), text.end(), id), end; at != end; ++at) {
        out.append(from, (*at)[0].first);
        out += seen.emplace(at->str(), "#" + std::to_string(seen.size() + 1)).first->second;
        from = (*at)[0].second;
    }
    out.append(from, text.cend());
    return Sorted::parse(out);
}

// Celery tells the size of a chord just before its last part; we before all of them. So: messages
// first, then sizes.
Sorted expected(const Json& recorded) {
    auto messages = Sorted::array(), sizes = Sorted::array();
    for (auto entry : sorted(recorded)) {
        if (entry.contains("size")) {
            sizes.push_back(entry);
            continue;
        }
        if (entry["priority"].is_null()) entry["priority"] = 0;
        messages.push_back(entry);
    }
    for (const auto& size : sizes) messages.push_back(size);
    return numbered(messages);
}

Sorted as_recorded(const std::string& envelope) {
    const auto message = Sorted::parse(envelope);
    const auto body = Sorted::parse(base64_decode(message["body"].get<std::string>()).value());
    Sorted entry;
    entry["task"] = message["headers"]["task"];
    entry["args"] = body[0];
    entry["kwargs"] = body[1];
    entry["embed"] = body[2];
    for (const char* name :
         {"group",
          "group_index",
          "root_id",
          "parent_id",
          "shadow",
          "id",
          "retries",
          "timelimit",
          "stamped_headers",
          "stamps",
          "argsrepr",
          "kwargsrepr",
          "replaced_task_nesting"})
        entry["headers"][name] =
            message["headers"].contains(name) ? message["headers"][name] : Sorted();
    entry["priority"] = message["properties"]["priority"];
    return without_reply_to(entry);
}

Sorted sent(const Json& signature) {
    World world;
    canvas::Expander expander(world.moment, std::nullopt);
    expander.apply(canvas::read(signature), Json::array({7}));
    const auto dispatch = expander.take();
    auto entries = Sorted::array();
    for (const auto& message : outgoing(dispatch.messages))
        entries.push_back(as_recorded(message.envelope));
    for (const auto& write : dispatch.writes)
        if (write.kind == GroupWrite::Kind::Size)
            entries.push_back({{"size", write.size}, {"group", write.group_id}});
    return numbered(entries);
}

TEST(CanvasGolden, EveryShapeIsSentAsCelerySendsIt) {
    for (const auto& row : golden_rows("canvas-5.6.3.jsonl")) {
        SCOPED_TRACE(text_of(row, "case"));
        EXPECT_EQ(sent(row.at("signature")).dump(1), expected(row.at("messages")).dump(1));
    }
}

TEST(CanvasGolden, EverySignatureIsReadAndWrittenWithoutLoss) {
    for (const auto& row : golden_rows("canvas-5.6.3.jsonl")) {
        SCOPED_TRACE(text_of(row, "case"));
        const auto& signature = row.at("signature");
        const auto normal = canvas::read(signature);
        EXPECT_EQ(sorted(normal), sorted(signature));
        EXPECT_EQ(canvas::read(normal), normal);
        EXPECT_EQ(canvas::clone(normal), normal);
    }
}

TEST(CanvasGolden, WhatTravelsInAMessageIsReadAndWrittenWithoutLoss) {
    std::size_t seen = 0;
    for (const auto& row : golden_rows("canvas-5.6.3.jsonl")) {
        SCOPED_TRACE(text_of(row, "case"));
        for (const auto& message : row.at("messages")) {
            if (!message.contains("embed")) continue;
            const auto& embed = message.at("embed");
            for (const char* name : {"callbacks", "errbacks", "chain", "chord"}) {
                for (const auto& signature : canvas::as_list(embed.at(name))) {
                    ++seen;
                    const auto normal = canvas::read(signature);
                    EXPECT_EQ(canvas::read(normal), normal);
                    EXPECT_EQ(normal.at("options"), signature.at("options"));
                    EXPECT_EQ(canvas::members(normal).size(), canvas::members(signature).size());
                }
            }
        }
    }
    EXPECT_GT(seen, 30u);
}

}  // namespace
}  // namespace taskworker

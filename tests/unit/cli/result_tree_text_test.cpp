#include "cli/result_tree_text.hpp"

#include <gtest/gtest.h>

#include <map>

namespace taskworker {
namespace {

class Stored {
public:
    Stored& add(
        const char* id,
        const char* status,
        const char* result,
        const char* children = "[]",
        std::optional<std::string> parent = {}
    ) {
        auto& record = records_[id];
        record.id = id;
        record.status = status;
        record.result = result;
        record.children = children;
        record.parent_id = std::move(parent);
        return *this;
    }
    std::string text(const char* id) const {
        return result_tree_text(id, [this](const std::string& one) {
            const auto found = records_.find(one);
            return found == records_.end() ? std::nullopt : std::optional(found->second);
        });
    }
    ResultRecord& operator[](const char* id) { return records_[id]; }

private:
    std::map<std::string, ResultRecord> records_;
};

TEST(ResultTreeText, AChordsBodyStandsBesideItsHeader) {
    Stored stored;
    stored.add("h", "SUCCESS", "1").add("c", "SUCCESS", "3", "[]", "h");
    EXPECT_EQ(stored.text("c"), "h SUCCESS 1\nc SUCCESS 3  <-\n");
}

TEST(ResultTreeText, WhatIsStoredCannotSteerTheTerminalAndIsCutBetweenLetters) {
    Stored stored;
    const std::string error = "\x1b[31m" + std::string(38, 'x') + "ääää";
    stored.add("a", "PROGRESS", error.c_str());
    const auto text = stored.text("a");
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_NE(text.find("xä..."), std::string::npos) << text;
}

TEST(ResultTreeText, GoesUpToTheRootAndDownToTheLeaves) {
    Stored stored;
    stored
        .add(
            "r",
            "SUCCESS",
            "1",
            R"([[["a", null], null], [["g", null], [[["b", null], null], [["c", null], null]]]])"
        )
        .add("a", "STARTED", "null", "[]", "r")
        .add("b", "FAILURE", R"({"exc_type": "ValueError", "exc_message": ["no"]})", "[]", "r");
    stored["r"].extended = "\"name\": \"shop.add\", ";
    EXPECT_EQ(
        stored.text("b"),
        "r SUCCESS 1  shop.add\n"
        "|- a STARTED\n"
        "`- group g of 2\n"
        "   |- b FAILURE ValueError: no  <-\n"
        "   `- c PENDING\n"
    );
}

TEST(ResultTreeText, OfNothingIsNothing) { EXPECT_EQ(Stored().text("x"), ""); }

TEST(ResultTreeText, CirclesEnd) {
    Stored stored;
    stored.add("a", "SUCCESS", "1", R"([[["b", null], null]])", "b")
        .add("b", "SUCCESS", "2", R"([[["a", null], null]])", "a");
    EXPECT_EQ(stored.text("a"), "b SUCCESS 2\n`- a SUCCESS 1  <-\n   `- b (see above)\n");
}

TEST(ResultTreeText, LongResultsAreCutAndBrokenChildrenLeftOut) {
    Stored stored;
    stored.add("a", "SUCCESS", ("\"" + std::string(500, 'x') + "\"").c_str(), "[7, {}, [[1]]]");
    const auto text = stored.text("a");
    EXPECT_LT(text.size(), 80u);
    EXPECT_NE(text.find("..."), std::string::npos);
}

}  // namespace
}  // namespace taskworker

#include "cli/chord_text.hpp"

#include <gtest/gtest.h>

namespace taskworker {
namespace {

ChordView view() {
    ChordView chord;
    chord.parts = {{"a", "SUCCESS", 0}, {"c", "FAILURE", 2}};
    chord.size = 4;
    return chord;
}

bool has(const std::string& text, const char* part) { return text.find(part) != text.npos; }

TEST(ChordText, NamesWhatIsCountedMissingAndWhereItIs) {
    const auto text =
        chord_text("g", view(), {{"b", "waits in queue q"}, {"a", "is here again"}}, 20);
    EXPECT_EQ(
        text,
        "chord g: 2 of 4 parts counted\n"
        "      0  a  SUCCESS\n"
        "      2  c  FAILURE\n"
        "missing, by their place:\n"
        "      1\n"
        "      3\n"
        "It waits for\n"
        "  b waits in queue q\n"
    );
}

TEST(ChordText, OfASavedHeaderItNamesTheMissingOnes) {
    auto chord = view();
    chord.expected = {"a", "b", "c", "d"};
    const auto text = chord_text("g", chord, {}, 20);
    EXPECT_TRUE(has(text, "missing:\n  b\n  d\n"));
    EXPECT_TRUE(has(text, "None of its missing parts is in a queue"));
}

TEST(ChordText, NamesNoPlacesWhereTheyTellNothing) {
    auto chord = view();
    chord.parts[1].index = 0;
    EXPECT_FALSE(has(chord_text("g", chord, {}, 20), "missing,"));
}

TEST(ChordText, SaysSoWhenNobodyKnowsItsSize) {
    auto chord = view();
    chord.size.reset();
    const auto text = chord_text("g", chord, {}, 20);
    EXPECT_TRUE(has(text, "2 parts counted, its size is unknown"));
    EXPECT_TRUE(has(text, "Nobody has said how many parts it has"));
}

TEST(ChordText, SaysWhoFinishesACompleteOne) {
    auto chord = view();
    chord.finishing = "w1";
    chord.due_in = 7;
    EXPECT_TRUE(
        has(chord_text("g", chord, {}, 20), "w1 sends its body; after 7 s any taskworker does")
    );
    chord.due_in = -3;
    EXPECT_TRUE(has(chord_text("g", chord, {}, 20), "w1 did not send its body"));
}

TEST(ChordText, AllCountedWithoutABodyPointsToPython) {
    auto chord = view();
    chord.size = 2;
    EXPECT_TRUE(has(chord_text("g", chord, {}, 20), "a Python worker counted the last one"));
}

TEST(ChordText, ShowsNoMoreThanItIsAskedFor) {
    EXPECT_TRUE(has(chord_text("g", view(), {}, 1), "  ... and 1 more\n"));
}

}  // namespace
}  // namespace taskworker

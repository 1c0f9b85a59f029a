#include "pool/shared_page.hpp"

#include <gtest/gtest.h>

#include <string>

namespace taskworker {
namespace {

struct TwoEnds {
    SharedPage parent = SharedPage::create();
    SharedPage child = SharedPage::open(FileDescriptor(::dup(parent.fd())));
};

TEST(SharedPage, TheParentSeesWhichJobTheChildHasBegunAndWhen) {
    TwoEnds ends;
    EXPECT_EQ(ends.parent.begun().seq, 0u);
    const SteadyPoint at{Millis(12345)};
    ends.child.begin(7, at);
    EXPECT_EQ(ends.parent.begun().seq, 7u);
    EXPECT_EQ(ends.parent.begun().at, at);
}

TEST(SharedPage, TheChildSeesHowMuchOfWhatItPrintedTheParentHasTaken) {
    TwoEnds ends;
    EXPECT_EQ(ends.child.output_taken(), 0u);
    ends.parent.take_output(7);
    ends.parent.take_output(5);
    EXPECT_EQ(ends.child.output_taken(), 12u);
}

TEST(SharedPage, WhatWasAppendedButNotSentIsTheRestOfTheStream) {
    TwoEnds ends;
    ASSERT_TRUE(ends.child.append("abc"));
    ends.child.sent();
    ASSERT_TRUE(ends.child.append("defg"));
    ASSERT_TRUE(ends.child.append("hi"));
    EXPECT_EQ(ends.parent.rest_of_stream(3), "defghi");
}

TEST(SharedPage, AChildThatDiedInTheMiddleOfAWriteLosesOnlyWhatArrivedAlready) {
    TwoEnds ends;
    ASSERT_TRUE(ends.child.append("abcdef"));
    EXPECT_EQ(ends.parent.rest_of_stream(4), "ef");
    EXPECT_EQ(ends.parent.rest_of_stream(6), "");
}

TEST(SharedPage, BytesThatWentBesideTheBufferCountInTheStream) {
    TwoEnds ends;
    ends.child.sent_past(1000);
    ASSERT_TRUE(ends.child.append("abc"));
    EXPECT_EQ(ends.parent.rest_of_stream(1000), "abc");
    EXPECT_EQ(ends.parent.rest_of_stream(999), "") << "that byte never came: the stream has a hole";
}

TEST(SharedPage, RefusesWhatDoesNotFit) {
    TwoEnds ends;
    EXPECT_FALSE(ends.child.append(std::string(SharedPage::kBytes, 'x')));
    ASSERT_TRUE(ends.child.append(std::string(SharedPage::kBytes / 2, 'x')));
    EXPECT_FALSE(ends.child.append(std::string(SharedPage::kBytes / 2, 'x')));
    ends.child.sent();
    EXPECT_TRUE(ends.child.append(std::string(SharedPage::kBytes / 2, 'x')));
}

}  // namespace
}  // namespace taskworker

#include "base/base64.hpp"

#include <gtest/gtest.h>

namespace taskworker {
namespace {

TEST(Base64, GivesBackWhatItWasGiven) {
    std::string bytes;
    for (int i = 0; i < 300; ++i) {
        EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes) << i;
        bytes += static_cast<char>(i * 37);
    }
}

TEST(Base64, WritesTheVectorsOfTheRfc) {
    EXPECT_EQ(base64_encode(""), "");
    EXPECT_EQ(base64_encode("f"), "Zg==");
    EXPECT_EQ(base64_encode("fo"), "Zm8=");
    EXPECT_EQ(base64_encode("foo"), "Zm9v");
    EXPECT_EQ(base64_encode("\xff\xfe\xfd\xfc"), "//79/A==");
}

TEST(Base64, RefusesWhatIsNotBase64) {
    for (const char* text :
         {"Z",
          "Zg",
          "Zg=",
          "Zm9",
          "====",
          "Z===",
          "Zm9v=",
          "Zm9v!m9v",
          "Zg==Zm9v",
          "Zm 9",
          "=m9v",
          "Z=9v",
          "Zm-_"}) {
        EXPECT_EQ(base64_decode(text), std::nullopt) << text;
    }
}

TEST(Base64, SkipsLineBreaks) { EXPECT_EQ(base64_decode("Zm9v\r\nZm8=\n"), "foofo"); }

}  // namespace
}  // namespace taskworker

#include "pool/child_identity.hpp"

#include <gtest/gtest.h>

namespace taskworker {
namespace {

TEST(ChildIdentity, TheBuildIdIsTheLinkersAndTheSameEachTime) {
    const auto id = own_build_id();
    EXPECT_GE(id.size(), 16u);
    EXPECT_EQ(id, own_build_id());
    EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(ChildIdentity, AnotherLoadedFileHasAnotherBuildId) {
    EXPECT_NE(build_id_of(reinterpret_cast<const void*>(&std::fputs)), own_build_id());
    EXPECT_EQ(build_id_of(nullptr), "");
}

}  // namespace
}  // namespace taskworker

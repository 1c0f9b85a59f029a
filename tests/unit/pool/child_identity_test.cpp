#include "pool/child_identity.hpp"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <string>

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

TEST(ChildIdentity, ALoadedFileIsFoundByItsPathHoweverItIsWritten) {
    ::Dl_info info{};
    ASSERT_NE(::dladdr(reinterpret_cast<const void*>(&std::fputs), &info), 0);
    const std::string path = info.dli_fname;
    const auto id = build_id_of_file(path);
    EXPECT_EQ(id, build_id_of(reinterpret_cast<const void*>(&std::fputs)));
    EXPECT_FALSE(id.empty());
    const auto slash = path.rfind('/');
    EXPECT_EQ(build_id_of_file(path.substr(0, slash) + "/." + path.substr(slash)), id);
    EXPECT_EQ(build_id_of_file("/no/such/file.so"), "");
    EXPECT_EQ(build_id_of_file(""), "");
}

}  // namespace
}  // namespace taskworker

#include "backend/result_keys.hpp"

#include <gtest/gtest.h>

namespace taskworker {
namespace {

std::string key_with(const Json& prefix) {
    Settings settings;
    settings.result_backend_transport_options = {{"global_keyprefix", prefix}};
    return ResultKeys(settings).task("x");
}

TEST(ResultKeys, ThePrefixIsCompletedAsCeleryDoesIt) {
    EXPECT_EQ(ResultKeys(Settings{}).task("x"), "celery-task-meta-x");
    EXPECT_EQ(key_with("rp"), "rp_celery-task-meta-x");
    for (const std::string prefix : {"rp:", "rp_", "rp-", "rp."})
        EXPECT_EQ(key_with(prefix), prefix + "celery-task-meta-x");
    EXPECT_EQ(key_with(""), "celery-task-meta-x");
}

TEST(ResultKeys, NoExpiryMeansForEver) {
    Settings settings;
    EXPECT_EQ(ResultKeys(settings).ttl, "86400");
    settings.result_expires = Seconds(90);
    EXPECT_EQ(ResultKeys(settings).ttl, "90");
    settings.result_expires = Seconds(0);
    EXPECT_EQ(ResultKeys(settings).ttl, "0");
    settings.result_expires.reset();
    EXPECT_EQ(ResultKeys(settings).ttl, "0");
}

}  // namespace
}  // namespace taskworker

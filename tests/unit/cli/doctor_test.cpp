#include "cli/doctor_findings.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace taskworker {
namespace {

using Weight = Finding::Weight;

ServerFacts healthy() {
    ServerFacts facts;
    facts.version = "7.2.4";
    facts.role = "master";
    facts.eviction_policy = "noeviction";
    facts.aof = facts.rdb = true;
    facts.workers = 1;
    return facts;
}

std::vector<Finding> of(const ServerFacts& facts) { return findings_of(facts, Settings{}); }

// The weight of the first finding that speaks of this; Good when none does.
Weight about(const ServerFacts& facts, const char* word) {
    for (const auto& finding : of(facts))
        if (finding.what.find(word) != std::string::npos) return finding.weight;
    return Weight::Good;
}

TEST(Doctor, FindsNothingWrongWithAHealthyServer) {
    for (const auto& finding : of(healthy()))
        EXPECT_EQ(finding.weight, Weight::Good) << finding.what;
}

TEST(Doctor, WeighsWhatItFinds) {
    auto facts = healthy();
    facts.version = "6.0.16";
    EXPECT_EQ(about(facts, "too old"), Weight::Error);
    facts = healthy();
    facts.role = "slave";
    EXPECT_EQ(about(facts, "replica"), Weight::Error);
    facts = healthy();
    facts.eviction_policy = "allkeys-lru";
    EXPECT_EQ(about(facts, "maxmemory-policy"), Weight::Error);
    facts = healthy();
    facts.aof = facts.rdb = false;
    EXPECT_EQ(about(facts, "nothing is kept on disk"), Weight::Warning);
    facts = healthy();
    facts.denied = {"SORT", "EVAL"};
    EXPECT_EQ(about(facts, "SORT"), Weight::Warning);
    EXPECT_EQ(about(facts, "EVAL"), Weight::Error);
    facts = healthy();
    facts.clock_ahead = -30;
    EXPECT_EQ(about(facts, "clock"), Weight::Warning);
    facts = healthy();
    facts.other_steps = {"celery (step 5)"};
    EXPECT_EQ(about(facts, "celery (step 5)"), Weight::Warning);
    facts = healthy();
    facts.oldest_lease = 4000;
    EXPECT_EQ(about(facts, "visibility timeout"), Weight::Warning);
}

TEST(Doctor, HasARemedyForWhateverIsWrong) {
    auto facts = healthy();
    facts.version = "6.0.16";
    facts.role = "slave";
    facts.eviction_policy = "volatile-ttl";
    facts.aof = false;
    facts.denied = {"TIME"};
    facts.clock_ahead = 10;
    facts.dead_letters = 3;
    facts.other_prefixes = {"kp:"};
    for (const auto& finding : of(facts))
        EXPECT_TRUE(finding.weight == Weight::Good || !finding.remedy.empty()) << finding.what;
}

}  // namespace
}  // namespace taskworker

#include "client/async_result.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <vector>

namespace taskworker {
namespace {

using namespace std::chrono_literals;

class StillClock final : public Clock {
public:
    TimePoint now() const override { return {}; }
    SteadyPoint ticks() const override { return at; }
    SteadyPoint at{};
};

// Answers with one state after the other; each wait lets half a second pass.
class ScriptedBackend final : public ResultBackend {
public:
    ScriptedBackend(StillClock& clock, std::deque<std::string> states)
        : clock_(clock), states_(std::move(states)) {}
    void store(const ResultRecord&) override {}
    void forget(std::string_view) override {}
    void write(const GroupWrite&) override {}
    std::optional<Json> load_group(std::string_view) override { return std::nullopt; }
    void forget_group(std::string_view) override {}
    std::optional<ResultRecord> load(std::string_view id) override {
        const auto state = states_.front();
        if (states_.size() > 1) states_.pop_front();
        if (state.empty()) return std::nullopt;
        return ResultRecord{.id = std::string(id), .status = state};
    }
    std::optional<ResultRecord> wait(std::string_view id, SteadyPoint until) override {
        clock_.at = until;
        return load(id);
    }

private:
    StillClock& clock_;
    std::deque<std::string> states_;
};

std::vector<std::string> seen(std::deque<std::string> states, SteadyPoint::duration limit) {
    StillClock clock;
    ScriptedBackend backend(clock, std::move(states));
    StoredResult result(backend, "i");
    std::vector<std::string> told;
    result.watch(clock, clock.at + limit, [&](const ResultRecord* record) {
        told.push_back(record ? record->status : "-");
    });
    return told;
}

using States = std::vector<std::string>;

TEST(StoredResult, TellsEachStateOnceUntilTheEnd) {
    EXPECT_EQ(
        seen({"", "", "STARTED", "STARTED", "RETRY", "SUCCESS"}, 1h),
        (States{"-", "STARTED", "RETRY", "SUCCESS"})
    );
}

TEST(StoredResult, EndsAtOnceWhenTheTaskHasEnded) {
    EXPECT_EQ(seen({"FAILURE"}, 0s), States{"FAILURE"});
    EXPECT_EQ(seen({"REVOKED"}, 0s), States{"REVOKED"});
}

TEST(StoredResult, EndsAtTheLimit) {
    EXPECT_EQ(seen({"", "PROGRESS"}, 3s), (States{"-", "PROGRESS"}));
    EXPECT_EQ(seen({""}, 0s), States{"-"});
}

}  // namespace
}  // namespace taskworker

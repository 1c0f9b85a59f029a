#include "lifecycle/admit.hpp"

#include <gtest/gtest.h>

#include "unit/lifecycle/now.hpp"

namespace taskworker {
namespace {

using testing::kNow;

using namespace std::chrono_literals;

const TaskDef kTask{.name = "shop.ping"};

Request a_request() {
    Request request;
    request.id = "1";
    request.task = "shop.ping";
    return request;
}

template <class Why>
Why refused(const Admission& admission) {
    return std::get<Why>(std::get<Refuse>(admission).outcome);
}

TEST(Admit, RunsWhatIsDueAndKnown) {
    EXPECT_TRUE(std::holds_alternative<taskworker::Run>(admit(a_request(), &kTask, false, kNow)));
}

TEST(Admit, RefusesATaskThatIsNotRegisteredEvenIfItIsExpiredOrRevoked) {
    auto request = a_request();
    request.expires_at = kNow - 1s;
    EXPECT_EQ(refused<Unregistered>(admit(request, nullptr, true, kNow)), Unregistered{});
}

TEST(Admit, ExpiresStrictlyAfterItsTime) {
    auto request = a_request();
    request.expires_at = kNow;
    EXPECT_TRUE(std::holds_alternative<taskworker::Run>(admit(request, &kTask, false, kNow)));
    const auto later = admit(request, &kTask, false, kNow + 1ns);
    EXPECT_EQ(refused<Revoked>(later).why, Revoked::Why::Expired);
}

TEST(Admit, SaysRevokedOfWhatWasRevoked) {
    const auto admission = admit(a_request(), &kTask, true, kNow);
    EXPECT_EQ(refused<Revoked>(admission).why, Revoked::Why::Revoked);
}

TEST(Admit, SaysExpiredOfWhatIsBoth) {
    auto request = a_request();
    request.expires_at = kNow - 1s;
    EXPECT_EQ(refused<Revoked>(admit(request, &kTask, true, kNow)).why, Revoked::Why::Expired);
}

TEST(Admit, HoldsUntilTheEtaAndRunsAtIt) {
    auto request = a_request();
    request.eta_at = kNow + 5s;
    EXPECT_EQ(std::get<Hold>(admit(request, &kTask, false, kNow)).until, kNow + 5s);
    EXPECT_TRUE(std::holds_alternative<taskworker::Run>(admit(request, &kTask, false, kNow + 5s)));
}

TEST(Admit, RefusesAnExpiredTaskInsteadOfHoldingIt) {
    auto request = a_request();
    request.eta_at = kNow + 5s;
    request.expires_at = kNow - 5s;
    EXPECT_TRUE(std::holds_alternative<Refuse>(admit(request, &kTask, false, kNow)));
}

}  // namespace
}  // namespace taskworker

#include "worker/settler.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>

#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

using namespace std::chrono_literals;

// Answers as told, remembers what it was given, and can be held back so that work piles up behind
// it.
class ScriptedLedger final : public Ledger {
public:
    std::vector<Refusal> apply(std::span<const Entry> batch) override {
        std::unique_lock lock(mutex_);
        entered_ = true;
        changed_.notify_all();
        changed_.wait(lock, [&] { return open_; });
        if (failures_ > 0) {
            --failures_;
            throw BrokerError("connection refused");
        }
        batches_.emplace_back(batch.begin(), batch.end());
        changed_.notify_all();
        if (answers_ == 0) return {};
        --answers_;
        return refusals_;
    }
    std::vector<Refusal> apply_for(const std::string&, std::span<const Entry> batch) override {
        return apply(batch);
    }

    void refuse(std::vector<Refusal> refusals, int times = 1'000'000) {
        refusals_ = std::move(refusals);
        answers_ = times;
    }
    void fail(int times) { failures_ = times; }
    void close() {
        const std::lock_guard lock(mutex_);
        open_ = false;
    }
    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    void wait_until_entered() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return entered_; });
    }
    std::vector<std::vector<Entry>> wait_for(std::size_t batches) {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(changed_.wait_for(lock, 5s, [&] { return batches_.size() >= batches; }));
        return batches_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::vector<Entry>> batches_;
    std::vector<Refusal> refusals_;
    int failures_ = 0, answers_ = 0;
    bool open_ = true, entered_ = false;
};

class Heard final : public Observer {
public:
    void on(const Event& event) override { events.push_back(event); }
    std::vector<Event> events;
};

Settlement a_settlement(std::string tag) {
    Settlement s;
    s.task_id = "id-" + tag;
    s.events.push_back(Event{.type = Event::Type::TaskSucceeded, .uuid = s.task_id});
    s.tag = std::move(tag);
    return s;
}

struct SettlerTest : ::testing::Test {
    ScriptedLedger ledger;
    Settings settings;
    Heard heard;
    SystemClock clock;
    std::vector<std::string> over;
    std::optional<Settlement> instead;
    Settler settler{
        ledger,
        heard,
        clock,
        [this](std::span<const std::string> tags) {
            over.insert(over.end(), tags.begin(), tags.end());
        },
        [this](const Settlement&, const std::string&) { return std::exchange(instead, {}); }};
    static Refusal wrong_type() {
        return {.index = 0, .lost = false, .why = "WRONGTYPE Operation against a key"};
    }
    SteadyPoint soon() const { return clock.ticks() + 5s; }
    void begin(std::string tag) {
        auto delivery = std::make_shared<Delivery>();
        delivery->request.id = "id-" + tag;
        delivery->message.raw = "\"\"";
        delivery->message.body = {0, 2};
        delivery->tag = std::move(tag);
        settler.push(BegunTask{std::move(delivery), nullptr, &settings});
    }
    void push(std::string tag, Settler::By by = Settler::By::Settler) {
        std::vector<Settlement> one;
        one.push_back(a_settlement(std::move(tag)));
        settler.push(std::move(one), by);
    }
};

TEST_F(SettlerTest, WhatComesWhileABatchIsUnderWayGoesTogetherInTheNext) {
    ledger.close();
    settler.start();
    push("1");
    ledger.wait_until_entered();
    push("2");
    push("3");
    ledger.open();
    const auto batches = ledger.wait_for(2);
    EXPECT_EQ(batches.at(0).size(), 1u);
    EXPECT_EQ(batches.at(1).size(), 2u);
    EXPECT_EQ(settler.stop(soon()), 0u);
    EXPECT_EQ(over, (std::vector<std::string>{"1", "2", "3"}));
    EXPECT_EQ(heard.events.size(), 3u);
}

TEST_F(SettlerTest, ACallerThatHasTimeWritesItselfWhenNobodyIsWriting) {
    push("1", Settler::By::Caller);  // the settler's thread has not begun
    const auto batches = ledger.wait_for(1);
    EXPECT_EQ(batches.at(0).size(), 1u);
    EXPECT_EQ(over, (std::vector<std::string>{"1"}));
    settler.start();
    EXPECT_EQ(settler.stop(soon()), 0u);
    EXPECT_EQ(ledger.wait_for(1).size(), 1u);
}

TEST_F(SettlerTest, WhatACallerCouldNotWriteTheSettlerWrites) {
    ledger.fail(2);
    push("1", Settler::By::Caller);
    EXPECT_TRUE(over.empty());
    push("2", Settler::By::Caller);  // Redis is away: no caller has to find that out again
    settler.start();
    EXPECT_EQ(settler.stop(soon()), 0u);
    EXPECT_EQ(ledger.wait_for(2).size(), 2u);
    EXPECT_EQ(over, (std::vector<std::string>{"1", "2"}));
}

TEST_F(SettlerTest, ACallerDoesNotWaitForTheWriter) {
    ledger.close();
    settler.start();
    push("1");
    ledger.wait_until_entered();
    push("2", Settler::By::Caller);  // comes back at once
    EXPECT_TRUE(over.empty());
    ledger.open();
    EXPECT_EQ(settler.stop(soon()), 0u);
    EXPECT_EQ(over, (std::vector<std::string>{"1", "2"}));
}

TEST_F(SettlerTest, AStartWhoseEndComesFirstIsNeverWritten) {
    begin("1");
    push("1");
    settler.start();
    EXPECT_EQ(settler.stop(soon()), 0u);
    const auto batches = ledger.wait_for(1);
    ASSERT_EQ(batches.size(), 1u);
    ASSERT_EQ(batches[0].size(), 1u);
    EXPECT_TRUE(std::holds_alternative<Settlement>(batches[0][0]));
}

TEST_F(SettlerTest, AStartWithoutAnEndIsWrittenAfterItsGrace) {
    settler.start();
    begin("1");
    const auto batches = ledger.wait_for(1);
    const auto* start = std::get_if<Start>(&batches.at(0).at(0));
    ASSERT_TRUE(start);
    EXPECT_EQ(start->tag, "1");
    EXPECT_EQ(start->note, R"({"id": "id-1"})");
    EXPECT_EQ(settler.stop(soon()), 0u);
    EXPECT_TRUE(over.empty());
}

TEST_F(SettlerTest, ALostLeaseIsToldAndItsEventsAreNot) {
    ledger.refuse({Refusal{.index = 0}});
    settler.start();
    push("1");
    settler.stop(soon());
    ASSERT_EQ(heard.events.size(), 1u);
    EXPECT_EQ(heard.events[0].type, Event::Type::LeaseLost);
    EXPECT_EQ(over, std::vector<std::string>{"1"});
}

TEST_F(SettlerTest, WhileRedisIsAwayTheBatchIsKeptAndSentAgain) {
    ledger.fail(2);
    settler.start();
    push("1");
    ledger.wait_for(1);
    EXPECT_EQ(settler.stop(soon()), 0u);
    EXPECT_EQ(over, std::vector<std::string>{"1"});
}

TEST_F(SettlerTest, LostAfterAResendCountsAsSettled) {
    ledger.fail(1);
    ledger.refuse({Refusal{.index = 0}});
    settler.start();
    push("1");
    settler.stop(soon());
    ASSERT_EQ(heard.events.size(), 1u);
    EXPECT_EQ(heard.events[0].type, Event::Type::TaskSucceeded);
}

TEST_F(SettlerTest, WhatRedisRefusesIsSentAgainBeforeAnythingIsTold) {
    ledger.refuse({wrong_type()}, 2);
    settler.start();
    push("1");
    EXPECT_EQ(settler.stop(soon()), 0u);
    EXPECT_EQ(ledger.wait_for(3).size(), 3u);
    EXPECT_EQ(over, std::vector<std::string>{"1"});
    ASSERT_EQ(heard.events.size(), 1u);
    EXPECT_EQ(heard.events[0].type, Event::Type::TaskSucceeded);
}

TEST_F(SettlerTest, AfterThreeRefusalsSomethingElseIsSentInItsPlace) {
    ledger.refuse({wrong_type()}, 3);
    instead = a_settlement("1");
    instead->dead_letter_reason = "instead";
    settler.start();
    push("1");
    EXPECT_EQ(settler.stop(soon()), 0u);
    const auto batches = ledger.wait_for(4);
    EXPECT_EQ(std::get<Settlement>(batches.at(3).at(0)).dead_letter_reason, "instead");
    EXPECT_EQ(over, std::vector<std::string>{"1"});
}

TEST_F(SettlerTest, WhatRedisRefusesWithoutEndIsGivenUpSoThatNothingHangs) {
    ledger.refuse({wrong_type()});
    settler.start();
    push("1");
    EXPECT_EQ(settler.stop(soon()), 1u);
    EXPECT_EQ(over, std::vector<std::string>{"1"});
    EXPECT_TRUE(heard.events.empty());
}

TEST_F(SettlerTest, WhatATaskSentWhileRedisWasFullIsSentAgainWithoutItsLease) {
    ledger.refuse(
        {Refusal{.index = 0, .lost = false, .why = "OOM command not allowed (LPUSH)"}}, 1
    );
    settler.start();
    settler.push(Sending{
        .tag = "1", .once = "x", .publish = {{.queue = "q", .envelope = "{}"}}, .groups = {}});
    const auto batches = ledger.wait_for(2);
    EXPECT_EQ(settler.stop(soon()), 0u);
    const auto& again = std::get<Sending>(batches.at(1).at(0));
    EXPECT_EQ(again.tag, "");
    EXPECT_EQ(again.once, "x");
    EXPECT_EQ(again.publish.size(), 1u);
}

TEST_F(SettlerTest, ARefusedNeighbourHoldsNobodyUp) {
    ledger.refuse({wrong_type()}, 1);
    ledger.close();
    settler.start();
    push("0");
    ledger.wait_until_entered();
    push("1");
    ledger.open();
    EXPECT_EQ(settler.stop(soon()), 0u);
    EXPECT_EQ(over, (std::vector<std::string>{"1", "0"}));
}

TEST_F(SettlerTest, AStopDoesNotWaitForTheEndOfALongPause) {
    Settler patient{
        ledger,
        heard,
        clock,
        [this](std::span<const std::string> tags) {
            over.insert(over.end(), tags.begin(), tags.end());
        },
        {},
        BackoffTimer(Millis(60'000), Millis(60'000))};
    ledger.fail(1);
    patient.start();
    std::vector<Settlement> one;
    one.push_back(a_settlement("1"));
    patient.push(std::move(one));
    ledger.wait_until_entered();
    EXPECT_EQ(patient.stop(soon()), 0u);
    EXPECT_EQ(over, std::vector<std::string>{"1"});
}

TEST_F(SettlerTest, StopGivesUpAtItsDeadlineAndSaysWhatIsLeft) {
    ledger.fail(1'000'000);
    settler.start();
    push("1");
    EXPECT_EQ(settler.stop(clock.ticks()), 1u);
    EXPECT_TRUE(over.empty());
}

}  // namespace
}  // namespace taskworker

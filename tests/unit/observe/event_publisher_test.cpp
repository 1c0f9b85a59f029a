#include "observe/event_publisher.hpp"

#include <gtest/gtest.h>

#include "message/plain_message.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

using namespace std::chrono_literals;

// Keeps what is published; can be away, or be stuck in a call.
class Scripted final : public Fanout {
public:
    void subscribe(Binding) override {}
    std::vector<std::string> receive(SteadyPoint) override { return {}; }
    void interrupt() override {}
    void unsubscribe() override {}
    void send(const Sending&) override {}
    void put(const std::string&, std::span<const std::string>) override {}
    void bind(const Binding&) override {}
    void remove(const Binding&) override {}
    std::optional<std::string> take(const std::string&, SteadyPoint) override { return {}; }

    std::size_t publish(std::span<const Sending> messages) override {
        std::unique_lock lock(mutex_);
        entered_ = true;
        changed_.notify_all();
        changed_.wait(lock, [&] { return open_; });
        if (away_) throw BrokerError("connection refused");
        sent_.insert(sent_.end(), messages.begin(), messages.end());
        changed_.notify_all();
        return listeners_;
    }
    void listeners(std::size_t listeners) {
        const std::lock_guard lock(mutex_);
        listeners_ = listeners;
    }
    void open(bool open) {
        const std::lock_guard lock(mutex_);
        open_ = open;
        changed_.notify_all();
    }
    void away(bool away) {
        const std::lock_guard lock(mutex_);
        away_ = away;
    }
    void wait_until_entered() {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(changed_.wait_for(lock, 5s, [&] { return entered_; }));
    }
    // The events of all messages, once there are so many.
    std::vector<Json> events(std::size_t least) {
        std::unique_lock lock(mutex_);
        std::vector<Json> all;
        changed_.wait_for(lock, 5s, [&] {
            all.clear();
            for (const auto& message : sent_) {
                const std::vector<std::string> json{"json"};
                const auto opened = open_plain(message.envelope, json);
                const auto& body = std::get<PlainMessage>(opened).body;
                if (body.is_array())
                    all.insert(all.end(), body.begin(), body.end());
                else
                    all.push_back(body);
            }
            return all.size() >= least;
        });
        return all;
    }
    std::vector<Sending> sent() {
        const std::lock_guard lock(mutex_);
        return sent_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = true, away_ = false, entered_ = false;
    std::vector<Sending> sent_;
    std::size_t listeners_ = 1;
};

struct EventPublisherTest : ::testing::Test {
    Scripted fanout;
    LamportClock lamport;
    SystemClock clock;
    EventGroups all{true}, worker_only{false};

    EventPublisherParts parts(const EventGroups& groups, std::optional<Seconds> heartbeat = {}) {
        return {
            .fanout = fanout,
            .groups = groups,
            .lamport = lamport,
            .clock = clock,
            .node = "w@h",
            .heartbeat = heartbeat};
    }
    static Event started(int n) {
        Event event{.type = Event::Type::TaskStarted};
        event.uuid = std::to_string(n);
        return event;
    }
};

TEST_F(EventPublisherTest, SendsWhatHappensInOrderWithARisingClock) {
    EventPublisher publisher(parts(all));
    publisher.start();
    for (int i = 0; i < 100; ++i) publisher.on(started(i));
    publisher.stop();
    const auto events = fanout.events(100);
    ASSERT_EQ(events.size(), 100u);
    for (std::size_t i = 0; i < 100; ++i) {
        EXPECT_EQ(events[i]["uuid"], std::to_string(i));
        EXPECT_EQ(events[i]["clock"], i + 1);
    }
    for (const auto& message : fanout.sent()) {
        EXPECT_EQ(message.exchange, "celeryev");
        EXPECT_EQ(message.key, "task.multi");
    }
}

TEST_F(EventPublisherTest, SendsNoEventsOfTasksUntilTheyAreEnabled) {
    EventPublisher publisher(parts(worker_only));
    publisher.start();
    publisher.on(started(1));
    EXPECT_TRUE(worker_only.enable_tasks());
    EXPECT_FALSE(worker_only.enable_tasks());
    publisher.on(started(2));
    EXPECT_TRUE(worker_only.disable_tasks());
    publisher.on(started(3));
    publisher.stop();
    const auto events = fanout.events(1);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0]["uuid"], "2");
}

TEST_F(EventPublisherTest, WhatWasEnabledAtTheStartStays) {
    EXPECT_FALSE(all.enable_tasks());
    EXPECT_FALSE(all.disable_tasks());
    EXPECT_TRUE(all.tasks());
}

TEST_F(EventPublisherTest, AStuckBrokerHoldsNobodyAndTheOldestAreDropped) {
    fanout.open(false);
    EventPublisher publisher(parts(all));
    publisher.start();
    publisher.on(started(-1));
    fanout.wait_until_entered();
    const int most = EventPublisher::kMostWaiting;
    for (int i = 0; i < most + 5; ++i) publisher.on(started(i));  // returns: else the test hangs
    EXPECT_EQ(publisher.dropped(), 5u);
    fanout.open(true);
    publisher.stop();
    const auto events = fanout.events(EventPublisher::kMostWaiting + 1);
    EXPECT_EQ(events.back()["uuid"], std::to_string(most + 4));
}

TEST_F(EventPublisherTest, ComesToItsEndWhileTheBrokerIsAway) {
    fanout.away(true);
    EventPublisher publisher(parts(all, Seconds(2)));
    publisher.start();
    publisher.on(started(1));
    publisher.stop();
    EXPECT_TRUE(fanout.sent().empty());
}

TEST_F(EventPublisherTest, TheWorkerSaysThatItComesAndGoes) {
    {
        EventPublisher publisher(parts(worker_only, Seconds(0.01)));
        publisher.start();
        EXPECT_GE(fanout.events(3).size(), 3u);
        publisher.beat();
        publisher.stop();
    }
    const auto events = fanout.events(3);
    EXPECT_EQ(events.front()["type"], "worker-online");
    EXPECT_EQ(events[1]["type"], "worker-heartbeat");
    EXPECT_EQ(events[1]["freq"], 0.01);
    EXPECT_EQ(events.back()["type"], "worker-offline");
}

TEST_F(EventPublisherTest, BeatsRarelyWhileNobodyListens) {
    constexpr Seconds kBeat(0.05);
    fanout.listeners(0);
    EventPublisher publisher(parts(worker_only, kBeat));
    const auto begin = clock.ticks();
    publisher.start();
    EXPECT_GE(fanout.events(4).size(), 4u);  // online, and three beats with two pauses
    EXPECT_GE(Seconds(clock.ticks() - begin), 6 * kBeat);
    EXPECT_EQ(fanout.events(4).back()["freq"], kBeat.count());
    publisher.stop();
}

}  // namespace
}  // namespace taskworker

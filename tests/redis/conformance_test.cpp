#include <gtest/gtest.h>

#include <thread>

#include "broker/memory_broker.hpp"
#include "ledger/memory_ledger.hpp"
#include "ledger/open_ledger.hpp"
#include "message/publish.hpp"
#include "support/redis_rig.hpp"

// What every transport and its ledger promise: the one on Redis and its twin in memory.
namespace taskworker::testing {
namespace {

using Ids = std::vector<std::string>;

class Side {
public:
    virtual ~Side() = default;
    virtual std::unique_ptr<Transport> worker(const std::string& id) = 0;
    virtual std::unique_ptr<Ledger> ledger(const std::string& id) = 0;
    virtual void push(const std::string& message) = 0;
    virtual std::vector<std::string> waiting() = 0;  // runs next first
    virtual void kill(const std::string& worker) = 0;
};

class RedisSide final : public Side {
public:
    std::unique_ptr<Transport> worker(const std::string& id) override { return rig_.worker(id); }
    std::unique_ptr<Ledger> ledger(const std::string& id) override {
        return open_ledger(rig_.settings, "w@host", id);
    }
    void push(const std::string& message) override { rig_.push("celery", message); }
    std::vector<std::string> waiting() override {
        auto list = rig_.list("celery");
        return {list.rbegin(), list.rend()};
    }
    void kill(const std::string&) override {}  // it has stopped beating, that is all

private:
    RedisRig rig_;
};

class MemorySide final : public Side {
public:
    std::unique_ptr<Transport> worker(const std::string& id) override {
        return std::make_unique<MemoryTransport>(queues_, id);
    }
    std::unique_ptr<Ledger> ledger(const std::string& id) override {
        return std::make_unique<MemoryLedger>(queues_, std::make_shared<MemoryResults>(), id);
    }
    void push(const std::string& message) override { queues_->push("celery", message); }
    std::vector<std::string> waiting() override {
        const std::lock_guard lock(queues_->mutex);
        const auto& list = queues_->lists["celery"];
        return {list.begin(), list.end()};
    }
    void kill(const std::string& worker) override { queues_->kill(worker); }

private:
    std::shared_ptr<MemoryQueues> queues_ = std::make_shared<MemoryQueues>();
};

struct TransportConformance : ::testing::TestWithParam<bool> {
    TransportConformance() {
        if (GetParam())
            side = std::make_unique<RedisSide>();
        else
            side = std::make_unique<MemorySide>();
        transport = side->worker("w1");
        broker = transport->broker();
        leases = transport->leases();
        ledger = side->ledger("w1");
        broker->subscribe({"celery"});
    }
    void push(int n) {
        for (int i = 0; i < n; ++i) side->push(message(std::to_string(i)));
    }
    Settlement end(const Delivery& delivery, Disposition disposition = Disposition::Ack) {
        Settlement settlement;
        settlement.tag = delivery.tag;
        settlement.task_id = delivery.request.id;
        settlement.list = delivery.list;
        settlement.disposition = disposition;
        settlement.message = delivery.message.raw;
        settlement.dead_letter_reason = "no reason";
        return settlement;
    }
    std::vector<Refusal> apply(std::vector<Entry> batch) { return ledger->apply(batch); }

    std::unique_ptr<Side> side;
    std::unique_ptr<Transport> transport;
    std::unique_ptr<Broker> broker;
    std::unique_ptr<Leases> leases;
    std::unique_ptr<Ledger> ledger;
};

INSTANTIATE_TEST_SUITE_P(Twins, TransportConformance, ::testing::Bool(), [](const auto& each) {
    return each.param ? "Redis" : "Memory";
});

TEST_P(TransportConformance, DeliversInOrderWithinTheRoom) {
    push(5);
    auto got = fetch_all(*broker, 2);
    EXPECT_EQ(ids(got), (Ids{"0", "1", "2", "3", "4"}));
    EXPECT_EQ(got[0].message.raw, message("0"));
}

TEST_P(TransportConformance, MalformedMessagesAreDiscardedAndKept) {
    side->push("\xff");
    auto fetched = broker->fetch(1, soon(1000));
    ASSERT_EQ(fetched.size(), 1u);
    EXPECT_EQ(std::get<DiscardedMessage>(fetched[0]).head, "\xff");
    EXPECT_EQ(transport->dead_letters()->list(0, 5).at(0).message, "\xff");
}

TEST_P(TransportConformance, AnInterruptEndsTheWait) {
    std::thread other([&] { broker->interrupt(); });
    EXPECT_TRUE(broker->fetch(1, soon(20'000)).empty());
    other.join();
}

TEST_P(TransportConformance, AnEndHappensOnce) {
    push(1);
    const auto held = fetch_all(*broker);
    EXPECT_TRUE(apply({end(held.at(0))}).empty());
    const auto again = apply({end(held.at(0))});
    ASSERT_EQ(again.size(), 1u);
    EXPECT_TRUE(again[0].lost);
    EXPECT_EQ(
        leases->extend(std::vector{held[0].tag}, std::chrono::system_clock::now()), Ids{held[0].tag}
    );
}

TEST_P(TransportConformance, RequeueGoesToTheBackAndHandBackToTheFront) {
    push(3);
    const auto held = deliveries(broker->fetch(2, soon(1000)));
    ASSERT_EQ(held.size(), 2u);
    EXPECT_TRUE(
        apply({end(held[0], Disposition::Requeue), end(held[1], Disposition::HandBack)}).empty()
    );
    EXPECT_EQ(side->waiting(), (Ids{message("1"), message("2"), message("0")}));
}

TEST_P(TransportConformance, ADeadLetterKeepsMessageReasonAndTask) {
    push(1);
    EXPECT_TRUE(apply({end(fetch_all(*broker).at(0), Disposition::DeadLetter)}).empty());
    const auto letter = transport->dead_letters()->list(0, 5).at(0);
    EXPECT_EQ(letter.message, message("0"));
    EXPECT_EQ(letter.reason, "no reason");
    EXPECT_EQ(letter.queue, "celery");
    EXPECT_EQ(letter.task_id, "0");
}

TEST_P(TransportConformance, ADeadLetterIsReplayedOnce) {
    push(1);
    EXPECT_TRUE(apply({end(fetch_all(*broker).at(0), Disposition::DeadLetter)}).empty());
    const auto letters = transport->dead_letters();
    const auto entry = letters->list(0, 5).at(0).entry;
    const std::vector<Replay> back{{entry, "celery", message("again")}};
    EXPECT_EQ(letters->replay(back), 1u);
    EXPECT_EQ(letters->replay(back), 0u);
    EXPECT_EQ(ids(fetch_all(*broker)), (Ids{"again"}));
    EXPECT_EQ(letters->size(), 0u);
}

TEST_P(TransportConformance, DeadLettersArePagedFromTheNewestAndRemovedByEntry) {
    for (const char* bytes : {"\xf1", "\xf2", "\xf3"}) side->push(bytes);
    std::size_t seen = 0;
    while (seen < 3) seen += broker->fetch(3, soon(1000)).size();
    const auto letters = transport->dead_letters();
    const auto first = letters->before("", 2);
    ASSERT_EQ(first.size(), 2u);
    EXPECT_EQ(first[0].message, "\xf3");
    const auto rest = letters->before(first[1].entry, 2);
    ASSERT_EQ(rest.size(), 1u);
    EXPECT_EQ(rest[0].message, "\xf1");
    EXPECT_EQ(letters->remove(std::vector{first[0].entry, rest[0].entry}), 2u);
    EXPECT_EQ(letters->remove(std::vector{first[0].entry}), 0u);
    EXPECT_EQ(letters->list(0, 5).at(0).message, "\xf2");
}

TEST_P(TransportConformance, ParkedTasksAreShownTheNextDueFirst) {
    push(2);
    const auto held = fetch_all(*broker);
    const auto at = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    leases->park(std::vector<Parking>{
        {held.at(0).tag, at + std::chrono::seconds(200)},
        {held.at(1).tag, at + std::chrono::seconds(100)}});
    const auto parked = leases->parked(0, 10);
    ASSERT_EQ(parked.size(), 2u);
    EXPECT_EQ(parked[0].message, message("1"));
    EXPECT_EQ(parked[0].due, at + std::chrono::seconds(100));
    EXPECT_EQ(parked[0].queue, "celery");
    ASSERT_EQ(leases->parked(1, 10).size(), 1u);
    EXPECT_TRUE(leases->parked(2, 10).empty());
}

TEST_P(TransportConformance, ABeatTellsWhatWaitsInTheListsWeServe) {
    push(3);
    EXPECT_EQ(leases->beat().backlog, 3u);
    fetch_all(*broker);
    EXPECT_EQ(leases->beat().backlog, 0u);
}

TEST_P(TransportConformance, AParkedTaskReturnsWhenItIsDue) {
    push(1);
    const auto held = fetch_all(*broker);
    const auto due = std::chrono::system_clock::now() + std::chrono::seconds(100);
    EXPECT_TRUE(leases->park(std::vector<Parking>{{held.at(0).tag, due}}).empty());
    EXPECT_TRUE(leases->claim_due(due - std::chrono::seconds(1), 5).empty());
    const auto again = deliveries(leases->claim_due(due + std::chrono::seconds(1), 5));
    EXPECT_EQ(ids(again), Ids{"0"});
    EXPECT_NE(again.at(0).tag, held[0].tag);
    EXPECT_TRUE(apply({end(again[0])}).empty());
}

TEST_P(TransportConformance, ADeadWorkersTasksGoToAnother) {
    push(2);
    const auto held = fetch_all(*broker);
    ASSERT_EQ(held.size(), 2u);
    EXPECT_TRUE(apply({Start{held[0].tag, "the note"}}).empty());
    auto other = side->worker("w2");
    auto others = other->leases();
    auto consumer = other->broker();
    consumer->subscribe({"celery"});
    others->beat();
    side->kill("w1");
    broker.reset();
    ReapReport report;
    const auto until = soon(10'000);
    while (report.worker.empty() && std::chrono::steady_clock::now() < until)
        for (const auto& dead : others->beat().dead) report = others->reap(dead);
    EXPECT_EQ(report.worker, "w1");
    EXPECT_EQ(report.handed_back, 1u);
    ASSERT_EQ(report.started.size(), 1u);
    EXPECT_EQ(report.started[0].note, "the note");
    const auto again = fetch_all(*consumer);
    EXPECT_EQ(ids(again), Ids{"1"});
    EXPECT_TRUE(again.at(0).request.delivery_info.redelivered);
    EXPECT_TRUE(apply({end(held[1])}).at(0).lost);  // it was only paused: too late
    Settlement told;
    told.tag = report.started[0].tag;
    EXPECT_TRUE(side->ledger("w2")->apply_for("w1", std::vector<Entry>{told}).empty());
    EXPECT_TRUE(apply({end(held[0])}).at(0).lost);
}

TEST_P(TransportConformance, HandedBackIsInTheOldOrder) {
    push(3);
    const auto held = fetch_all(*broker);
    EXPECT_TRUE(broker->unsubscribe().empty());  // else it is the first to take them again
    std::vector<Handover> back;
    for (auto it = held.rbegin(); it != held.rend(); ++it)
        back.push_back({it->tag, it->list, it->message.raw});
    EXPECT_EQ(leases->hand_back(back), 3u);
    EXPECT_EQ(leases->hand_back(back), 0u);
    EXPECT_EQ(side->waiting(), (Ids{message("0"), message("1"), message("2")}));
}

}  // namespace
}  // namespace taskworker::testing

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include "broker/redis_broker.hpp"
#include "broker/redis_leases.hpp"
#include "ledger/open_ledger.hpp"
#include "support/redis_rig.hpp"

// The rules of lease, fence and reaping, as random schedules of many workers play them against the
// real scripts. Time is an argument, also of the scripts; a schedule is made of its seed.
// TASKWORKER_SIMULATIONS says how many seeds are played (default 150), TASKWORKER_SEED plays one.
namespace taskworker {
namespace {

using namespace testing;

constexpr double kBeat = 2, kRenewal = 3, kStale = 4, kDead = 8;
constexpr double kRecovered = kDead + 2 * kBeat + 1;  // nothing of a dead worker is left then
constexpr std::size_t kRoom = 4;

constexpr Lifetimes kLifetimes{
    .beat = Seconds(kBeat),
    .suspect = Seconds(6),
    .dead = Seconds(kDead),
    .forgotten = Seconds(50)};

// All messages that the broker has, at one moment: a worker's BLMOVE may be on its way.
constexpr auto kEverywhere = R"(
    local all = {}
    local function add(items) for _, item in ipairs(items) do all[#all + 1] = item end end
    add(redis.call('LRANGE', 'celery', 0, -1))
    for _, kind in ipairs({'taskworker.claim:*', 'taskworker.wait:*'}) do
      for _, inbox in ipairs(redis.call('KEYS', kind)) do add(redis.call('LRANGE', inbox, 0, -1)) end
    end
    add(redis.call('HVALS', 'unacked'))
    return all)";

struct Held {
    Delivery delivery;
    bool running = false;
};

// One worker with the real broker, leases and ledger, and the rules of consumer and keeper by hand.
struct SimWorker {
    SimWorker(const RedisSettings& with, const Settings& settings, double now)
        : id(with.presence->id()),
          broker(with),
          leases(with, kLifetimes),
          ledger(open_ledger(settings, "w@h", id)),
          last_beat(now),
          last_renewal(now) {
        leases.beat();
        broker.subscribe({"celery"});
    }
    std::string id;
    RedisBroker broker;
    RedisLeases leases;
    std::unique_ptr<Ledger> ledger;
    std::map<std::string, Held> held;  // by tag
    double last_beat, last_renewal;
    double paused_until = 0;
    double worst_pause = 0;  // the longest time it was not seen

    double silence(double now) const { return std::max(worst_pause, now - last_beat); }
};

class Simulation {
public:
    explicit Simulation(std::uint64_t seed) : luck_(seed) {
        rig_.settings.broker_transport_options["priority_steps"] = Json::array({0});
        rig_.settings.worker_max_deliveries = 0;
        for (int i = 0; i < 3; ++i) add_worker();
    }

    void play(int steps) {
        for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) {
            step();
            conserve();
        }
    }

    // No more trouble: everything that was produced ends.
    void finish() {
        for (auto& worker : workers_) worker->paused_until = 0;
        for (double waited = 0; waited < kRecovered; waited += 1) advance(1);
        for (const auto& tag : redis_tags())
            EXPECT_TRUE(is_parked(tag) || owner_lives(tag)) << tag << " of a dead worker is left";
        for (int round = 0; round < 400 && settled_.size() < produced_; ++round) {
            advance(1);
            for (auto& worker : workers_)
                fetch(*worker), claim_due(*worker), start_and_settle(*worker);
            conserve();
        }
        EXPECT_EQ(settled_.size(), produced_);
    }

private:
    std::size_t pick(std::size_t n) {
        return std::uniform_int_distribution<std::size_t>(0, n - 1)(luck_);
    }

    void add_worker() {
        auto with = redis_settings(rig_.settings, "w@h", "w" + std::to_string(next_worker_++));
        with.simulated_now = [this] { return at(now_); };
        workers_.push_back(std::make_unique<SimWorker>(with, rig_.settings, now_));
    }

    void step() {
        auto& worker = *workers_[pick(workers_.size())];
        const bool paused = worker.paused_until > now_;
        switch (pick(14)) {
            case 0:
            case 1:
                return produce();
            case 2:
                return advance(1 + static_cast<double>(pick(2)));
            case 3:
                return pick(3) == 0 ? kill(worker) : void();
            case 4:
                if (pick(3) == 0) worker.paused_until = now_ + 2 + static_cast<double>(pick(14));
                return;
            case 5:
            case 6:
            case 7:
                return paused ? void() : fetch(worker);
            case 8:
                return paused ? void() : claim_due(worker);
            case 9:
                return paused ? void() : hand_back(worker);
            default:
                return paused ? void() : start_and_settle(worker);
        }
    }

    void produce() {
        for (std::size_t n = 1 + pick(4); n > 0; --n) {
            const auto id = std::to_string(produced_++);
            if (pick(4) == 0) due_[id] = now_ + 3 + static_cast<double>(pick(12));
            rig_.push("celery", message(id));
        }
    }

    // Second by second, and the keepers do what is due.
    void advance(double seconds) {
        for (double left = seconds; left > 0; left -= 1) {
            now_ += 1;
            for (std::size_t i = 0; i < workers_.size(); ++i) keep(*workers_[i]);
        }
    }

    void keep(SimWorker& worker) {
        if (worker.paused_until > now_) return;
        if (now_ - worker.last_beat >= kBeat) {
            worker.worst_pause = std::max(worker.worst_pause, now_ - worker.last_beat);
            worker.last_beat = now_;
            const auto beat = worker.leases.beat();
            if (!beat.known) renew(worker);
            for (const auto& dead : beat.dead) {
                expect_dead(dead);
                worker.leases.reap(dead);
            }
        }
        if (now_ - worker.last_renewal >= kRenewal) renew(worker);
    }

    // Only who was silent for long enough may be taken for dead.
    void expect_dead(const std::string& id) {
        for (const auto& worker : workers_) {
            if (worker->id != id) continue;
            EXPECT_GE(now_ - worker->last_beat, kDead) << id << " was alive";
        }
    }

    void renew(SimWorker& worker) {
        std::vector<std::string> tags;
        for (const auto& [tag, held] : worker.held) tags.push_back(tag);
        worker.last_renewal = now_;
        if (tags.empty()) return;
        for (const auto& tag : worker.leases.extend(tags, at(now_))) {
            EXPECT_GE(worker.silence(now_), kDead) << "a lease was lost without a pause";
            // What runs goes on; its end will be refused.
            if (!worker.held.at(tag).running) worker.held.erase(tag);
        }
    }

    void fetch(SimWorker& worker) {
        if (worker.held.size() >= kRoom) return;
        auto fetched = worker.broker.fetch(kRoom - worker.held.size(), SteadyPoint{});
        take(worker, std::move(fetched));
    }

    void claim_due(SimWorker& worker) {
        if (worker.held.size() >= kRoom) return;
        take(worker, worker.leases.claim_due(at(now_), kRoom - worker.held.size()));
    }

    void take(SimWorker& worker, std::vector<Fetched> fetched) {
        for (auto& one : fetched) {
            ASSERT_TRUE(std::holds_alternative<std::shared_ptr<const Delivery>>(one));
            const auto delivery = std::get<std::shared_ptr<const Delivery>>(one);
            const auto due = due_.find(delivery->request.id);
            if (due != due_.end() && due->second > now_) {
                worker.leases.park(std::vector<Parking>{{delivery->tag, at(due->second)}});
                continue;
            }
            const auto tag = delivery->tag;
            worker.held.emplace(tag, Held{*delivery});
        }
    }

    void hand_back(SimWorker& worker) {
        std::vector<Handover> back;
        for (const auto& [tag, held] : worker.held)
            if (!held.running) back.push_back({tag, held.delivery.list, held.delivery.message.raw});
        for (const auto& lease : back) worker.held.erase(lease.tag);
        worker.leases.hand_back(back);
    }

    // Ends what runs, or starts what waits, one at a time.
    void start_and_settle(SimWorker& worker) {
        if (worker.held.empty()) return;
        if (now_ - worker.last_renewal > kStale) renew(worker);  // Consumer::drop_lost
        if (worker.held.empty()) return;
        auto& [tag, held] = *worker.held.begin();
        if (held.running) return settle(worker, tag);
        const auto& id = held.delivery.request.id;
        const auto due = due_.find(id);
        EXPECT_TRUE(due == due_.end() || due->second <= now_) << id << " starts before its time";
        EXPECT_FALSE(settled_.contains(id)) << id << " starts after its end was stored";
        for (const auto& other : workers_)
            for (const auto& [_, theirs] : other->held)
                if (theirs.running && theirs.delivery.request.id == id) {
                    EXPECT_GE(other->silence(now_), kDead)
                        << id << " runs twice, at " << other->id << " and " << worker.id;
                }
        held.running = true;
    }

    void settle(SimWorker& worker, const std::string& tag) {
        auto& held = worker.held.at(tag);
        Settlement end;
        end.tag = tag;
        end.task_id = held.delivery.request.id;
        end.list = held.delivery.list;
        end.store = ResultRecord{.id = end.task_id, .status = "SUCCESS", .result = "1"};
        const bool lost = !worker.ledger->apply(std::vector<Entry>{end}).empty();
        if (!lost) {
            EXPECT_TRUE(settled_.insert(end.task_id).second) << end.task_id << " has ended twice";
        } else {
            EXPECT_GE(worker.silence(now_), kDead) << "an end was refused without a pause";
        }
        worker.held.erase(std::string(tag));
    }

    void kill(SimWorker& worker) {
        const auto found = std::find_if(workers_.begin(), workers_.end(), [&](const auto& one) {
            return one.get() == &worker;
        });
        workers_.erase(found);
        add_worker();
    }

    // Every task lies in exactly one place, or has ended.
    void conserve() {
        std::map<std::string, int> places;
        const auto see = [&](const std::string& raw) {
            const auto at = raw.find("\"id\": \"");
            ++places[raw.substr(at + 7, raw.find('"', at + 7) - at - 7)];
        };
        for (const auto& entry : rig_.raw().call("EVAL", kEverywhere, 0).items) see(entry.text);
        for (const auto& id : settled_) ++places[id];
        EXPECT_EQ(places.size(), produced_) << "a task is lost";
        for (const auto& [id, n] : places) EXPECT_EQ(n, 1) << id << " lies in several places";
    }

    std::vector<std::string> redis_tags() {
        std::vector<std::string> tags;
        for (auto& item : rig_.raw().call("HKEYS", "unacked").items) tags.push_back(item.text);
        return tags;
    }
    bool is_parked(const std::string& tag) {
        return !rig_.raw().call("ZSCORE", "taskworker.parked", tag).nil();
    }
    bool owner_lives(const std::string& tag) const {
        return std::any_of(workers_.begin(), workers_.end(), [&](const auto& worker) {
            return tag.starts_with(tag_start(worker->id));
        });
    }
    static TimePoint at(double seconds) { return from_unix(1'700'000'000 + seconds); }

    std::mt19937_64 luck_;
    RedisRig rig_;
    std::vector<std::unique_ptr<SimWorker>> workers_;
    std::size_t produced_ = 0, next_worker_ = 0;
    std::map<std::string, double> due_;
    std::set<std::string> settled_;
    double now_ = 1000;
};

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
    const char* text = std::getenv(variable);
    return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

TEST(SimulatedFleet, LosesNothingAndRunsNothingTwiceWhateverTheSchedule) {
    const auto only = number_of("TASKWORKER_SEED", 0);
    const auto seeds = only ? 1 : number_of("TASKWORKER_SIMULATIONS", 150);
    for (std::uint64_t i = 0; i < seeds && !HasFailure(); ++i) {
        const auto seed = only ? only : i + 1;
        SCOPED_TRACE("TASKWORKER_SEED=" + std::to_string(seed));
        Simulation simulation(seed);
        simulation.play(250);
        if (!HasFailure()) simulation.finish();
    }
}

}  // namespace
}  // namespace taskworker

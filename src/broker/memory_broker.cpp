#include "broker/memory_broker.hpp"

#include <algorithm>
#include <utility>

#include "broker/memory_fanout.hpp"
#include "broker/tags.hpp"
#include "message/decode.hpp"
#include "message/envelope.hpp"
#include "message/publish.hpp"

namespace taskworker {
namespace {

using Queues = std::shared_ptr<MemoryQueues>;
using Lock = std::unique_lock<std::mutex>;

std::string new_tag(MemoryQueues& queues, const std::string& worker, const std::string& list) {
    return tag_start(worker) + ":" + std::to_string(queues.next_tag++) + ":" + list;
}

// Opens a message that is about to be leased; what cannot be read is a dead letter.
Fetched open(
    MemoryQueues& queues,
    const std::string& tag,
    const std::string& list,
    const std::string& raw,
    const std::vector<std::string>& accept
) {
    auto delivery = std::make_shared<Delivery>();
    delivery->tag = tag;
    delivery->queue = delivery->list = list;
    delivery->message.raw = raw;
    const auto malformed = open_delivery(*delivery, accept);
    if (!malformed) return delivery;
    queues.dead_letters.push_back(
        {.message = raw,
         .queue = list,
         .reason = malformed->why,
         .at = std::chrono::system_clock::now()}
    );
    return DiscardedMessage{.queue = list, .why = malformed->why, .head = raw.substr(0, 200)};
}

class MemoryBroker final : public Broker {
public:
    MemoryBroker(Queues queues, std::string worker, std::vector<std::string> accept)
        : queues_(std::move(queues)), worker_(std::move(worker)), accept_(std::move(accept)) {}

    std::vector<Fetched> fetch(std::size_t room, SteadyPoint until) override {
        Lock lock(queues_->mutex);
        queues_->workers.try_emplace(worker_);
        std::vector<Fetched> result;
        queues_->changed.wait_until(lock, until, [&] {
            result = take(room);
            return interrupted_ || !result.empty();
        });
        if (result.empty()) interrupted_ = false;
        return result;
    }
    void interrupt() override {
        const Lock lock(queues_->mutex);
        interrupted_ = true;
        queues_->changed.notify_all();
    }
    void reconnect() override {}
    void subscribe(std::vector<std::string> served) override {
        const Lock lock(queues_->mutex);
        queues_->workers[worker_].queues = {served.begin(), served.end()};
        served_ = std::move(served);
    }
    std::vector<Fetched> unsubscribe() override {
        subscribe({});
        return {};
    }
    void publish(std::span<const Outgoing> messages) override {
        for (const auto& message : messages) queues_->push(message.queue, message.envelope);
    }

private:
    std::vector<Fetched> take(std::size_t room) {
        std::vector<Fetched> result;
        for (const auto& name : served_) {
            auto& list = queues_->lists[name];
            for (; result.size() < room && !list.empty(); list.pop_front()) {
                const auto tag = new_tag(*queues_, worker_, name);
                result.push_back(open(*queues_, tag, name, list.front(), accept_));
                if (std::holds_alternative<std::shared_ptr<const Delivery>>(result.back()))
                    queues_->leases[tag] = {
                        list.front(), name, worker_, std::chrono::system_clock::now()};
            }
        }
        return result;
    }
    Queues queues_;
    std::string worker_;
    std::vector<std::string> accept_, served_;
    bool interrupted_ = false;  // guarded by queues_->mutex
};

class MemoryLeases final : public Leases {
public:
    MemoryLeases(
        Queues queues, std::string worker, std::vector<std::string> accept, int max_deliveries
    )
        : queues_(std::move(queues)),
          worker_(std::move(worker)),
          accept_(std::move(accept)),
          max_deliveries_(max_deliveries) {}

    void announce() override {
        const Lock lock(queues_->mutex);
        queues_->workers[worker_].dead = false;
    }
    Beat beat() override {
        const Lock lock(queues_->mutex);
        const bool known = queues_->workers.contains(worker_);
        queues_->workers[worker_].dead = false;
        Beat beat{.known = known, .dead = {}, .backlog = 0};
        for (const auto& queue : queues_->workers[worker_].queues)
            beat.backlog += queues_->lists[queue].size();
        for (const auto& [id, worker] : queues_->workers)
            if (worker.dead) beat.dead.push_back(id);
        return beat;
    }
    Rest rest() override {
        const auto seen = beat();
        return {
            .closer = !seen.known || seen.backlog > 0 || !seen.dead.empty(), .until = Seconds(2)};
    }
    void leave() override {
        const Lock lock(queues_->mutex);
        queues_->workers[worker_].dead = queues_->started.contains(worker_);
        if (!queues_->workers[worker_].dead) queues_->workers.erase(worker_);
    }
    std::vector<std::string> extend(std::span<const std::string> tags, TimePoint now) override {
        const Lock lock(queues_->mutex);
        std::vector<std::string> gone;
        for (const auto& tag : tags) {
            const auto lease = queues_->leases.find(tag);
            const auto marks = queues_->started.find(worker_);
            if (lease != queues_->leases.end()) {
                lease->second.renewed = std::max(lease->second.renewed, now);
            } else if (marks == queues_->started.end() || !marks->second.contains(tag)) {
                gone.push_back(tag);
            }
        }
        return gone;
    }
    std::vector<std::string> park(std::span<const Parking> parkings) override {
        const Lock lock(queues_->mutex);
        std::vector<std::string> lost;
        for (const auto& parking : parkings) {
            const auto lease = queues_->leases.find(parking.tag);
            if (lease == queues_->leases.end()) {
                lost.push_back(parking.tag);
            } else {
                lease->second.parked = true;
                lease->second.renewed = parking.due;
            }
        }
        return lost;
    }
    std::vector<Fetched> claim_due(TimePoint now, std::size_t most) override {
        const Lock lock(queues_->mutex);
        std::vector<std::pair<TimePoint, std::string>> due;
        for (const auto& [tag, lease] : queues_->leases)
            if (lease.parked && lease.renewed <= now) due.emplace_back(lease.renewed, tag);
        std::sort(due.begin(), due.end());
        if (due.size() > most) due.resize(most);
        std::vector<Fetched> result;
        for (const auto& [at, old] : due) {
            auto lease = std::move(queues_->leases.extract(old).mapped());
            if (!queues_->workers[worker_].queues.contains(lease.list)) {
                queues_->lists[lease.list].push_front(lease.message);
                continue;
            }
            const auto tag = new_tag(*queues_, worker_, lease.list);
            result.push_back(open(*queues_, tag, lease.list, lease.message, accept_));
            if (std::holds_alternative<std::shared_ptr<const Delivery>>(result.back()))
                queues_->leases[tag] = {lease.message, lease.list, worker_, now};
        }
        queues_->changed.notify_all();
        return result;
    }
    std::optional<TimePoint> next_due() override {
        const Lock lock(queues_->mutex);
        std::optional<TimePoint> next;
        for (const auto& [tag, lease] : queues_->leases)
            if (lease.parked && (!next || lease.renewed < *next)) next = lease.renewed;
        return next;
    }
    std::optional<TimePoint> oldest_lease() override {
        const Lock lock(queues_->mutex);
        std::optional<TimePoint> oldest;
        for (const auto& [tag, lease] : queues_->leases)
            if (!oldest || lease.renewed < *oldest) oldest = lease.renewed;
        return oldest;
    }
    std::vector<ParkedTask> parked(std::size_t from, std::size_t most) override {
        const Lock lock(queues_->mutex);
        std::vector<ParkedTask> all;
        for (const auto& [tag, lease] : queues_->leases)
            if (lease.parked) all.push_back({lease.renewed, lease.list, lease.message});
        std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
            return a.due < b.due;
        });
        const auto first = std::min(from, all.size());
        const auto last = first + std::min(most, all.size() - first);
        return {
            all.begin() + static_cast<std::ptrdiff_t>(first),
            all.begin() + static_cast<std::ptrdiff_t>(last)};
    }
    std::size_t hand_back_unknown(const Known&) override { return 0; }  // no answer gets lost here
    std::size_t hand_back(std::span<const Handover> leases) override {
        const Lock lock(queues_->mutex);
        std::size_t ours = 0;
        for (const auto& lease : leases) {
            if (queues_->leases.erase(lease.tag) == 0) continue;
            queues_->lists[lease.list].push_front(lease.message);
            ++ours;
        }
        queues_->changed.notify_all();
        return ours;
    }
    ReapReport reap(const std::string& worker) override {
        const Lock lock(queues_->mutex);
        ReapReport report{.worker = worker, .handed_back = 0, .started = {}, .poisoned = {}};
        const auto dead = queues_->workers.find(worker);
        if (dead == queues_->workers.end() || !dead->second.dead) return report;
        std::vector<std::string> tags;
        for (const auto& [tag, lease] : queues_->leases)
            if (lease.worker == worker && !lease.parked) tags.push_back(tag);
        std::reverse(tags.begin(), tags.end());
        for (const auto& tag : tags) reclaim(tag, report);
        for (const auto& [tag, note] : queues_->started[worker])
            report.started.push_back({tag, worker, note});
        if (queues_->started[worker].empty()) {
            queues_->started.erase(worker);
            queues_->workers.erase(dead);
        }
        queues_->changed.notify_all();
        return report;
    }
    std::size_t restore_expired(TimePoint now) override {
        const Lock lock(queues_->mutex);
        std::size_t restored = 0;
        for (auto it = queues_->leases.begin(); it != queues_->leases.end();) {
            if (it->second.renewed + Seconds(3600) > now) {
                ++it;
                continue;
            }
            queues_->lists[it->second.list].push_front(mark_redelivered(it->second.message));
            it = queues_->leases.erase(it);
            ++restored;
        }
        queues_->changed.notify_all();
        return restored;
    }

private:
    void reclaim(const std::string& tag, ReapReport& report) {
        auto& lease = queues_->leases.at(tag);
        auto opened = open(*queues_, tag, lease.list, lease.message, accept_);
        auto* delivery = std::get_if<std::shared_ptr<const Delivery>>(&opened);
        if (delivery && ++queues_->deaths[(*delivery)->request.id] >= max_deliveries_ &&
            max_deliveries_ > 0) {
            report.poisoned.push_back(**delivery);
            return;
        }
        queues_->lists[lease.list].push_front(mark_redelivered(lease.message));
        queues_->leases.erase(tag);
        ++report.handed_back;
    }
    Queues queues_;
    std::string worker_;
    std::vector<std::string> accept_;
    int max_deliveries_;
};

class MemoryDeadLetters final : public DeadLetters {
public:
    explicit MemoryDeadLetters(Queues queues) : queues_(std::move(queues)) {}
    void add(std::span<const DeadLetter> letters) override {
        const Lock lock(queues_->mutex);
        queues_->dead_letters.insert(queues_->dead_letters.end(), letters.begin(), letters.end());
    }
    std::vector<DeadLetter> list(std::size_t from, std::size_t most) override {
        const Lock lock(queues_->mutex);
        const auto newest = newest_first();
        const auto first = std::min(from, newest.size());
        const auto last = first + std::min(most, newest.size() - first);
        return {
            newest.begin() + static_cast<std::ptrdiff_t>(first),
            newest.begin() + static_cast<std::ptrdiff_t>(last)};
    }
    std::vector<DeadLetter> before(const std::string& entry, std::size_t most) override {
        const Lock lock(queues_->mutex);
        std::vector<DeadLetter> older;
        bool found = entry.empty();
        for (auto& letter : newest_first()) {
            if (found && older.size() < most) older.push_back(letter);
            found = found || letter.entry == entry;
        }
        return older;
    }
    std::size_t replay(std::span<const Replay> letters) override {
        const Lock lock(queues_->mutex);
        std::size_t n = 0;
        for (const auto& letter : letters) {
            if (!take(letter.entry)) continue;
            queues_->lists[letter.list].push_back(letter.message);
            ++n;
        }
        queues_->changed.notify_all();
        return n;
    }
    std::size_t remove(std::span<const std::string> entries) override {
        const Lock lock(queues_->mutex);
        return static_cast<std::size_t>(std::count_if(
            entries.begin(), entries.end(), [&](const auto& entry) { return take(entry); }
        ));
    }
    std::size_t size() override {
        const Lock lock(queues_->mutex);
        return queues_->dead_letters.size();
    }

private:
    std::vector<DeadLetter> newest_first() {
        for (auto& letter : queues_->dead_letters)
            if (letter.entry.empty()) letter.entry = std::to_string(queues_->next_letter++);
        return {queues_->dead_letters.rbegin(), queues_->dead_letters.rend()};
    }
    bool take(const std::string& entry) {
        return std::erase_if(queues_->dead_letters, [&](const auto& letter) {
                   return letter.entry == entry;
               }) > 0;
    }
    Queues queues_;
};

}  // namespace

void MemoryQueues::push(const std::string& list, std::string message) {
    const std::lock_guard lock(mutex);
    lists[list].push_back(std::move(message));
    changed.notify_all();
}

void MemoryQueues::kill(const std::string& worker) {
    const std::lock_guard lock(mutex);
    workers[worker].dead = true;
}

MemoryTransport::MemoryTransport(
    std::shared_ptr<MemoryQueues> queues,
    std::string worker,
    std::vector<std::string> accept,
    int max_deliveries
)
    : queues_(std::move(queues)),
      worker_(std::move(worker)),
      accept_(std::move(accept)),
      max_deliveries_(max_deliveries) {}

std::unique_ptr<Broker> MemoryTransport::broker() {
    return std::make_unique<MemoryBroker>(queues_, worker_, accept_);
}
std::unique_ptr<Leases> MemoryTransport::leases() {
    return std::make_unique<MemoryLeases>(queues_, worker_, accept_, max_deliveries_);
}
std::unique_ptr<DeadLetters> MemoryTransport::dead_letters() {
    return std::make_unique<MemoryDeadLetters>(queues_);
}
std::unique_ptr<Fanout> MemoryTransport::fanout() { return memory_fanout(queues_); }
std::unique_ptr<Revocations> MemoryTransport::revocations() { return memory_revocations(queues_); }

}  // namespace taskworker

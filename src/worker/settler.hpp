#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/moment.hpp"
#include "ledger/ledger.hpp"
#include "lifecycle/start.hpp"
#include "observe/observer.hpp"
#include "worker/backoff_timer.hpp"

namespace taskworker {

// An early-ack task that has begun; all it points to outlives the settler.
struct BegunTask {
    std::shared_ptr<const Delivery> delivery;
    const TaskDef* task = nullptr;
    const Settings* settings = nullptr;
};

// Ends deliveries: takes all that is ready, applies it in one round trip, takes what has come
// meanwhile. Never lingers; batches form by themselves under load. While Redis is away it keeps
// what it has and tries again. push…() may be called from any thread; what it tells comes from its
// own thread, or from one that wrote by itself.
class Settler {
public:
    // Tells which deliveries are over (settled or lost).
    using Over = std::function<void(std::span<const std::string> tags)>;
    // What is to be tried in place of a settlement that Redis refuses for good (lifecycle/refused);
    // nothing: it is given up.
    using Instead =
        std::function<std::optional<Settlement>(const Settlement& refused, const std::string& why)>;

    Settler(
        Ledger& ledger,
        Observer& observer,
        const Clock& clock,
        Over over,
        Instead instead = {},
        BackoffTimer backoff = {}  // between two tries while Redis is away
    );
    ~Settler();  // as stop(): nothing is dropped unless Redis is away beyond the deadline

    // What has to happen when effects are in Redis. Set before start().
    struct Then {
        std::function<void(std::vector<std::string> groups)> chords_complete = {};
        std::function<void(std::vector<PoolJob> jobs)> run = {};
    };
    void then(Then then) { then_ = std::move(then); }

    void start();
    // By the caller: it has time, and writes them itself when nobody is writing: a task that comes
    // alone need not wait until a thread has woken up.
    enum class By { Settler, Caller };
    void push(std::vector<Settlement> settlements, By by = By::Settler);
    void push(Sending sending);
    void push(Progress progress);
    // Its mark is made and written after a short grace, and not at all if its end comes first: one
    // round trip less for every short task. The price: a worker that is killed within the grace has
    // its task run again.
    void push(BegunTask begun);

    // Applies what is left, until `deadline` at most. Returns how many entries could not be
    // applied.
    std::size_t stop(SteadyPoint deadline);

private:
    struct Pending {
        Entry entry;
        SteadyPoint due;
    };
    struct InGrace {
        BegunTask begun;
        SteadyPoint due;
    };
    struct Ready {
        std::vector<BegunTask> begun;
        std::vector<Entry> entries, again;
        bool empty() const { return begun.empty() && entries.empty() && again.empty(); }
    };
    void run();
    void wait(std::unique_lock<std::mutex>& lock);
    bool write(std::unique_lock<std::mutex>& lock, By by);
    Ready take();  // with mutex_ held
    static std::vector<Entry> batch_of(Ready ready);
    bool apply(std::span<const Entry> batch, bool again);
    bool try_apply(std::span<const Entry> batch, bool again);
    void report(std::span<const Entry> batch, std::span<const Refusal> refusals, bool again);
    bool send_again(const Entry& refused, const std::string& why);
    bool try_once_more(const Settlement& refused, const std::string& why);  // false: given up
    void wake_at(SteadyPoint due);                                          // with mutex_ held

    Ledger& ledger_;
    Observer& observer_;
    const Clock& clock_;
    Over over_;
    Instead instead_;
    const BackoffTimer backoff_;
    Then then_;
    std::unordered_map<std::string, int> refused_;  // tag → how often
    std::mutex mutex_;
    std::condition_variable ready_;
    std::vector<Entry> entries_;      // guarded by mutex_
    std::vector<Entry> spare_;        // empty; its memory is used again
    std::vector<Entry> interrupted_;  // guarded by mutex_; a caller could not write them
    bool writing_ = false;            // guarded by mutex_; ledger and refused_ are the writer's
    SteadyPoint asleep_until_ = SteadyPoint::max();  // guarded by mutex_; the settler's thread
    std::unordered_map<std::string_view, InGrace> starts_;  // guarded by mutex_; by delivery's tag
    std::vector<Pending> later_;                 // guarded by mutex_; refused, to be sent again
    SteadyPoint next_due_ = SteadyPoint::max();  // guarded by mutex_; of starts_ and later_
    bool stopping_ = false;                      // guarded by mutex_
    SteadyPoint deadline_ = SteadyPoint::max();  // guarded by mutex_
    std::size_t unapplied_ = 0;
    std::thread thread_;
};

}  // namespace taskworker

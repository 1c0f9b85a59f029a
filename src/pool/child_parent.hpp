#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "pool/child.hpp"
#include "pool/child_mailbox.hpp"
#include "pool/child_pool.hpp"
#include "pool/credit.hpp"
#include "pool/deadlines.hpp"
#include "pool/respawn.hpp"

namespace taskworker {

// The loop of pool `prefork`: one thread that owns all children. Nothing in it blocks but the wait
// for the next frame, death, mail or deadline.
class ChildParent {
public:
    ChildParent(const ChildPoolOptions& options, ChildMailbox& mailbox, PoolListener& listener);
    void run();  // until a stop came by mail and no child is left

private:
    // ---- the loop (child_parent.cpp) ----
    void step();
    void wait();
    void read_mail();
    void accept(ChildMailbox::Mail mail);
    void look_at(std::uint64_t key);
    void deliver();
    bool over() const { return stop_at_ && children_.empty(); }

    // ---- who lives (child_parent.cpp) ----
    void repopulate();
    void spawn();
    int free_index() const;
    void resize(std::size_t slots);
    void dismiss(Child& child);
    void begin_stop(SteadyPoint deadline);
    std::size_t active() const;

    // ---- jobs out (child_parent_jobs.cpp) ----
    void assign();
    std::vector<Child*> free_children();
    bool may_take(const Child& child) const;
    void give(Child& child, Entry entry);
    void write(Child& child);
    void recall(Child& child);
    void cancel(const std::string& tag, int signal);
    void cancel_in(Child& child, Entry& entry, int signal);

    // ---- frames in (child_parent_frames.cpp) ----
    void read(Child& child, bool to_the_end = false);
    void drain(Child& child);  // handles what the reader holds
    void close_stream(Child& child);
    void faulty(Child& child, const std::string& why);
    void on(Child& child, HelloFrame& frame);
    void on(Child& child, LoadFailedFrame& frame);
    void on(Child& child, StartedFrame& frame);
    void on(Child& child, StateFrame& frame);
    void on(Child& child, SentFrame& frame);
    void on(Child& child, EventFrame& frame);
    void on(Child& child, LogFrame& frame);
    void on(Child& child, OutcomeFrame& frame);
    void on(Child& child, ReturnedFrame& frame);
    void on(Child& child, MemoryFrame& frame);
    template <class F>
    void on(Child& child, F& frame);  // what only a parent says
    void tell_started(Child& child, Entry& entry, TimePoint at);

    // ---- what they print (child_parent_output.cpp) ----
    void read_output(Child& child);
    void end_output(Child& child);  // nothing more will come, or nothing of this job
    void log_printed(const Child& child, std::uint64_t seq, std::string_view line);

    // ---- limits and ends (child_parent_ends.cpp) ----
    void watch(Child& child);
    std::optional<SteadyPoint> watch_exit(Child& child);
    std::optional<SteadyPoint> watch_limits(Child& child);
    std::optional<SteadyPoint> watch_doom(Child& child);
    void doom(Child& child, Doom::Why why, std::uint64_t seq, int signal);
    void strike(Child& child);
    void kill_now(Child& child, Doom::Why why);  // whatever it holds
    bool bury(Child& child);                     // false: it is not dead yet
    void settle_window(Child& child, int status);
    void end_lost(Child& child, Entry entry, int status);
    void end_cancelled(Entry entry, int pid);
    void end(Entry entry, Finished finished);
    void give_back(std::deque<Entry> entries);  // none of them has begun

    const ChildPoolOptions& options_;
    ChildMailbox& mailbox_;
    PoolListener& listener_;
    ChildLauncher launcher_;
    FileDescriptor poller_;

    SteadyPoint now_{};  // of this step
    std::map<std::uint64_t, std::unique_ptr<Child>> children_;
    std::vector<std::uint64_t> dying_;  // to be buried in this step
    std::deque<Entry> queue_;
    std::size_t target_;
    std::uint64_t next_ordinal_ = 1, next_number_ = 0, next_stamp_ = 1;
    Credit credit_;
    Respawn respawn_;
    Deadlines deadlines_;  // keys: children's ids, and the two below
    static constexpr std::uint64_t kSpawnKey = 0, kStopKey = ~std::uint64_t{0};
    bool may_spawn_ = true;  // false: children are of another build
    std::optional<SteadyPoint> stop_at_;
    std::vector<Finished> finished_;  // of this step
    std::vector<Job> unstarted_;      // of this step
};

}  // namespace taskworker

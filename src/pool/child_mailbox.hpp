#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pool/file_descriptor.hpp"
#include "pool/pool.hpp"

namespace taskworker {

// What other threads want of the parent of the children, and what it shows them. Thread-safe.
class ChildMailbox {
public:
    struct Cancel {
        std::string tag;
        int signal;
    };
    struct Mail {
        std::vector<Job> jobs;
        std::vector<Cancel> cancels;
        std::optional<std::size_t> slots;
        std::optional<SteadyPoint> stop;
        bool restart = false;
    };

    ChildMailbox();                             // throws Error
    int event() const { return event_.get(); }  // readable when there is mail

    bool submit(std::vector<Job>& jobs);  // false: closed, the jobs stay the caller's
    void cancel(std::string tag, int signal);
    void resize(std::size_t slots);
    void restart();
    void stop(SteadyPoint deadline);

    Mail take();
    Mail close();  // the last mail; from now on submit() refuses

    // Shown to everybody.
    std::atomic<std::size_t> waiting{0};
    void process_began(int pid);
    void process_ended(int pid);
    std::vector<int> processes() const;

private:
    void ring();  // with the lock held

    FileDescriptor event_;
    mutable std::mutex mutex_;
    Mail mail_;  // guarded by mutex_, as the three below
    bool rung_ = false;
    bool closed_ = false;
    std::set<int> processes_;
};

}  // namespace taskworker

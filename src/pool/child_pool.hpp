#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "pool/child_identity.hpp"
#include "pool/pool.hpp"

namespace taskworker {

struct ChildPoolOptions {
    std::size_t slots = 1;
    // What runs in a child, and its argv behind the title that is argv[0]. It must call
    // run_child().
    std::string executable = "/proc/self/exe";
    std::vector<std::string> arguments = {"pool-child"};
    std::string node;        // "celery@host"
    std::string setup;       // handed to the child's LoadApp as it is
    ChildIdentity identity;  // what the children's hello must say
    std::optional<int> max_tasks_per_child;
    std::optional<int> max_memory_per_child;  // KiB
    Seconds alive_timeout{0};                 // from the start of a child to its hello; 0: no limit
    std::optional<log::Level>
        output_level;  // what children print is logged; none: they inherit stdout
};

// Pool `prefork`: N child processes that execute one task at a time each (architecture §4). One
// thread starts them and speaks to all of them; the listener is called from it.
class ChildPool final : public Pool {
public:
    explicit ChildPool(ChildPoolOptions options);
    ~ChildPool() override;  // stops at once if nobody did
    ChildPool(const ChildPool&) = delete;
    ChildPool& operator=(const ChildPool&) = delete;

    void start(PoolListener& listener) override;  // throws Error; does not wait for the children
    void submit(std::vector<Job> jobs) override;
    std::size_t slots() const override;
    std::size_t waiting() const override;
    void resize(std::size_t slots) override;
    void restart() override;
    void cancel(const std::string& tag, int signal) override;
    void stop(SteadyPoint deadline) override;
    std::vector<int> processes() const override;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace taskworker

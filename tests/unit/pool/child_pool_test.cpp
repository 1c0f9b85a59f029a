// What only a pool of processes can do: survive its tasks.
#include "pool/child_pool.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <set>

#include "base/log.hpp"
#include "taskworker/errors.hpp"
#include "unit/pool/fixture.hpp"

namespace taskworker::testing_pool {
namespace {

class PreforkPool : public PoolTest {
protected:
    // So many short tasks that several go to a child at once.
    void warm_up() {
        submit(std::vector<std::string>(300, "echo:warm"), 10'000);
        ASSERT_TRUE(told_.wait_for_ends(300));
    }
    std::set<int> pids() {
        std::set<int> seen;
        for (const auto& [id, end] : told_.ends) seen.insert(end.pid);
        return seen;
    }
};

// From a process that is not the parent, as a terminal, systemd or supervisord would.
void kill_from_elsewhere(int pid, const char* signal) {
    const auto command = fmt::format("kill -{} {}", signal, pid);
    ASSERT_EQ(std::system(command.c_str()), 0);
}

bool ends_in_time(int pid) {
    const FileDescriptor death(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!death) return errno == ESRCH;
    pollfd watched{death.get(), POLLIN, 0};
    return ::poll(&watched, 1, 20'000) == 1;
}

TEST_F(PreforkPool, AChildThatIsKilledIsAWorkerLostErrorAndIsReplaced) {
    start_children(child_options(1));
    submit({"die:9", "echo:next"});
    ASSERT_TRUE(told_.wait_for_ends(2));
    EXPECT_TRUE(told_.ends.at("1").worker_lost);
    EXPECT_EQ(failure("1").type, "WorkerLostError");
    EXPECT_EQ(failure("1").module, "billiard.exceptions");
    EXPECT_EQ(failure("1").message, "Worker exited prematurely: signal 9 (SIGKILL) Job: 0.");
    EXPECT_TRUE(success("2"));
    EXPECT_NE(told_.ends.at("1").pid, told_.ends.at("2").pid);
    ASSERT_EQ(told_.events.size(), 1u);
    EXPECT_EQ(told_.events[0].type, Event::Type::WorkerLost);
    EXPECT_EQ(told_.events[0].reason, "signal 9 (SIGKILL)");
}

TEST_F(PreforkPool, AChildThatExitsIsTooWithItsCodeEvenIfTheCodeIsZero) {
    start_children(child_options(1));
    submit({"exit:3", "exit:0", "die:12"});
    ASSERT_TRUE(told_.wait_for_ends(3));
    EXPECT_EQ(failure("1").message, "Worker exited prematurely: exitcode 3 Job: 0.");
    EXPECT_EQ(failure("2").message, "Worker exited prematurely: exitcode 0 Job: 1.");
    EXPECT_EQ(failure("3").message, "Worker exited prematurely: signal 12 (SIGUSR2) Job: 2.");
}

TEST_F(PreforkPool, ADeathTakesOnlyTheJobThatHadBegunWhateverElseTheChildHeld) {
    start_children(child_options(1));
    warm_up();
    std::vector<std::string> tasks;
    for (int i = 1; i <= 300; ++i) tasks.push_back(i % 50 == 25 ? "die:9" : "echo:x");
    submit(tasks);
    ASSERT_TRUE(told_.wait_for_ends(600));
    for (int i = 1; i <= 300; ++i) {
        const auto id = std::to_string(i);
        EXPECT_EQ(told_.ends.at(id).worker_lost, i % 50 == 25) << id;
        EXPECT_EQ(success(id) != nullptr, i % 50 != 25) << id;
    }
    EXPECT_TRUE(each_ended_once());
    EXPECT_EQ(told_.starts.size(), 600u) << "nothing ran twice";
}

TEST_F(PreforkPool, AChildThatOverwroteWhatItSharesWithItsParentHarmsNobodyElse) {
    start_children(child_options(1));
    warm_up();
    submit({"overwrite"});
    ASSERT_TRUE(told_.wait_for_ends(301));
    EXPECT_TRUE(told_.ends.at("1").worker_lost);
    submit({"echo:next"}, 2);
    ASSERT_TRUE(told_.wait_for_ends(302));
    EXPECT_TRUE(success("2"));
    EXPECT_TRUE(each_ended_once());
}

TEST_F(PreforkPool, AChildThatSendsGarbageIsKilledAndReplaced) {
    start_children(child_options(1));
    submit({"garbage", "echo:next"});
    ASSERT_TRUE(told_.wait_for_ends(2));
    EXPECT_TRUE(told_.ends.at("1").worker_lost);
    EXPECT_TRUE(success("2"));
}

TEST_F(PreforkPool, ALongTaskDoesNotHoldBackWhatWasInLineBehindIt) {
    start_children(child_options(2));
    warm_up();
    const auto blocked = gate();
    std::vector<std::string> tasks(40, "echo:x");
    tasks.insert(tasks.begin(), blocked.task());
    submit(tasks);
    ASSERT_TRUE(told_.wait([&] { return told_.ends.size() == 340 && !told_.ends.contains("1"); }));
    blocked.open();
    ASSERT_TRUE(told_.wait_for_ends(341));
    EXPECT_TRUE(each_ended_once());
}

TEST_F(PreforkPool, AHardLimitKillsOnlyTheJobThatIsOverIt) {
    start_children(child_options(1));
    warm_up();
    const auto blocked = gate();
    std::vector<Job> jobs;
    for (int i = 1; i <= 20; ++i) {
        jobs.push_back(a_job(std::to_string(i), i == 3 ? blocked.task() : "echo:x"));
        // The short one is less than what a child is given to call back jobs.
        jobs.back().hard_limit = Seconds(i == 3 ? 0.005 : 60);
    }
    pool_->submit(std::move(jobs));
    ASSERT_TRUE(told_.wait_for_ends(320));
    EXPECT_TRUE(told_.ends.at("3").timed_out);
    EXPECT_EQ(successes(), 319u);
}

TEST_F(PreforkPool, CancellingAJobInLineBehindARunningOneLeavesThatOneAlone) {
    start_children(child_options(1));
    warm_up();
    const auto running = gate();
    submit({running.task(), "echo:a", "echo:b"});
    ASSERT_TRUE(told_.wait_for_starts(301));
    pool_->cancel("tag-2", 9);
    ASSERT_TRUE(told_.wait([&] { return told_.ends.contains("2"); }));
    EXPECT_TRUE(outcome("2") == Outcome(Revoked{Revoked::Why::Terminated}));
    running.open();
    ASSERT_TRUE(told_.wait_for_ends(303));
    EXPECT_TRUE(success("1") && success("3"));
}

TEST_F(PreforkPool, AnySignalCancelsAlsoThoseThatAreIgnoredFromElsewhere) {
    start_children(child_options(1));
    int id = 1;
    for (const int signal : {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGUSR1, SIGKILL}) {
        submit({"stoppable"}, id);
        ASSERT_TRUE(told_.wait_for_starts(static_cast<std::size_t>(id)));
        pool_->cancel("tag-" + std::to_string(id), signal);
        ASSERT_TRUE(told_.wait_for_ends(static_cast<std::size_t>(id++))) << signal;
    }
    for (const auto& [tag, end] : told_.ends) {
        EXPECT_TRUE(end.outcome == Outcome(Revoked{Revoked::Why::Terminated}));
    }
}

TEST_F(PreforkPool, SignalsToTheWholeGroupDoNotDisturbAChild) {
    start_children(child_options(1));
    const auto running = gate();
    submit({running.task()});
    ASSERT_TRUE(told_.wait_for_starts(1));
    for (const char* signal : {"INT", "TERM", "QUIT", "HUP"}) {
        kill_from_elsewhere(told_.starts[0].pid, signal);
    }
    running.open();
    ASSERT_TRUE(told_.wait_for_ends(1));
    EXPECT_TRUE(success("1"));
}

TEST_F(PreforkPool, AChildIsReplacedAfterItsNumberOfTasks) {
    auto options = child_options(1);
    options.max_tasks_per_child = 2;
    start_children(options);
    submit(std::vector<std::string>(7, "echo:x"));
    ASSERT_TRUE(told_.wait_for_ends(7));
    EXPECT_EQ(successes(), 7u);
    std::map<int, int> tasks_of;
    for (const auto& [id, end] : told_.ends) ++tasks_of[end.pid];
    EXPECT_EQ(tasks_of.size(), 4u);
    for (const auto& [pid, count] : tasks_of) EXPECT_LE(count, 2);
}

// Short and long ones in turn: windows fill, and what waits behind a long one is called back.
TEST_F(PreforkPool, NoChildTakesMoreTasksThanItsNumberWhateverIsCalledBack) {
    auto options = child_options(3);
    options.max_tasks_per_child = 3;
    start_children(options);
    std::vector<std::string> tasks(30, "echo:x");
    for (int i = 0; i < 30; ++i) tasks.push_back(i % 4 == 0 ? "nap:25" : "echo:x");
    submit(tasks);
    ASSERT_TRUE(told_.wait_for_ends(60));
    EXPECT_EQ(successes(), 60u);
    EXPECT_TRUE(each_ended_once());
    std::map<int, int> tasks_of;
    for (const auto& [id, end] : told_.ends) ++tasks_of[end.pid];
    for (const auto& [pid, count] : tasks_of) EXPECT_LE(count, 3) << pid;
}

TEST_F(PreforkPool, AChildThatDoesNotComeUpInTimeIsReplaced) {
    auto options = child_options(1);
    options.arguments = {"pool-child", "hangs-once:" + path("tries")};
    options.alive_timeout = Seconds(0.2);
    start_children(options);
    submit({"echo:x"});
    ASSERT_TRUE(told_.wait_for_ends(1));
    EXPECT_EQ(successes(), 1u);
}

TEST_F(PreforkPool, AChildIsReplacedAfterTheTaskThatTookTooMuchMemory) {
    auto options = child_options(1);
    options.max_memory_per_child = 180 * 1024;
    start_children(options);
    submit({"echo:x", "echo:x", "eat:200", "echo:x", "echo:x"});
    ASSERT_TRUE(told_.wait_for_ends(5));
    EXPECT_EQ(successes(), 5u);
    EXPECT_EQ(told_.ends.at("1").pid, told_.ends.at("3").pid);
    EXPECT_NE(told_.ends.at("3").pid, told_.ends.at("4").pid);
    EXPECT_EQ(told_.ends.at("4").pid, told_.ends.at("5").pid);
}

TEST_F(PreforkPool, AnIdleChildThatIsKilledIsReplacedToo) {
    start_children(child_options(1));
    submit({"echo:x"});
    ASSERT_TRUE(told_.wait_for_ends(1));
    ::kill(told_.ends.at("1").pid, SIGKILL);
    submit({"echo:y"}, 2);
    ASSERT_TRUE(told_.wait_for_ends(2));
    EXPECT_TRUE(success("2") || told_.ends.at("2").worker_lost);
    submit({"echo:z"}, 3);
    ASSERT_TRUE(told_.wait_for_ends(3));
    EXPECT_TRUE(success("3"));
    EXPECT_NE(told_.ends.at("1").pid, told_.ends.at("3").pid);
}

TEST_F(PreforkPool, ChildrenOfOtherCodeStopThePoolInOrderAndNothingIsLost) {
    auto options = child_options(2);
    options.arguments = {"pool-child", "other-code"};
    start_children(options);
    submit({"echo:x"});
    ASSERT_TRUE(told_.wait([&] { return !told_.failures.empty(); }));
    EXPECT_NE(told_.failures[0].find("code"), std::string::npos) << told_.failures[0];
    pool_->stop(now());
    EXPECT_EQ(told_.failures.size(), 1u);
    EXPECT_EQ(told_.handed_back, std::vector<std::string>{"1"});
    EXPECT_TRUE(pool_->processes().empty());
}

TEST_F(PreforkPool, ChildrenWithOtherTasksDoTheSame) {
    auto options = child_options(1);
    options.arguments = {"pool-child", "other-tasks"};
    start_children(options);
    ASSERT_TRUE(told_.wait([&] { return !told_.failures.empty(); }));
    EXPECT_NE(told_.failures[0].find("registered tasks"), std::string::npos) << told_.failures[0];
}

TEST_F(PreforkPool, AChildThatCannotLoadItsAppIsTriedAgainUntilItCan) {
    auto options = child_options(1);
    options.arguments = {"pool-child", "throws-twice:" + path("tries")};
    start_children(options);
    submit({"echo:x"});
    ASSERT_TRUE(told_.wait_for_ends(1));
    EXPECT_TRUE(success("1"));
}

TEST_F(PreforkPool, AnExecutableThatIsNotThereIsAnErrorOfStart) {
    auto options = child_options(1);
    options.executable = path("nothing");
    ChildPool pool(options);
    EXPECT_THROW(pool.start(told_), Error);
}

TEST_F(PreforkPool, ReplacingTheExecutableDoesNotChangeWhatChildrenRun) {
    const auto program = path("program");
    std::filesystem::copy_file("/proc/self/exe", program);
    auto options = child_options(1);
    options.executable = program;
    start_children(options);
    std::filesystem::remove(program);
    std::ofstream(program) << "#!/bin/false\n";
    submit({"die:9", "echo:from the old one"});
    ASSERT_TRUE(told_.wait_for_ends(2));
    EXPECT_TRUE(success("2"));
}

TEST_F(PreforkPool, ALogLineOfATaskIsWrittenByTheParentInTheChildsName) {
    std::mutex mutex;
    std::string lines;
    log::start({.level = log::Level::Warning, .asynchronous = false, .sink = [&](auto, auto text) {
                    const std::lock_guard lock(mutex);
                    lines += text;
                }});
    start_children(child_options(1));
    submit({"talk"});
    ASSERT_TRUE(told_.wait_for_ends(1));
    pool_->stop(never());
    log::stop();
    EXPECT_NE(lines.find("WARNING/ForkPoolWorker-1] talk[1]: half way"), std::string::npos)
        << lines;
}

TEST_F(PreforkPool, ProcessesAreTheLivingChildrenUnderTheirTitles) {
    start_children(child_options(2));
    const auto a = gate(), b = gate();
    submit({a.task(), b.task()});
    ASSERT_TRUE(told_.wait_for_starts(2));
    const auto pids = pool_->processes();
    ASSERT_EQ(pids.size(), 2u);
    std::set<std::string> titles;
    for (const int pid : pids) {
        std::ifstream file(fmt::format("/proc/{}/cmdline", pid));
        std::string title;
        std::getline(file, title, '\0');
        titles.insert(title);
    }
    EXPECT_EQ(
        titles,
        (std::set<std::string>{"taskworker: ForkPoolWorker-1", "taskworker: ForkPoolWorker-2"})
    );
    a.open();
    b.open();
    pool_->stop(never());
    EXPECT_TRUE(pool_->processes().empty());
}

TEST_F(PreforkPool, NoChildInheritsADescriptorOfItsParent) {
    const FileDescriptor leak(::open("/dev/null", O_RDONLY)
    );  // not close-on-exec, as of some library
    start_children(child_options(1));
    const auto running = gate();
    submit({running.task()});
    ASSERT_TRUE(told_.wait_for_starts(1));
    const auto directory = fmt::format("/proc/{}/fd", told_.starts[0].pid);
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        if (std::stoi(entry.path().filename()) < 3) continue;
        const auto target = std::filesystem::read_symlink(entry.path()).string();
        EXPECT_NE(target, "/dev/null") << entry.path();
    }
    running.open();
    ASSERT_TRUE(told_.wait_for_ends(1));
}

TEST_F(PreforkPool, WhenTheParentIsKilledItsChildrenEndWhateverTheyDo) {
    const auto blocked = gate();
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    std::string role = "pool-parent", program = "unit_pool", fifo = blocked.path();
    std::array<char*, 4> argv{program.data(), role.data(), fifo.data(), nullptr};
    pid_t parent = 0;
    ASSERT_EQ(::posix_spawn(&parent, "/proc/self/exe", &actions, nullptr, argv.data(), environ), 0);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    std::array<char, 32> text{};
    ASSERT_GT(::read(ends[0], text.data(), text.size() - 1), 0);
    ::close(ends[0]);
    const int child = std::atoi(text.data());
    ASSERT_GT(child, 1);
    ::kill(parent, SIGKILL);
    EXPECT_TRUE(ends_in_time(child));
    ::waitpid(parent, nullptr, 0);
}

}  // namespace
}  // namespace taskworker::testing_pool

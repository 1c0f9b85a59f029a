#include "pool/child_loop.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "message/decode.hpp"
#include "message/envelope.hpp"
#include "pool/child_outbox.hpp"
#include "pool/child_output.hpp"
#include "pool/child_port.hpp"
#include "pool/child_process.hpp"
#include "pool/child_signals.hpp"
#include "pool/deadlines.hpp"
#include "pool/process_memory.hpp"

namespace taskworker {
namespace {

using Steady = std::chrono::steady_clock;

constexpr Millis kLinger{1};  // a frame waits so long for others at most
constexpr std::size_t kReadAtOnce = 64 * 1024;
constexpr std::int32_t kLogError = 4;  // spdlog's number

// Waits until one of the two (-1: none) can be read; an eventfd is emptied.
void wait_readable(int socket, int event, int timeout_ms) {
    pollfd watched[] = {{socket, POLLIN, 0}, {event, POLLIN, 0}};
    ::poll(watched, 2, timeout_ms);
    std::uint64_t count = 0;
    if ((watched[1].revents & POLLIN) != 0) {
        [[maybe_unused]] const auto bytes = ::read(event, &count, sizeof count);
    }
}

// Two threads: the main thread executes, and reads for itself while it is idle, so that a single
// job costs one wake-up. While it executes, the helper reads (soft limits, recalls, the end of the
// parent) and writes what lingers.
class ChildLoop {
public:
    ChildLoop(FileDescriptor socket, SharedPage page)
        : socket_(std::move(socket)),
          page_(std::move(page)),
          outbox_(socket_.get(), page_),
          wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

    int run(const LoadApp& load);

private:
    std::optional<InitFrame> wait_for_init();
    bool introduce(const LoadApp& load, const InitFrame& init);
    int work();

    // ---- reading: any of the two threads ----
    enum class Reader { Main, Helper };
    void read_what_is_there(Reader who);
    std::vector<std::uint64_t> receive();
    void take(Frame frame, std::vector<std::uint64_t>& soft_limits);
    void recall();
    void strike_soft_limit(std::uint64_t seq);
    bool nothing_to_do();

    // ---- executing: the main thread ----
    std::optional<JobFrame> next_job();
    void execute(JobFrame job);
    Outcome outcome_of(JobFrame job, TaskPort& port) const;
    bool over_memory();

    // ---- the helper ----
    void help(const std::stop_token& stop);
    void helper_waits();
    void nudge_helper();
    void wake_helper();
    void leave();
    void guarded(const std::function<void()>& run);

    FileDescriptor socket_;
    SharedPage page_;
    ChildOutbox outbox_;
    FileDescriptor wake_;
    ChildApp app_;
    InitFrame init_;

    std::mutex reading_;  // one reader at a time; taken before mutex_
    FrameReader reader_;  // guarded by reading_

    std::mutex mutex_;
    std::deque<JobFrame> jobs_;  // guarded by mutex_, as the four below
    std::optional<InitFrame> first_;
    bool stopping_ = false;
    std::uint64_t current_ = 0;
    std::optional<std::stop_source> current_soft_;

    std::atomic<bool> idle_{true};  // the main thread reads, the helper must not
    std::atomic<bool> helper_asleep_{false};
    std::function<void()> nudge_ = [this] { nudge_helper(); };
};

int ChildLoop::run(const LoadApp& load) {
    const auto init = wait_for_init();
    if (!init || !die_with_parent(init->parent_pid)) return 1;
    init_ = *init;
    if (init_.output_captured) write_lines_at_once();
    if (!introduce(load, init_)) return 1;
    std::jthread helper([this](const std::stop_token& stop) { help(stop); });
    const int code = work();
    helper.request_stop();
    wake_helper();
    return code;
}

std::optional<InitFrame> ChildLoop::wait_for_init() {
    while (!first_) {
        wait_readable(socket_.get(), -1, -1);
        read_what_is_there(Reader::Main);
    }
    return first_;
}

bool ChildLoop::introduce(const LoadApp& load, const InitFrame& init) {
    std::string why;
    try {
        app_ = load(init);
        guarded(app_.at_start);
        outbox_.append(HelloFrame{::getpid(), app_.identity.build_id, app_.identity.registry_hash});
        outbox_.flush();
        return true;
    } catch (const std::exception& error) {
        why = error.what();
    } catch (...) {
        why = "an exception that is no std::exception";
    }
    outbox_.append(LoadFailedFrame{why});
    outbox_.flush();
    return false;
}

int ChildLoop::work() {
    while (auto job = next_job()) {
        execute(std::move(*job));
        if (over_memory()) {
            leave();
            return kExitRecycled;
        }
        if (outbox_.plenty()) outbox_.flush();
    }
    leave();
    return 0;
}

void ChildLoop::leave() {
    outbox_.flush();
    guarded(app_.at_exit);
    outbox_.flush();
}

void ChildLoop::guarded(const std::function<void()>& run) {
    try {
        if (run) run();
    } catch (const std::exception& error) {
        outbox_.append(LogFrame{kLogError, "", "", error.what()});
    }
}

std::optional<JobFrame> ChildLoop::next_job() {
    for (;;) {
        {
            const std::lock_guard lock(mutex_);
            if (!jobs_.empty()) {
                auto job = std::move(jobs_.front());
                jobs_.pop_front();
                return job;
            }
            if (stopping_) return std::nullopt;
        }
        // More may be there already: then what we have to say can wait for company.
        read_what_is_there(Reader::Main);
        if (!idle_) continue;
        outbox_.flush();
        wait_readable(socket_.get(), -1, -1);
    }
}

void ChildLoop::execute(JobFrame job) {
    const auto begin = Steady::now();
    const auto seq = job.seq;
    ChildPort port(outbox_, seq, nudge_);
    {
        const std::lock_guard lock(mutex_);
        current_ = seq;
        current_soft_ = port.soft_source();
    }
    page_.begin(seq, begin);
    outbox_.append(StartedFrame{seq, unix_micros(std::chrono::system_clock::now())});
    nudge_helper();
    auto outcome = outcome_of(std::move(job), port);
    const Seconds runtime = Steady::now() - begin;
    if (init_.output_captured) hand_over_output(page_);
    {
        const std::lock_guard lock(mutex_);
        current_ = 0;
        current_soft_.reset();
    }
    outbox_.append(OutcomeFrame{seq, runtime.count(), std::move(outcome)});
}

Outcome ChildLoop::outcome_of(JobFrame job, TaskPort& port) const {
    auto delivery = std::make_shared<Delivery>();
    delivery->tag = std::move(job.tag);
    delivery->queue = std::move(job.queue);
    delivery->list = std::move(job.list);
    // The parent has read the same bytes before: what follows fails only if the two differ in
    // build.
    delivery->message.raw = std::move(job.raw);
    if (auto malformed = open_delivery(*delivery, app_.accept, app_.limits))
        return Undecodable{malformed->why};
    delivery->request.delivery_info.redelivered = job.redelivered;
    delivery->request.hostname = init_.node;
    const TaskDef* task = app_.find(delivery->request.task);
    if (!task) return Unregistered{};
    return app_.run(Job{std::move(delivery), task, {}, {}}, port);
}

bool ChildLoop::over_memory() {
    if (init_.max_memory_kib == 0) return false;
    const auto kib = resident_kib();
    if (kib <= init_.max_memory_kib) return false;
    outbox_.append(MemoryFrame{kib});
    return true;
}

void ChildLoop::read_what_is_there(Reader who) {
    std::vector<std::uint64_t> soft_limits;
    {
        const std::lock_guard lock(reading_);
        // Whoever waits for the socket must be the one who reads it, or it waits for ever.
        if (who == Reader::Helper && idle_) return;
        soft_limits = receive();
        if (who == Reader::Main) idle_ = nothing_to_do();
    }
    for (const auto seq : soft_limits) strike_soft_limit(seq);
}

bool ChildLoop::nothing_to_do() {
    const std::lock_guard lock(mutex_);
    return jobs_.empty() && !stopping_;
}

std::vector<std::uint64_t> ChildLoop::receive() {
    std::vector<std::uint64_t> soft_limits;
    std::size_t got = kReadAtOnce;
    while (got == kReadAtOnce) {
        const auto size =
            ::recv(socket_.get(), reader_.room(kReadAtOnce), kReadAtOnce, MSG_DONTWAIT);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0 && errno == EAGAIN) break;
        if (size <= 0) ::_exit(1);  // orphaned
        got = static_cast<std::size_t>(size);
        reader_.filled(got);
        while (auto frame = reader_.next()) take(std::move(*frame), soft_limits);
        if (reader_.broken()) ::_exit(1);
    }
    return soft_limits;
}

void ChildLoop::take(Frame frame, std::vector<std::uint64_t>& soft_limits) {
    if (auto* job = std::get_if<JobFrame>(&frame)) {
        const std::lock_guard lock(mutex_);
        jobs_.push_back(std::move(*job));
    } else if (auto* init = std::get_if<InitFrame>(&frame)) {
        first_ = std::move(*init);
    } else if (const auto* soft = std::get_if<SoftLimitFrame>(&frame)) {
        soft_limits.push_back(soft->seq);
    } else if (std::holds_alternative<RecallFrame>(frame)) {
        recall();
    } else if (std::holds_alternative<StopFrame>(frame)) {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
}

void ChildLoop::recall() {
    ReturnedFrame returned;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& job : jobs_) returned.seqs.push_back(job.seq);
        jobs_.clear();
    }
    outbox_.append(returned);
    outbox_.flush();
}

void ChildLoop::strike_soft_limit(std::uint64_t seq) {
    std::optional<std::stop_source> soft;
    {
        const std::lock_guard lock(mutex_);
        if (current_ == seq) soft = current_soft_;
    }
    if (soft) soft->request_stop();  // runs callbacks of the task: without a lock
}

void ChildLoop::help(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        helper_waits();
        read_what_is_there(Reader::Helper);
        const auto oldest = outbox_.waiting_since();
        if (oldest && *oldest + kLinger <= Steady::now()) outbox_.flush();
    }
}

// Without a timeout while nothing lingers; whoever appends a frame then wakes it, once.
void ChildLoop::helper_waits() {
    helper_asleep_ = true;
    const auto since = outbox_.waiting_since();
    const int socket = idle_ ? -1 : socket_.get();
    if (!since) return wait_readable(socket, wake_.get(), -1);
    helper_asleep_ = false;
    wait_readable(socket, wake_.get(), millis_until(*since + kLinger, Steady::now()));
}

void ChildLoop::nudge_helper() {
    if (helper_asleep_ && helper_asleep_.exchange(false)) wake_helper();
}

void ChildLoop::wake_helper() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto bytes = ::write(wake_.get(), &one, sizeof one);
}

}  // namespace

int run_child(const LoadApp& load) {
    ::close(kChildExecutable);
    ::prctl(PR_SET_NAME, "taskworker");
    install_child_signals(::getppid());
    try {
        ChildLoop loop(
            FileDescriptor(kChildSocket), SharedPage::open(FileDescriptor(kChildMemory))
        );
        return loop.run(load);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "taskworker: pool child: %s\n", error.what());
        return 1;
    }
}

}  // namespace taskworker

#include "pool/child_mailbox.hpp"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iterator>
#include <utility>

#include "taskworker/errors.hpp"

namespace taskworker {

ChildMailbox::ChildMailbox() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!event_) throw Error(fmt::format("eventfd: {}", std::strerror(errno)));
}

bool ChildMailbox::submit(std::vector<Job>& jobs) {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    waiting += jobs.size();
    mail_.jobs.insert(
        mail_.jobs.end(), std::make_move_iterator(jobs.begin()), std::make_move_iterator(jobs.end())
    );
    ring();
    return true;
}

void ChildMailbox::cancel(std::string tag, int signal) {
    const std::lock_guard lock(mutex_);
    mail_.cancels.push_back({std::move(tag), signal});
    ring();
}

void ChildMailbox::resize(std::size_t slots) {
    const std::lock_guard lock(mutex_);
    mail_.slots = slots;
    ring();
}

void ChildMailbox::restart() {
    const std::lock_guard lock(mutex_);
    mail_.restart = true;
    ring();
}

void ChildMailbox::stop(SteadyPoint deadline) {
    const std::lock_guard lock(mutex_);
    mail_.stop = std::min(deadline, mail_.stop.value_or(deadline));
    ring();
}

// One write wakes the parent for all that comes until it takes the mail.
void ChildMailbox::ring() {
    if (std::exchange(rung_, true)) return;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto bytes = ::write(event_.get(), &one, sizeof one);
}

ChildMailbox::Mail ChildMailbox::take() {
    const std::lock_guard lock(mutex_);
    if (std::exchange(rung_, false)) {
        std::uint64_t count = 0;
        [[maybe_unused]] const auto bytes = ::read(event_.get(), &count, sizeof count);
    }
    return std::exchange(mail_, {});
}

ChildMailbox::Mail ChildMailbox::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    return std::exchange(mail_, {});
}

void ChildMailbox::process_began(int pid) {
    const std::lock_guard lock(mutex_);
    processes_.insert(pid);
}

void ChildMailbox::process_ended(int pid) {
    const std::lock_guard lock(mutex_);
    processes_.erase(pid);
}

std::vector<int> ChildMailbox::processes() const {
    const std::lock_guard lock(mutex_);
    return {processes_.begin(), processes_.end()};
}

}  // namespace taskworker

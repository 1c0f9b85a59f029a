// What the children print: lines of the log, at the level of worker_redirect_stdouts_level.
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <array>

#include "base/log.hpp"
#include "pool/child_parent.hpp"

namespace taskworker {
namespace {

constexpr int kReadsAtOnce = 8;  // others want to be heard too

struct Waiting {
    std::size_t bytes = 0;
    std::uint64_t seq = 0;  // the job that wrote them
};

// A child begins its next job when we have taken what it printed in the last one
// (hand_over_output). So while bytes are waiting the number stands still, and if it stood still
// around our look at the pipe they are of that job.
Waiting waiting_in(const Child& child) {
    Waiting seen;
    for (int tries = 0; tries < 3; ++tries) {
        const auto before = child.process.page.begun().seq;
        int bytes = 0;
        ::ioctl(child.process.output.get(), FIONREAD, &bytes);
        seen = {static_cast<std::size_t>(std::max(bytes, 0)), child.process.page.begun().seq};
        if (seen.seq == before) break;
    }
    return seen;
}

bool has_hung_up(const Child& child) {
    pollfd pipe{.fd = child.process.output.get(), .events = POLLIN, .revents = 0};
    return ::poll(&pipe, 1, 0) > 0 && !(pipe.revents & POLLIN);
}

}  // namespace

void ChildParent::read_output(Child& child) {
    std::array<char, 16 * 1024> buffer;
    for (int reads = 0; child.process.output && reads < kReadsAtOnce; ++reads) {
        const auto waiting = waiting_in(child);
        if (waiting.bytes == 0) {
            if (!has_hung_up(child)) return;
            end_output(child);
            child.process.output.reset();  // leaves the poller by itself
            return;
        }
        const auto most = std::min(waiting.bytes, buffer.size());
        child.process.page.take_output(most);
        const auto size = ::read(child.process.output.get(), buffer.data(), most);
        if (size <= 0) return;  // cannot be: what is waiting is there, and nobody else reads it
        child.printed.feed(
            waiting.seq,
            {buffer.data(), static_cast<std::size_t>(size)},
            [&](std::uint64_t seq, std::string_view line) { log_printed(child, seq, line); }
        );
    }
}

void ChildParent::end_output(Child& child) {
    child.printed.end([&](std::uint64_t seq, std::string_view line) {
        log_printed(child, seq, line);
    });
}

// In Celery's form, which has no task in it; JSON lines and formats that ask for the task have it.
void ChildParent::log_printed(const Child& child, std::uint64_t seq, std::string_view line) {
    log::Source source{.process = child.name, .logger = "celery.redirected"};
    for (const auto& entry : child.window) {
        if (entry.seq != seq) continue;
        const auto& request = entry.job.delivery->request;
        source.task = request.display_name();
        source.id = request.id;
        return log::write(*options_.output_level, source, line);
    }
    log::write(*options_.output_level, source, line);
}

}  // namespace taskworker

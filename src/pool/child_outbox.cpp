#include "pool/child_outbox.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "pool/credit.hpp"

namespace taskworker {

void ChildOutbox::append(const Frame& frame) {
    const std::lock_guard lock(mutex_);
    scratch_.clear();
    encode_frame(scratch_, frame);
    if (scratch_.size() > kMostFrameBytes) {
        const auto* outcome = std::get_if<OutcomeFrame>(&frame);
        if (!outcome) return;
        scratch_.clear();
        const Failure too_large{
            "EncodeError",
            "kombu.exceptions",
            Json::array({"the result is too large"}),
            "the result is too large"};
        encode_frame(scratch_, OutcomeFrame{outcome->seq, outcome->runtime, too_large});
    }
    if (!page_.append(scratch_)) {
        flush_locked();
        if (!page_.append(scratch_)) {
            write(scratch_);
            page_.sent_past(scratch_.size());
            std::string().swap(scratch_);
            return;
        }
    }
    ++frames_;
    if (!since_) since_ = std::chrono::steady_clock::now();
}

void ChildOutbox::flush() {
    const std::lock_guard lock(mutex_);
    flush_locked();
}

void ChildOutbox::flush_locked() {
    if (!since_) return;
    write(page_.unsent());
    page_.sent();
    frames_ = 0;
    since_.reset();
}

void ChildOutbox::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        // The parent is gone: its tasks may be running elsewhere by now, so nothing here may go on.
        if (sent <= 0) ::_exit(1);
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::optional<SteadyPoint> ChildOutbox::waiting_since() const {
    const std::lock_guard lock(mutex_);
    return since_;
}

bool ChildOutbox::plenty() const {
    // Two frames per job, started and outcome: half a credit window.
    const std::lock_guard lock(mutex_);
    return frames_ >= Credit::kMost;
}

}  // namespace taskworker

#pragma once

#include <mutex>
#include <optional>

#include "pool/child_frames.hpp"
#include "pool/shared_page.hpp"

namespace taskworker {

// The child's way out: frames are appended to shared memory and written to the socket many at once,
// so that a short task costs no system call. What was appended is not lost when the child dies
// before it was written. Any thread may call.
class ChildOutbox {
public:
    ChildOutbox(int socket, SharedPage& page) : socket_(socket), page_(page) {}

    void append(const Frame& frame);
    void flush();
    std::optional<SteadyPoint> waiting_since() const;  // the oldest frame that is not written
    // Enough has gathered that the parent should have it while we go on.
    bool plenty() const;

private:
    void flush_locked();
    void write(std::string_view bytes);

    const int socket_;
    mutable std::mutex mutex_;
    SharedPage& page_;                  // its outbox side is guarded by mutex_
    std::string scratch_;               // guarded by mutex_
    std::size_t frames_ = 0;            // guarded by mutex_
    std::optional<SteadyPoint> since_;  // guarded by mutex_
};

}  // namespace taskworker

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "pool/file_descriptor.hpp"

namespace taskworker {

// Memory that parent and child share, so that a child's death loses nothing but the job it had
// begun: which job that was, and the frames the child had appended but not yet written to its
// socket. What the parent reads here may be garbage, and is bounded here.
class SharedPage {
public:
    static constexpr std::size_t kBytes = 64 * 1024;

    static SharedPage create();  // sealed: nobody can shrink it under the other's feet
    static SharedPage open(FileDescriptor memory);
    SharedPage(SharedPage&&) noexcept;
    SharedPage& operator=(SharedPage&&) = delete;
    ~SharedPage();
    int fd() const { return memory_.get(); }

    // ---- child: one thread begins jobs ----
    void begin(std::uint64_t seq, SteadyPoint at);

    // ---- parent ----
    struct Begun {
        std::uint64_t seq = 0;  // 0: none yet
        SteadyPoint at{};
    };
    Begun begun() const;
    void take_output(std::size_t bytes);  // of what the child printed; said just before it is read

    // ---- child ----
    std::uint64_t output_taken() const { return header_->output_taken.load(); }

    // ---- child: the outbox, under its lock ----
    // False: no room for so many bytes.
    bool append(std::string_view bytes);
    std::string_view unsent() const;    // what is appended since the last sent()
    void sent();                        // all of unsent() was written to the stream
    void sent_past(std::size_t bytes);  // so many bytes went to the stream beside the buffer

    // ---- parent, when the child is dead ----
    // The bytes of the child's stream from position `received` on that never reached the socket.
    std::string_view rest_of_stream(std::uint64_t received) const;

private:
    struct Header {
        std::atomic<std::uint64_t> begun{0};
        std::atomic<std::int64_t> begun_at{0};  // steady clock, nanoseconds; one clock for both
        std::atomic<std::uint64_t> base{0};     // position in the stream of the buffer's first byte
        std::atomic<std::uint64_t> appended{0};      // bytes in the buffer
        std::atomic<std::uint64_t> output_taken{0};  // the one thing that the parent writes
    };
    static constexpr std::size_t kRoom = kBytes - sizeof(Header);

    SharedPage(FileDescriptor memory, void* at);
    char* buffer() const;

    FileDescriptor memory_;
    Header* header_;
};

}  // namespace taskworker

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "message/settlement.hpp"
#include "taskworker/outcome.hpp"

namespace taskworker {

// What parent and child say to each other over their socketpair: u32 length of what follows, u8
// kind, fields. Encoding and decoding are pure; any bytes decode to a frame or to nothing. `seq`
// numbers the jobs of one child from 1 on.

// ---- from the parent ----
struct InitFrame {  // the first one
    std::int32_t parent_pid = 0;
    std::string process_name;          // "ForkPoolWorker-1"
    std::string node;                  // "celery@host": Request::hostname
    std::string setup;                 // opaque: from whoever made the pool to the child's LoadApp
    std::uint64_t max_memory_kib = 0;  // 0 = no bound
    bool output_captured = false;      // stdout and stderr are a pipe to the parent
    bool operator==(const InitFrame&) const = default;
};
struct JobFrame {  // the envelope is parsed again in the child: 1 µs, less than any other form
                   // costs
    std::uint64_t seq = 0;
    std::string tag, queue, list;
    bool redelivered = false;
    std::string raw;
    bool operator==(const JobFrame&) const = default;
};
struct SoftLimitFrame {
    std::uint64_t seq = 0;
    bool operator==(const SoftLimitFrame&) const = default;
};
struct RecallFrame {  // give back what has not begun; answered by ReturnedFrame, also when it is
                      // nothing
    bool operator==(const RecallFrame&) const = default;
};
struct StopFrame {  // nothing more will come: finish what you hold and exit
    bool operator==(const StopFrame&) const = default;
};

// ---- from the child ----
struct HelloFrame {
    std::int32_t pid = 0;
    std::string build_id;
    std::uint64_t registry_hash = 0;
    bool operator==(const HelloFrame&) const = default;
};
struct LoadFailedFrame {
    std::string why;
    bool operator==(const LoadFailedFrame&) const = default;
};
struct StartedFrame {
    std::uint64_t seq = 0;
    std::int64_t at_us = 0;  // unix time, microseconds
    bool operator==(const StartedFrame&) const = default;
};
struct StateFrame {
    std::uint64_t seq = 0;
    std::string state, meta;  // meta: JSON text
    bool operator==(const StateFrame&) const = default;
};
struct EventFrame {
    std::uint64_t seq = 0;
    std::int64_t at_us = 0;
    std::string type, fields;  // fields: JSON text
    bool operator==(const EventFrame&) const = default;
};
struct LogFrame {
    std::int32_t level = 0;  // spdlog's
    std::string task, id, text;
    bool operator==(const LogFrame&) const = default;
};
struct OutcomeFrame {
    std::uint64_t seq = 0;
    double runtime = 0;  // seconds
    Outcome outcome;     // Success without its value: the parent needs the text only
    bool operator==(const OutcomeFrame&) const = default;
};
struct ReturnedFrame {
    std::vector<std::uint64_t> seqs;
    bool operator==(const ReturnedFrame&) const = default;
};
struct MemoryFrame {  // over max_memory: the child begins nothing more and exits
    std::uint64_t kib = 0;
    bool operator==(const MemoryFrame&) const = default;
};
struct SentFrame {  // messages that a task sends
    std::uint64_t seq = 0;
    Spawned spawned;
    bool operator==(const SentFrame&) const = default;
};

using Frame = std::variant<
    InitFrame,
    JobFrame,
    SoftLimitFrame,
    RecallFrame,
    StopFrame,
    HelloFrame,
    LoadFailedFrame,
    StartedFrame,
    StateFrame,
    EventFrame,
    LogFrame,
    OutcomeFrame,
    ReturnedFrame,
    MemoryFrame,
    SentFrame>;

// Redis' bound for a value is 512 MiB, and that is the largest message; a little more for the rest.
inline constexpr std::size_t kMostFrameBytes = 640u << 20;

void encode_frame(std::string& out, const Frame& frame);
// A job without copying its envelope twice.
void encode_job(
    std::string& out,
    std::uint64_t seq,
    std::string_view tag,
    std::string_view queue,
    std::string_view list,
    bool redelivered,
    std::string_view raw
);
// `bytes`: kind and fields, without the length.
std::optional<Frame> decode_frame(std::string_view bytes);

// Cuts a stream into frames. Not thread-safe.
class FrameReader {
public:
    // Where the next bytes of the stream are to be written; then filled(n).
    char* room(std::size_t bytes);
    void filled(std::size_t bytes);
    void feed(std::string_view bytes);

    // The next whole frame; nothing when more bytes are needed or the stream is broken.
    std::optional<Frame> next();
    bool broken() const { return broken_; }
    std::uint64_t total() const { return total_; }  // bytes fed so far

private:
    void compact();

    std::string buffer_;
    std::size_t begin_ = 0, end_ = 0;  // of what is filled and not read
    std::uint64_t total_ = 0;
    bool broken_ = false;
};

}  // namespace taskworker

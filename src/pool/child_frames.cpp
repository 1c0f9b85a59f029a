#include "pool/child_frames.hpp"

#include <algorithm>

#include "message/python_json.hpp"
#include "pool/frame_bytes.hpp"
#include "pool/outcome_bytes.hpp"

namespace taskworker {
namespace {

using Bytes = std::string_view;

void put(FrameOut& out, const InitFrame& f) {
    out.put(f.parent_pid).put(f.process_name).put(f.node).put(f.setup).put(f.max_memory_kib);
    out.put(static_cast<std::uint8_t>(f.output_captured));
}
void put(FrameOut& out, const JobFrame& f) {
    out.put(f.seq).put(f.tag).put(f.queue).put(f.list);
    out.put(static_cast<std::uint8_t>(f.redelivered)).put(f.raw);
}
void put(FrameOut& out, const SoftLimitFrame& f) { out.put(f.seq); }
void put(FrameOut&, const RecallFrame&) {}
void put(FrameOut&, const StopFrame&) {}
void put(FrameOut& out, const HelloFrame& f) {
    out.put(f.pid).put(f.build_id).put(f.registry_hash);
}
void put(FrameOut& out, const LoadFailedFrame& f) { out.put(f.why); }
void put(FrameOut& out, const StartedFrame& f) { out.put(f.seq).put(f.at_us); }
void put(FrameOut& out, const StateFrame& f) { out.put(f.seq).put(f.state).put(f.meta); }
void put(FrameOut& out, const EventFrame& f) {
    out.put(f.seq).put(f.at_us).put(f.type).put(f.fields);
}
void put(FrameOut& out, const LogFrame& f) { out.put(f.level).put(f.task).put(f.id).put(f.text); }
void put(FrameOut& out, const OutcomeFrame& f) {
    out.put(f.seq).put(f.runtime);
    put_outcome(out, f.outcome);
}
void put(FrameOut& out, const ReturnedFrame& f) {
    out.put(static_cast<std::uint32_t>(f.seqs.size()));
    for (const auto seq : f.seqs) out.put(seq);
}
void put(FrameOut& out, const MemoryFrame& f) { out.put(f.kib); }

void put(FrameOut& out, const SentFrame& f) {
    out.put(f.seq).put(static_cast<std::uint32_t>(f.spawned.publish.size()));
    for (const auto& one : f.spawned.publish)
        out.put(one.queue).put(static_cast<std::int32_t>(one.priority)).put(one.envelope);
    out.put(static_cast<std::uint32_t>(f.spawned.groups.size()));
    for (const auto& one : f.spawned.groups)
        out.put(static_cast<std::uint8_t>(one.kind))
            .put(one.group_id)
            .put(static_cast<std::uint64_t>(one.size))
            .put(one.document);
    out.put(json_text_or_repr(f.spawned.children));
}

std::string text(FrameIn& in) { return std::string(in.text()); }
std::uint64_t u64(FrameIn& in) { return in.number<std::uint64_t>(); }
std::int64_t i64(FrameIn& in) { return in.number<std::int64_t>(); }

// Braced initialisers are evaluated from left to right.
void get(FrameIn& in, InitFrame& f) {
    f = {in.number<std::int32_t>(), text(in), text(in), text(in), u64(in), in.flag()};
}
void get(FrameIn& in, JobFrame& f) {
    f = {u64(in), text(in), text(in), text(in), in.flag(), text(in)};
}
void get(FrameIn& in, SoftLimitFrame& f) { f = {u64(in)}; }
void get(FrameIn&, RecallFrame&) {}
void get(FrameIn&, StopFrame&) {}
void get(FrameIn& in, HelloFrame& f) { f = {in.number<std::int32_t>(), text(in), u64(in)}; }
void get(FrameIn& in, LoadFailedFrame& f) { f = {text(in)}; }
void get(FrameIn& in, StartedFrame& f) { f = {u64(in), i64(in)}; }
void get(FrameIn& in, StateFrame& f) { f = {u64(in), text(in), text(in)}; }
void get(FrameIn& in, EventFrame& f) { f = {u64(in), i64(in), text(in), text(in)}; }
void get(FrameIn& in, LogFrame& f) {
    f = {in.number<std::int32_t>(), text(in), text(in), text(in)};
}
void get(FrameIn& in, OutcomeFrame& f) {
    f.seq = u64(in);
    f.runtime = in.number<double>();
    f.outcome = get_outcome(in);
}
void get(FrameIn& in, ReturnedFrame& f) {
    const auto count = in.number<std::uint32_t>();
    if (count > in.left() / sizeof(std::uint64_t)) return in.fail();
    f.seqs.resize(count);
    for (auto& seq : f.seqs) seq = u64(in);
}
void get(FrameIn& in, MemoryFrame& f) { f = {u64(in)}; }

void get(FrameIn& in, SentFrame& f) {
    f.seq = u64(in);
    // The bytes that are left bound what a count can make us reserve.
    for (auto left = in.number<std::uint32_t>(); left > 0 && in.ok(); --left) {
        auto& one = f.spawned.publish.emplace_back();
        one.queue = text(in);
        one.priority = in.number<std::int32_t>();
        one.envelope = text(in);
    }
    for (auto left = in.number<std::uint32_t>(); left > 0 && in.ok(); --left) {
        auto& one = f.spawned.groups.emplace_back();
        const auto kind = in.number<std::uint8_t>();
        if (kind > static_cast<std::uint8_t>(GroupWrite::Kind::Grown)) return in.fail();
        one.kind = static_cast<GroupWrite::Kind>(kind);
        one.group_id = text(in);
        one.size = u64(in);
        one.document = text(in);
    }
    auto parsed = parse_json(in.text());
    auto* children = std::get_if<Json>(&parsed);
    if (!children || !children->is_array()) return in.fail();
    f.spawned.children = std::move(*children);
}

template <class T>
std::optional<Frame> decode_as(FrameIn in) {
    T frame;
    get(in, frame);
    if (!in.done()) return std::nullopt;
    return Frame(std::move(frame));
}

// The kind on the wire is the place in the variant.
template <std::size_t... I>
std::optional<Frame> decode_kind(std::size_t kind, FrameIn in, std::index_sequence<I...>) {
    using Decoder = std::optional<Frame> (*)(FrameIn);
    static constexpr Decoder decoders[] = {&decode_as<std::variant_alternative_t<I, Frame>>...};
    return kind < sizeof...(I) ? decoders[kind](in) : std::nullopt;
}

// Reserves the length and fills it in when the fields are written.
class Envelope {
public:
    Envelope(std::string& out, std::size_t kind) : out_(out), at_(out.size()) {
        FrameOut(out).put(std::uint32_t{0}).put(static_cast<std::uint8_t>(kind));
    }
    void close() {
        const auto size = static_cast<std::uint32_t>(out_.size() - at_ - sizeof(std::uint32_t));
        std::memcpy(out_.data() + at_, &size, sizeof size);
    }

private:
    std::string& out_;
    std::size_t at_;
};

}  // namespace

void encode_frame(std::string& out, const Frame& frame) {
    Envelope envelope(out, frame.index());
    FrameOut fields(out);
    std::visit([&](const auto& f) { put(fields, f); }, frame);
    envelope.close();
}

void encode_job(
    std::string& out,
    std::uint64_t seq,
    std::string_view tag,
    std::string_view queue,
    std::string_view list,
    bool redelivered,
    std::string_view raw
) {
    static_assert(std::is_same_v<std::variant_alternative_t<1, Frame>, JobFrame>);
    Envelope envelope(out, 1);
    FrameOut(out).put(seq).put(tag).put(queue).put(list).put(std::uint8_t{redelivered}).put(raw);
    envelope.close();
}

std::optional<Frame> decode_frame(std::string_view bytes) {
    if (bytes.empty()) return std::nullopt;
    const auto kind = static_cast<std::uint8_t>(bytes.front());
    return decode_kind(
        kind, FrameIn(bytes.substr(1)), std::make_index_sequence<std::variant_size_v<Frame>>{}
    );
}

char* FrameReader::room(std::size_t bytes) {
    compact();
    if (buffer_.size() < end_ + bytes) buffer_.resize(end_ + bytes);
    return buffer_.data() + end_;
}

void FrameReader::filled(std::size_t bytes) {
    end_ += bytes;
    total_ += bytes;
}

void FrameReader::feed(std::string_view bytes) {
    std::copy(bytes.begin(), bytes.end(), room(bytes.size()));
    filled(bytes.size());
}

void FrameReader::compact() {
    if (begin_ == end_) {
        begin_ = end_ = 0;
        // One huge message must not keep its memory for ever.
        if (buffer_.size() > (1u << 20)) std::string().swap(buffer_);
    } else if (begin_ > buffer_.size() / 2) {
        buffer_.erase(0, begin_);
        end_ -= begin_;
        begin_ = 0;
    }
}

std::optional<Frame> FrameReader::next() {
    std::uint32_t size = 0;
    if (broken_ || end_ - begin_ < sizeof size) return std::nullopt;
    std::memcpy(&size, buffer_.data() + begin_, sizeof size);
    broken_ = size == 0 || size > kMostFrameBytes;
    if (broken_ || end_ - begin_ - sizeof size < size) return std::nullopt;
    auto frame = decode_frame(std::string_view(buffer_).substr(begin_ + sizeof size, size));
    begin_ += sizeof size + size;
    broken_ = !frame;
    return frame;
}

}  // namespace taskworker

#include "pool/outcome_bytes.hpp"

#include <stdexcept>
#include <utility>

#include "message/python_json.hpp"

namespace taskworker {
namespace {

using Micros = std::chrono::duration<std::int64_t, std::micro>;

void put(FrameOut& out, const Json& value) { out.put(json_text_or_repr(value)); }
void put(FrameOut& out, const std::string& text) { out.put(text); }
void put(FrameOut& out, bool flag) { out.put(static_cast<std::uint8_t>(flag)); }
void put(FrameOut& out, int number) { out.put(static_cast<std::int32_t>(number)); }
void put(FrameOut& out, Seconds seconds) { out.put(seconds.count()); }
void put(FrameOut& out, TimePoint at) {
    out.put(std::chrono::floor<Micros>(at.time_since_epoch()).count());
}
void put(FrameOut& out, const Failure& f) {
    out.put(f.type).put(f.module);
    put(out, f.args);
    out.put(f.message).put(f.traceback);
    put(out, f.expected);
}

template <class T>
void put_maybe(FrameOut& out, const std::optional<T>& value) {
    put(out, value.has_value());
    if (value) put(out, *value);
}

void put(FrameOut& out, const Success& s) { out.put(s.encoded).put(s.repr); }
void put(FrameOut& out, const RetryLater& r) {
    put_maybe(out, r.eta);
    put_maybe(out, r.countdown);
    put_maybe(out, r.cause);
    out.put(r.message);
    put_maybe(out, r.args);
    put_maybe(out, r.kwargs);
    put_maybe(out, r.priority);
    put_maybe(out, r.queue);
    put_maybe(out, r.expires);
    put_maybe(out, r.time_limit);
    put_maybe(out, r.soft_time_limit);
    put(out, r.headers);
    out.put(r.traceback);
}
void put(FrameOut& out, const Rejected& r) {
    put(out, r.requeue);
    out.put(r.reason);
}
void put(FrameOut&, const Ignored&) {}
void put(FrameOut& out, const Revoked& r) { out.put(static_cast<std::uint8_t>(r.why)); }
void put(FrameOut&, const Unregistered&) {}
void put(FrameOut& out, const Undecodable& u) { out.put(u.why); }
void put(FrameOut& out, const Replaced& r) { put(out, r.signature); }

std::string text(FrameIn& in) { return std::string(in.text()); }
Json json(FrameIn& in) {
    auto parsed = parse_json(in.text());
    if (auto* value = std::get_if<Json>(&parsed)) return std::move(*value);
    in.fail();
    return nullptr;
}
std::optional<Seconds> seconds(FrameIn& in) {
    return in.maybe<Seconds>([&] { return in.number<double>(); });
}
std::optional<Json> maybe_json(FrameIn& in) {
    if (!in.flag()) return std::nullopt;
    return std::optional<Json>(std::in_place, json(in));
}

void get(FrameIn& in, Success& s) {
    s.encoded = text(in);
    s.repr = text(in);
}
void get(FrameIn& in, Failure& f) {
    f.type = text(in);
    f.module = text(in);
    f.args = json(in);
    if (!f.args.is_array()) in.fail();
    f.message = text(in);
    f.traceback = text(in);
    f.expected = in.flag();
}
void get(FrameIn& in, RetryLater& r) {
    r.eta = in.maybe<TimePoint>([&] {
        // Bounded to what the clock's nanoseconds can hold.
        constexpr auto most =
            std::chrono::duration_cast<Micros>(TimePoint::duration::max()).count();
        const auto micros = in.number<std::int64_t>();
        if (micros > most || micros < -most) in.fail();
        return TimePoint(in.ok() ? Micros(micros) : Micros(0));
    });
    r.countdown = seconds(in);
    if (in.flag()) get(in, r.cause.emplace());
    r.message = text(in);
    r.args = maybe_json(in);
    r.kwargs = maybe_json(in);
    r.priority = in.maybe<int>([&] { return in.number<std::int32_t>(); });
    r.queue = in.maybe<std::string>([&] { return in.text(); });
    r.expires = seconds(in);
    r.time_limit = seconds(in);
    r.soft_time_limit = seconds(in);
    r.headers = json(in);
    r.traceback = text(in);
}
void get(FrameIn& in, Rejected& r) {
    r.requeue = in.flag();
    r.reason = text(in);
}
void get(FrameIn&, Ignored&) {}
void get(FrameIn& in, Revoked& r) {
    const auto why = in.number<std::uint8_t>();
    if (why > static_cast<std::uint8_t>(Revoked::Why::Terminated)) in.fail();
    r.why = in.ok() ? static_cast<Revoked::Why>(why) : Revoked::Why::Revoked;
}
void get(FrameIn&, Unregistered&) {}
void get(FrameIn& in, Undecodable& u) { u.why = text(in); }
void get(FrameIn& in, Replaced& r) { r.signature = json(in); }

template <class T>
Outcome get_as(FrameIn& in) {
    T value{};
    get(in, value);
    return value;
}

template <std::size_t... I>
Outcome get_kind(std::size_t kind, FrameIn& in, std::index_sequence<I...>) {
    using Getter = Outcome (*)(FrameIn&);
    static constexpr Getter getters[] = {&get_as<std::variant_alternative_t<I, Outcome>>...};
    if (kind < sizeof...(I)) return getters[kind](in);
    in.fail();
    return Ignored{};
}

}  // namespace

std::string json_text_or_repr(const Json& value) {
    try {
        return to_json_text(value);
    } catch (const std::exception&) {
        // execute() has checked what it returns; this is for what it did not look into.
        return value.is_array() ? R"(["<not serializable>"])" : R"("<not serializable>")";
    }
}

void put_outcome(FrameOut& out, const Outcome& outcome) {
    out.put(static_cast<std::uint8_t>(outcome.index()));
    std::visit([&](const auto& o) { put(out, o); }, outcome);
}

Outcome get_outcome(FrameIn& in) {
    const auto kind = in.number<std::uint8_t>();
    return get_kind(kind, in, std::make_index_sequence<std::variant_size_v<Outcome>>{});
}

}  // namespace taskworker

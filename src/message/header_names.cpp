#include "message/header_names.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace taskworker {
namespace {

struct Entry {
    std::string_view name;
    MessageHeader header;
    std::uint64_t end = 0;
};
// By size, then as they come: a look-up compares with the few names of the same size, and these by
// their ends first.
constexpr Entry kNames[] = {
    {"id", MessageHeader::Id},
    {"eta", MessageHeader::Eta},
    {"utc", MessageHeader::Attribute},
    {"task", MessageHeader::Task},
    {"lang", MessageHeader::Attribute},
    {"meth", MessageHeader::Attribute},
    {"args", MessageHeader::Attribute},
    {"group", MessageHeader::Group},
    {"chain", MessageHeader::Attribute},
    {"chord", MessageHeader::Attribute},
    {"shadow", MessageHeader::Shadow},
    {"origin", MessageHeader::Origin},
    {"stamps", MessageHeader::Stamps},
    {"kwargs", MessageHeader::Attribute},
    {"expires", MessageHeader::Expires},
    {"retries", MessageHeader::Retries},
    {"root_id", MessageHeader::RootId},
    {"headers", MessageHeader::Custom},
    {"taskset", MessageHeader::Taskset},
    {"logfile", MessageHeader::Attribute},
    {"argsrepr", MessageHeader::ArgsRepr},
    {"errbacks", MessageHeader::Attribute},
    {"hostname", MessageHeader::Attribute},
    {"is_eager", MessageHeader::Attribute},
    {"loglevel", MessageHeader::Attribute},
    {"reply_to", MessageHeader::Attribute},
    {"children", MessageHeader::Attribute},
    {"parent_id", MessageHeader::ParentId},
    {"timelimit", MessageHeader::TimeLimit},
    {"callbacks", MessageHeader::Attribute},
    {"kwargsrepr", MessageHeader::KwargsRepr},
    {"properties", MessageHeader::Attribute},
    {"group_index", MessageHeader::GroupIndex},
    {"redelivered", MessageHeader::Redelivered},
    {"compression", MessageHeader::Compression},
    {"ignore_result", MessageHeader::IgnoreResult},
    {"delivery_info", MessageHeader::Attribute},
    {"stamped_headers", MessageHeader::StampedHeaders},
    {"correlation_id", MessageHeader::Attribute},
    {"called_directly", MessageHeader::Attribute},
    {"replaced_task_nesting", MessageHeader::ReplacedTaskNesting},
};
constexpr std::size_t kLongest = 21;

// N bytes as a number; compilers make one load of it.
template <std::size_t N>
constexpr std::uint64_t word(const char* bytes) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < N; ++i)
        bits |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    return bits;
}

// The last eight letters; up to that size it says all of a name.
constexpr std::uint64_t end_of(std::string_view name) {
    const auto* end = name.data() + name.size();
    if (name.size() >= 8) return word<8>(end - 8);
    if (name.size() >= 4) return word<4>(name.data()) | word<4>(end - 4) << 32;
    return name.size() < 2 ? 0 : word<2>(name.data()) | word<2>(end - 2) << 32;
}

constexpr auto make_sorted() {
    std::array<Entry, std::size(kNames)> sorted{};
    std::copy(std::begin(kNames), std::end(kNames), sorted.begin());
    for (auto& entry : sorted) entry.end = end_of(entry.name);
    std::sort(sorted.begin(), sorted.end(), [](const Entry& a, const Entry& b) {
        return a.name.size() < b.name.size();
    });
    return sorted;
}
constexpr auto kSorted = make_sorted();

// kStart[n]: the first entry of at least n letters.
constexpr auto make_starts() {
    std::array<std::size_t, kLongest + 2> starts{};
    for (std::size_t n = 0; n < starts.size(); ++n) {
        while (starts[n] < kSorted.size() && kSorted[starts[n]].name.size() < n) ++starts[n];
    }
    return starts;
}
constexpr auto kStarts = make_starts();

}  // namespace

MessageHeader header_of(std::string_view name) {
    if (name.size() > kLongest) return MessageHeader::Unknown;
    const auto end = end_of(name);
    for (auto i = kStarts[name.size()]; i < kStarts[name.size() + 1]; ++i) {
        if (kSorted[i].end != end) continue;
        if (name.size() <= 8 || kSorted[i].name == name) return kSorted[i].header;
    }
    return MessageHeader::Unknown;
}

bool is_x_death(std::string_view name) {
    constexpr std::string_view kDeath[] = {
        "x-death",
        "x-first-death-exchange",
        "x-first-death-queue",
        "x-first-death-reason",
        "x-last-death-exchange",
        "x-last-death-queue",
        "x-last-death-reason",
    };
    return name.starts_with("x-") &&
           std::find(std::begin(kDeath), std::end(kDeath), name) != std::end(kDeath);
}

}  // namespace taskworker

#include "message/header_names.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace taskworker {
namespace {

struct Entry {
    std::string_view name;
    Header header;
};
// By size, then as they come: a look-up compares with the few names of the same size.
constexpr Entry kNames[] = {
    {"id", Header::Id},
    {"eta", Header::Eta},
    {"utc", Header::Attribute},
    {"task", Header::Task},
    {"lang", Header::Attribute},
    {"meth", Header::Attribute},
    {"args", Header::Attribute},
    {"group", Header::Group},
    {"chain", Header::Attribute},
    {"chord", Header::Attribute},
    {"shadow", Header::Shadow},
    {"origin", Header::Origin},
    {"stamps", Header::Stamps},
    {"kwargs", Header::Attribute},
    {"expires", Header::Expires},
    {"retries", Header::Retries},
    {"root_id", Header::RootId},
    {"headers", Header::Custom},
    {"taskset", Header::Taskset},
    {"logfile", Header::Attribute},
    {"argsrepr", Header::ArgsRepr},
    {"errbacks", Header::Attribute},
    {"hostname", Header::Attribute},
    {"is_eager", Header::Attribute},
    {"loglevel", Header::Attribute},
    {"reply_to", Header::Attribute},
    {"children", Header::Attribute},
    {"parent_id", Header::ParentId},
    {"timelimit", Header::TimeLimit},
    {"callbacks", Header::Attribute},
    {"kwargsrepr", Header::KwargsRepr},
    {"properties", Header::Attribute},
    {"group_index", Header::GroupIndex},
    {"redelivered", Header::Redelivered},
    {"compression", Header::Compression},
    {"ignore_result", Header::IgnoreResult},
    {"delivery_info", Header::Attribute},
    {"stamped_headers", Header::StampedHeaders},
    {"correlation_id", Header::Attribute},
    {"called_directly", Header::Attribute},
    {"replaced_task_nesting", Header::ReplacedTaskNesting},
};
constexpr std::size_t kLongest = 21;

constexpr auto make_sorted() {
    std::array<Entry, std::size(kNames)> sorted{};
    std::copy(std::begin(kNames), std::end(kNames), sorted.begin());
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

Header header_of(std::string_view name) {
    if (name.size() > kLongest) return Header::Unknown;
    for (auto i = kStarts[name.size()]; i < kStarts[name.size() + 1]; ++i) {
        if (kSorted[i].name == name) return kSorted[i].header;
    }
    return Header::Unknown;
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

#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace taskworker {

// Tags of leases: `tw:<worker>@<padding>:<12-digit number>:<list>`. The number rises by one per
// message, so that a script can name a batch by prefix and first number; the list at the end lets
// anybody hand the lease back without parsing. Longer than 64 bytes: `unacked_index` then is a skip
// list from its first member on.

struct TagParts {
    std::string_view worker;
    std::uint64_t number = 0;
    std::string_view list;
};
std::optional<TagParts> parse_tag(std::string_view tag);  // none: not one of ours

// What all tags of a worker begin with, its padding not included: for finding the leases of a dead
// one.
std::string tag_start(std::string_view worker);

// The one source of a worker's tags. Thread-safe.
class TagSource {
public:
    explicit TagSource(std::string_view worker);
    const std::string& prefix() const { return prefix_; }
    std::uint64_t take(std::uint64_t n) { return next_.fetch_add(n, std::memory_order_relaxed); }
    std::string tag(std::uint64_t number, std::string_view list) const;

private:
    std::string prefix_;
    std::atomic<std::uint64_t> next_{100'000'000'000};  // twelve digits from the first on
};

}  // namespace taskworker

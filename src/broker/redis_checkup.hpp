#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "taskworker/config.hpp"

namespace taskworker {

// What there is to know of the broker's Redis, gathered for `doctor`. A value.
struct ServerFacts {
    std::string version;  // empty: hidden by the ACL
    bool valkey = false;
    std::string role;             // "master", "slave"
    std::string eviction_policy;  // "noeviction"
    std::uint64_t max_memory = 0, used_memory = 0;
    bool aof = false, rdb = false;
    double clock_ahead = 0;  // of Redis, seconds; half the round trip is not known
    double round_trip = 0;
    std::vector<std::string> denied;  // commands that we may not use
    std::size_t leases = 0, index = 0;
    std::optional<double> oldest_lease;    // seconds since its last renewal
    std::vector<std::string> other_steps;  // lists whose priority step nobody here serves
    std::vector<std::string> other_prefixes;
    std::size_t workers = 0, dead_letters = 0;
    bool scanned_all = true;  // false: too many keys, the two above are incomplete
};

// Reads only. Throws BrokerError when there is no connection.
ServerFacts check_up(const Settings& settings);

}  // namespace taskworker

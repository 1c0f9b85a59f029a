#include "cli/doctor_findings.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>

#include "broker/transport_options.hpp"

namespace taskworker {
namespace {

using enum Finding::Weight;
constexpr double kMostSkew = 2;  // seconds

std::pair<int, int> version_of(const std::string& text) {
    int major = 0, minor = 0;
    std::sscanf(text.c_str(), "%d.%d", &major, &minor);
    return {major, minor};
}

class Doctor {
public:
    Doctor(const ServerFacts& facts, const Settings& settings)
        : facts_(facts), settings_(settings) {}

    std::vector<Finding> look() {
        server();
        memory();
        rights();
        clock();
        leases();
        names();
        return std::move(findings_);
    }

private:
    void add(Finding::Weight weight, std::string what, std::string remedy = {}) {
        findings_.push_back({weight, std::move(what), std::move(remedy)});
    }

    void server() {
        const auto version = version_of(facts_.version);
        if (facts_.version.empty())
            add(Note, "the version of the server cannot be read", "allow INFO (+info)");
        else if (!facts_.valkey && version < std::pair(6, 2))
            add(Error, "Redis " + facts_.version + " is too old", "use 6.2 or later, or Valkey");
        else if (!facts_.valkey && version < std::pair(7, 0))
            add(Note, "Redis " + facts_.version + " works, 7.0 is faster", "upgrade when it suits");
        else
            add(Good, fmt::format("{} {}", facts_.valkey ? "Valkey" : "Redis", facts_.version));
        if (!facts_.role.empty() && facts_.role != "master")
            add(Error,
                "the server is a replica: nothing can be written",
                "name its primary in broker_url");
        if (!facts_.version.empty() && !facts_.aof)
            add(Warning,
                facts_.rdb ? "snapshots only: a crash of Redis loses the tasks since the last one"
                           : "nothing is kept on disk: a restart of Redis loses all tasks",
                "appendonly yes");
    }

    void memory() {
        const auto& policy = facts_.eviction_policy;
        if (!policy.empty() && policy != "noeviction")
            add(policy.starts_with("allkeys") ? Error : Warning,
                "maxmemory-policy " + policy + ": Redis may throw queues or results away",
                "maxmemory-policy noeviction");
        if (facts_.max_memory > 0 && facts_.used_memory > facts_.max_memory / 10 * 9)
            add(Warning,
                fmt::format(
                    "{} of {} bytes of memory are used", facts_.used_memory, facts_.max_memory
                ),
                "raise maxmemory, or let results expire sooner (result_expires)");
    }

    void rights() {
        for (const auto& command : facts_.denied)
            add(command == "SORT" || command == "CLIENT UNBLOCK" ? Warning : Error,
                "the user of broker_url may not use " + command,
                "see the ACL in docs/operations.md");
    }

    void clock() {
        if (std::abs(facts_.clock_ahead) > kMostSkew + facts_.round_trip)
            add(Warning,
                fmt::format(
                    "this machine's clock is {:.1f} s {} that of Redis: ETA and expiry are off by "
                    "that",
                    std::abs(facts_.clock_ahead),
                    facts_.clock_ahead > 0 ? "behind" : "ahead of"
                ),
                "run NTP on both");
        if (facts_.round_trip > 0.05)
            add(Note,
                fmt::format("a round trip to Redis takes {:.0f} ms", facts_.round_trip * 1000),
                "run the worker nearer to it");
    }

    void leases() {
        const auto visible =
            parse_transport_options(settings_.broker_transport_options).visibility_timeout.count();
        if (facts_.leases != facts_.index)
            add(Note,
                fmt::format(
                    "{} messages are in the hands of workers, the index has {}: orphans, or a "
                    "moment between two steps",
                    facts_.leases,
                    facts_.index
                ),
                "look again; what stays is put back after the visibility timeout");
        if (facts_.oldest_lease && *facts_.oldest_lease > visible)
            add(Warning,
                fmt::format(
                    "a lease was renewed {:.0f} s ago, longer than the visibility timeout",
                    *facts_.oldest_lease
                ),
                "is any worker alive? one puts it back within minutes");
        if (facts_.workers == 0) add(Note, "no taskworker is alive on this broker");
        if (facts_.dead_letters > 0)
            add(Warning,
                fmt::format(
                    "{} dead letters: nobody could or should run them", facts_.dead_letters
                ),
                "taskworker dlq list");
    }

    void names() {
        for (const auto& list : facts_.other_steps)
            add(Warning,
                "messages wait in " + list + ", which no worker with these settings reads",
                "give producers and workers the same priority_steps and sep");
        for (const auto& prefix : facts_.other_prefixes)
            add(Note,
                "there are queues under the prefix '" + prefix + "', ours is another",
                "if they should be ours: global_keyprefix in broker_transport_options");
        if (!facts_.scanned_all) add(Note, "too many keys to look at all of them");
    }

    const ServerFacts& facts_;
    const Settings& settings_;
    std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> findings_of(const ServerFacts& facts, const Settings& settings) {
    return Doctor(facts, settings).look();
}

const char* name_of(Finding::Weight weight) {
    switch (weight) {
        case Finding::Weight::Good:
            return "ok";
        case Finding::Weight::Note:
            return "note";
        case Finding::Weight::Warning:
            return "warning";
        case Finding::Weight::Error:
            return "error";
    }
    return "";
}

}  // namespace taskworker

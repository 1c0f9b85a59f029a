#include "broker/redis_checkup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "base/clock.hpp"
#include "base/moment.hpp"
#include "broker/broker_errors.hpp"
#include "broker/redis_transport.hpp"

namespace taskworker {
namespace {

constexpr std::size_t kMostScanned = 200'000;
constexpr std::string_view kBindings = "_kombu.binding.";

using Info = std::map<std::string, std::string, std::less<>>;

Info read_info(std::string_view text) {
    Info info;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find("\r\n"));
        text.remove_prefix(std::min(line.size() + 2, text.size()));
        if (const auto colon = line.find(':'); colon != line.npos)
            info.emplace(line.substr(0, colon), line.substr(colon + 1));
    }
    return info;
}

std::string value_of(const Info& info, std::string_view name) {
    const auto found = info.find(name);
    return found == info.end() ? std::string() : found->second;
}

std::uint64_t number_in(const Info& info, std::string_view name) {
    const auto text = value_of(info, name);
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

void read_server(ServerFacts& facts, const Info& info) {
    facts.version = value_of(info, "redis_version");
    facts.valkey = value_of(info, "server_name") == "valkey";
    if (facts.valkey) facts.version = value_of(info, "valkey_version");
    facts.role = value_of(info, "role");
    facts.eviction_policy = value_of(info, "maxmemory_policy");
    facts.max_memory = number_in(info, "maxmemory");
    facts.used_memory = number_in(info, "used_memory");
    facts.aof = value_of(info, "aof_enabled") == "1";
    // rdb_last_save_time is set by the start as well.
    facts.rdb = number_in(info, "rdb_saves") > 0 || number_in(info, "rdb_last_bgsave_time_sec") > 0;
}

class CheckUp {
public:
    explicit CheckUp(const Settings& settings)
        : with_(redis_settings(settings, "doctor", Luck::seeded_by_the_system().uuid())),
          connection_(with_.connection("doctor")) {}

    ServerFacts run() {
        connection_.connect();
        auto& out = connection_.out();
        out.command("INFO");
        out.command("CONFIG", "GET", "save");  // an ACL may deny it
        const auto replies = connection_.round_trip();
        if (!replies[0].error()) read_server(facts_, read_info(replies[0].text));
        const auto& save = replies[1].items;
        if (save.size() == 2) facts_.rdb = !save[1].text.empty();
        look_at_clock();
        look_for_rights();
        look_at_leases();
        scan_keys();
        return std::move(facts_);
    }

private:
    void look_at_clock() {
        const auto before = std::chrono::system_clock::now();
        connection_.out().command("TIME");
        const auto replies = connection_.round_trip();
        const auto after = std::chrono::system_clock::now();
        facts_.round_trip = unix_time(after) - unix_time(before);
        if (replies[0].items.size() != 2) return;
        const double theirs = replies[0].items[0].number() + replies[0].items[1].number() * 1e-6;
        facts_.clock_ahead = theirs - (unix_time(before) + facts_.round_trip / 2);
    }

    // Each in a form that changes nothing.
    void look_for_rights() {
        const auto& keys = with_.keys;
        const auto nothing = keys.probe("doctor");
        auto& out = connection_.out();
        std::vector<std::string> names;
        const auto probe = [&](const char* name, const auto&... arguments) {
            names.emplace_back(name);
            out.command(arguments...);
        };
        probe("TIME", "TIME");
        probe("SORT", "SORT", nothing, "BY", "nosort", "LIMIT", 0, 1);
        probe("CLIENT UNBLOCK", "CLIENT", "UNBLOCK", std::int64_t{1} << 62);
        probe("EVAL", "EVAL", "return 1", 0);
        probe("LMOVE", "LMOVE", nothing, nothing, "LEFT", "LEFT");
        probe("PUBLISH", "PUBLISH", nothing, "");
        probe("HSCAN", "HSCAN", nothing, 0);
        const auto replies = connection_.round_trip();
        for (std::size_t i = 0; i < replies.size(); ++i)
            if (replies[i].error() &&
                redis::kind_of(replies[i].text) == redis::RedisError::Kind::NoPermission)
                facts_.denied.push_back(names[i]);
    }

    void look_at_leases() {
        const auto& keys = with_.keys;
        auto& out = connection_.out();
        out.command("HLEN", keys.unacked);
        out.command("ZCARD", keys.unacked_index);
        out.command("ZRANGE", keys.unacked_index, 0, 0, "WITHSCORES");
        out.command("ZCARD", keys.workers);
        out.command("XLEN", keys.dead_letters);
        const auto replies = connection_.round_trip();
        const auto count = [&](std::size_t i) {
            return replies[i].error() ? 0 : static_cast<std::size_t>(replies[i].integer);
        };
        facts_.leases = count(0);
        facts_.index = count(1);
        if (replies[2].items.size() == 2)
            facts_.oldest_lease =
                unix_time(std::chrono::system_clock::now()) - replies[2].items[1].number();
        facts_.workers = count(3);
        facts_.dead_letters = count(4);
    }

    void scan_keys() {
        std::set<std::string> steps, prefixes;
        std::string cursor = "0";
        std::size_t seen = 0;
        do {
            connection_.out().command("SCAN", cursor, "COUNT", 1000);
            auto replies = connection_.round_trip();
            if (replies[0].error() || replies[0].items.size() != 2) return;
            cursor = replies[0].items[0].text;
            for (const auto& key : replies[0].items[1].items)
                look_at_key(key.text, steps, prefixes);
            seen += 1000;
        } while (cursor != "0" && seen < kMostScanned);
        facts_.scanned_all = cursor == "0";
        facts_.other_steps.assign(steps.begin(), steps.end());
        facts_.other_prefixes.assign(prefixes.begin(), prefixes.end());
    }

    void look_at_key(
        std::string_view key, std::set<std::string>& steps, std::set<std::string>& prefixes
    ) const {
        if (const auto at = key.find(kBindings); at != key.npos) {
            const auto prefix = key.substr(0, at);
            if (prefix != with_.keys.prefix()) prefixes.emplace(prefix);
            return;
        }
        if (key.starts_with("taskworker.")) return;
        const auto at = key.rfind(with_.keys.separator());
        if (at == key.npos || !key.starts_with(with_.keys.prefix())) return;
        const auto step = key.substr(at + with_.keys.separator().size());
        const auto& ours = with_.keys.steps();
        const bool known = std::any_of(ours.begin(), ours.end(), [&](int one) {
            return std::to_string(one) == step;
        });
        const bool digits = !step.empty() && std::all_of(step.begin(), step.end(), [](char c) {
            return c >= '0' && c <= '9';
        });
        if (digits && !known) steps.insert(fmt::format("{} (step {})", key.substr(0, at), step));
    }

    const RedisSettings with_;
    redis::Connection connection_;
    ServerFacts facts_;
};

}  // namespace

ServerFacts check_up(const Settings& settings) {
    return as_broker_error([&] { return CheckUp(settings).run(); });
}

}  // namespace taskworker

#include "ledger/redis_chords.hpp"

#include <charconv>
#include <chrono>
#include <deque>
#include <span>
#include <utility>

#include "backend/redis_backend.hpp"
#include "ledger/lua_scripts.hpp"
#include "ledger/servers.hpp"
#include "ledger/take_back.hpp"
#include "message/python_json.hpp"
#include "message/serializer.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {

const redis::Script kTakeChordScript{"take_chord", ledger::k_take_chord_lua};
const redis::Script kFinishChordScript{
    "finish_chord", ledger::k_finish_chord_lua, {kSucceededLua, ledger::k_results_lua}};

namespace {

constexpr std::chrono::seconds kTime{30};  // to finish one that was taken
constexpr std::size_t kAtOnce = 1000;      // results looked up in one command
constexpr std::size_t kLooked = 100;       // chords at once

std::string unix_seconds(std::chrono::seconds from_now = {}) {
    const auto now = std::chrono::system_clock::now().time_since_epoch() + from_now;
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

// What result_serializer made, as JSON; what cannot be read as it is: nobody finds a part in it.
std::string json_text(const std::string& text, Serializer serializer) {
    if (serializer == Serializer::JsonText) return text;
    const auto read = deserialize(serializer, text, {});
    const auto* value = std::get_if<Json>(&read);
    return value ? to_json_text(*value) : text;
}

void send(redis::Connection& connection, std::span<const std::string> words) {
    connection.connect();
    auto& out = connection.out();
    out.begin(words.size());
    for (const auto& word : words) out.arg(word);
    const auto replies = connection.round_trip();
    connection.check(replies.front(), words.front());
}

void send_all(redis::Connection& connection, const std::vector<Words>& pushes) {
    if (pushes.empty()) return;
    connection.connect();
    auto& out = connection.out();
    for (const auto& words : pushes) {
        out.begin(words.size());
        for (const auto& word : words) out.arg(word);
    }
    const auto answers = connection.round_trip();
    if (const auto* refused = take_back_if_refused(connection, pushes, answers))
        connection.fail(*refused, "LPUSH");
}

}  // namespace

RedisChords::RedisChords(
    std::shared_ptr<redis::SharedConnection> results,
    std::unique_ptr<redis::Connection> broker,
    LedgerKeys keys
)
    : shared_(std::move(results)),
      results_(shared_->connection()),
      broker_(std::move(broker)),
      keys_(std::move(keys)) {}

std::optional<TakenChord> RedisChords::take(const std::string& group) {
    const auto turn = shared_->turn();
    const auto chords = keys_.results->chords();
    const auto now = unix_seconds(), deadline = unix_seconds(kTime);
    const std::string_view keys[] = {chords};
    const std::string_view arguments[] = {group, keys_.worker, now, deadline};
    const auto taken = results_.run(kTakeChordScript, keys, arguments);
    if (taken.nil() || taken.items.size() != 2) return std::nullopt;

    TakenChord chord;
    chord.group_id = group;
    chord.note = taken.items[0].text;
    const auto& size = taken.items[1].text;
    std::from_chars(size.data(), size.data() + size.size(), chord.size);
    const auto parts = chords + ":" + group;
    const auto list = keys_.results->chord_ordered ? results_.call("ZRANGE", parts, 0, -1)
                                                   : results_.call("LRANGE", parts, 0, -1);
    for (const auto& part : list.items)
        chord.parts.push_back(json_text(part.text, keys_.results->serializer));
    const auto saved = results_.call("GET", keys_.results->group(group));
    if (!saved.nil()) chord.saved = json_text(saved.text, keys_.results->serializer);
    return chord;
}

std::vector<std::string> RedisChords::overdue() {
    const auto turn = shared_->turn();
    const auto reply = results_.call(
        "ZRANGEBYSCORE", keys_.results->chords(), "-inf", "+inf", "WITHSCORES", "LIMIT", 0, kLooked
    );
    const auto now = std::chrono::system_clock::now();
    std::vector<std::string> groups;
    next_deadline_.reset();
    for (std::size_t i = 0; i + 1 < reply.items.size() && !next_deadline_; i += 2) {
        const auto deadline = from_unix(reply.items[i + 1].number());
        if (deadline <= now)
            groups.push_back(reply.items[i].text);
        else
            next_deadline_ = deadline;
    }
    return groups;
}

void RedisChords::look_up(TakenChord& chord, const std::vector<std::string>& ids) {
    const auto turn = shared_->turn();
    results_.connect();
    for (std::size_t from = 0; from < ids.size(); from += kAtOnce) {
        const auto until = std::min(ids.size(), from + kAtOnce);
        for (auto i = from; i < until; ++i)
            results_.out().command("GET", keys_.results->task(ids[i]));
        const auto replies = results_.round_trip();
        for (auto i = from; i < until; ++i) {
            const auto& reply = replies.at(i - from);
            results_.check(reply, "GET");
            if (!reply.nil())
                chord.documents[ids[i]] = json_text(reply.text, keys_.results->serializer);
        }
        shared_->give_way();
        results_.connect();
    }
}

redis::Reply RedisChords::run_finish(
    const std::string& group,
    bool give_back,
    const std::vector<Words>& commands,
    const std::vector<Words>& extras
) {
    const auto chords = keys_.results->chords(), base = keys_.results->group(group);
    std::deque<std::string> numbers;  // addresses stay
    std::vector<std::string_view> words;
    const auto number = [&](std::size_t n) {
        words.push_back(numbers.emplace_back(std::to_string(n)));
    };
    const auto all = [&](const Words& more) {
        words.insert(words.end(), more.begin(), more.end());
    };
    number(static_cast<std::size_t>(one_server() ? keys_.broker_db : keys_.result_db));
    number(static_cast<std::size_t>(keys_.result_db));
    words.insert(words.end(), {group, keys_.worker, base, give_back ? "1" : ""});
    number(commands.size());
    for (const auto& command : commands) {
        number(command.size());
        all(command);
    }
    number(extras.size());
    for (const auto& extra : extras) all(extra);
    const std::string_view keys[] = {chords};
    auto reply = results_.run(kFinishChordScript, keys, words);
    results_.check(reply, "finish_chord");
    return reply;
}

bool RedisChords::still_ours(const std::string& group) {
    const auto owner = results_.call("HGET", keys_.results->chords() + ".owners", group);
    return !owner.nil() && owner.text == keys_.worker;
}

bool RedisChords::finish(
    const std::string& group, const ChordEnd& end, std::vector<std::string>& complete
) {
    const auto turn = shared_->turn();
    auto commands = pushes(end.publish, keys_);
    auto extras = extra_effects(end.dispatch.writes, end.store, end.parts, keys_);
    if (!one_server()) {
        if (!still_ours(group)) return false;
        for (const auto& extra : extra_effects(end.dispatch.writes, {}, {}, keys_))
            send(results_, std::span(extra).subspan(2));
        send_all(*broker_, commands);
        commands.clear();
    }
    const auto reply = run_finish(group, false, commands, extras);
    if (reply.items.empty() || reply.items[0].text == "lost") return false;
    for (std::size_t i = 2; i < reply.items.size(); ++i) complete.push_back(reply.items[i].text);
    return true;
}

bool RedisChords::one_server() {
    if (!one_server_) {
        one_server_ = share_a_server(*broker_, results_, keys_.broker_db);
        if (*one_server_) broker_->close();
    }
    return *one_server_;
}

void RedisChords::give_back(const std::string& group) {
    const auto turn = shared_->turn();
    run_finish(group, true, {}, {});
}

}  // namespace taskworker

// The floor of the benchmark: fetches and settles messages as the worker does, and executes
// nothing. What it reaches is what Redis can do for this work; no worker of this protocol gets
// beyond it.
//   bench_floor <url> <batch> pipeline|script stored|ignored
// pipeline: SETEX and PUBLISH per task, HDEL and ZREM per batch, no fence: the cheapest that is
// known. script: settle.lua, as the worker.
#include <fmt/format.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "broker/scripts.hpp"
#include "broker/tags.hpp"
#include "ledger/redis_ledger.hpp"
#include "redis/connection.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

constexpr std::string_view kId = R"("id": ")";
constexpr std::string_view kDocumentHead =
    R"({"status": "SUCCESS", "result": 3, "traceback": null, "children": [], "date_done": )"
    R"("2026-01-01T00:00:00.000000+00:00", "parent_id": null, "task_id": ")";

struct Task {
    std::string tag, id, message;
};

class Floor {
public:
    Floor(const RedisUrl& url, std::size_t batch, bool script, bool stored)
        : connection_(
              {.url = url,
               .name = "floor",
               .scripts = {&broker::kClaim, &broker::kRegister, &kSettleScript}}
          ),
          batch_(batch),
          script_(script),
          stored_(stored) {
        const TransportOptions options;
        const RedisKeys keys(options);
        for (const auto& list : keys.lists("celery")) {
            lists_.push_back(list);
            inboxes_.push_back(keys.claim_inbox("floor", list));
        }
        where_.results.emplace(Settings{});
        where_.broker_db = where_.result_db = url.db;
        connection_.connect();
    }

    // One turn: what was claimed is registered, what was registered is settled, new ones claimed.
    void turn() {
        if (claimed_.empty() && registered_.empty()) wait();
        auto settled = std::exchange(registered_, {});
        auto claimed = std::exchange(claimed_, {});
        settle(settled);
        enter(claimed);
        claim();
        auto replies = connection_.round_trip();
        for (std::size_t i = 0; i < lists_.size(); ++i)
            collect(replies[replies.size() - lists_.size() + i], lists_[i]);
        registered_ = std::move(claimed);
    }

private:
    void collect(redis::Reply& range, const std::string& list) {
        for (auto& item : range.items) {
            const auto at = item.text.find(kId) + kId.size();
            claimed_.push_back(
                {tags_.tag(tags_.take(1), list), item.text.substr(at, 36), std::move(item.text)}
            );
        }
    }

    void wait() {
        auto reply =
            connection_.call("BLMOVE", lists_[0], inboxes_[0] + "w", "RIGHT", "LEFT", "10");
        if (!reply.is_text()) return;
        connection_.call("DEL", inboxes_[0] + "w");
        redis::Reply one;
        one.items.push_back(std::move(reply));
        collect(one, lists_[0]);
    }

    void enter(const std::vector<Task>& tasks) {
        if (tasks.empty()) return;
        auto& out = connection_.out();
        out.command("MULTI");
        out.begin(2 + 2 * tasks.size());
        out.arg("HSET"), out.arg("unacked");
        for (const auto& task : tasks)
            out.arg(task.tag), out.arg({"[", task.message, R"(,"","celery"])"});
        out.begin(2 + 2 * tasks.size());
        out.arg("ZADD"), out.arg("unacked_index");
        for (const auto& task : tasks) out.arg("1760000000.5"), out.arg(task.tag);
        out.begin(1 + inboxes_.size());
        out.arg("DEL");
        for (const auto& inbox : inboxes_) out.arg(inbox);
        out.command("EXEC");
    }

    void settle(const std::vector<Task>& tasks) {
        if (tasks.empty()) return;
        if (script_) return settle_by_script(tasks);
        auto& out = connection_.out();
        for (const auto& task : tasks) {
            if (!stored_) break;
            const auto key = "celery-task-meta-" + task.id;
            const auto document = fmt::format("{}{}\"}}", kDocumentHead, task.id);
            out.command("SETEX", key, "86400", document);
            out.command("PUBLISH", key, document);
        }
        for (const auto* key : {"HDEL", "ZREM"}) {
            out.begin(2 + tasks.size());
            out.arg(key), out.arg(*key == 'H' ? "unacked" : "unacked_index");
            for (const auto& task : tasks) out.arg(task.tag);
        }
    }

    void settle_by_script(const std::vector<Task>& tasks) {
        std::vector<SettleItem> items;
        for (const auto& task : tasks) {
            SettleItem item{.tag = task.tag};
            if (stored_) {
                item.result_key = "celery-task-meta-" + task.id;
                item.document = fmt::format("{}{}\"}}", kDocumentHead, task.id);
            }
            items.push_back(std::move(item));
        }
        run_settle(connection_, where_, "floor", items);
    }

    void claim() {
        connection_.evalsha(broker::kClaim, 2 * lists_.size(), 2);
        auto& out = connection_.out();
        for (const auto& list : lists_) out.arg(list);
        for (const auto& inbox : inboxes_) out.arg(inbox);
        out.arg(batch_), out.arg(1);
        for (const auto& inbox : inboxes_) out.command("LRANGE", inbox, 0, -1);
    }

    redis::Connection connection_;
    const std::size_t batch_;
    const bool script_, stored_;
    TagSource tags_{"floor"};
    std::vector<std::string> lists_, inboxes_;
    LedgerKeys where_{.broker = RedisKeys(TransportOptions{}), .node = "floor"};
    std::vector<Task> claimed_, registered_;
};

}  // namespace
}  // namespace taskworker

int main(int argc, char** argv) try {
    using namespace std::string_view_literals;
    if (argc != 5) return 2;
    taskworker::Floor floor(
        taskworker::parse_redis_url(argv[1]),
        static_cast<std::size_t>(std::atoi(argv[2])),
        argv[3] == "script"sv,
        argv[4] == "stored"sv
    );
    for (;;) floor.turn();
} catch (const taskworker::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
}

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "backend/open_backend.hpp"
#include "ledger/open_ledger.hpp"
#include "redis/leases_fixture.hpp"
#include "taskworker/errors.hpp"

// The rights that docs/operations.md says a worker needs: these and no others, and each one
// missing.
namespace taskworker::testing {
namespace {

// The words behind `ACL SETUSER worker on >PASSWORD` in the documentation.
std::vector<std::string> documented_rights() {
    std::ifstream in(std::string(TW_TEST_DATA) + "/../docs/operations.md");
    std::ostringstream text;
    text << in.rdbuf();
    const auto document = text.str();
    const std::string start = "ACL SETUSER worker on >PASSWORD ";
    const auto at = document.find(start);
    if (at == document.npos) return {};
    std::istringstream words(
        document.substr(at + start.size(), document.find("```", at) - at - start.size())
    );
    std::vector<std::string> rights;
    for (std::string word; words >> word;)
        if (word != "\\") rights.push_back(word);
    return rights;
}

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
    });
    return text;
}

class Rights : public ::testing::Test {
protected:
    Rights() : rig(server) {
        rig.settings.broker_url = server.tcp_url(0, "worker:secret@");
        rig.settings.result_backend = server.tcp_url(1, "worker:secret@");
    }

    void allow(const std::vector<std::string>& rights) {
        rig.raw().call("ACL", "DELUSER", "worker");
        auto& out = rig.raw().out();
        out.begin(5 + rights.size());
        for (const char* word : {"ACL", "SETUSER", "worker", "on", ">secret"})
            out.arg(std::string_view(word));
        for (const auto& right : rights) out.arg(right);
        const auto replies = rig.raw().round_trip();
        ASSERT_FALSE(replies.at(0).error()) << replies[0].text;
    }

    // Passes over what is no message.
    static std::vector<Delivery> take(Holder& worker, std::size_t n) {
        std::vector<Delivery> got;
        for (int turn = 0; got.size() < n && turn < 20; ++turn)
            for (auto& one : worker.broker->fetch(n - got.size(), soon(200)))
                if (auto* delivery = std::get_if<std::shared_ptr<const Delivery>>(&one))
                    got.push_back(**delivery);
        return got;
    }

    // Everything a worker does, in one life. Throws what stops it.
    void live() {
        rig.raw().call("FLUSHALL");
        rig.raw().call("SCRIPT", "FLUSH");
        Holder worker(rig, "w1");
        worker.leases->beat();
        auto ledger = open_ledger(rig.settings, "w@host", "w1");
        for (const char* id : {"a", "b", "c", "d"}) rig.push("celery", message(id));
        rig.push("celery", "no message");
        auto got = take(worker, 4);
        if (got.size() != 4) throw BrokerError("messages are missing");
        rig.push("celery", message("e"));
        if (take(worker, 1).size() != 1) throw BrokerError("nobody woke up");
        const auto gone =
            worker.leases->extend(std::vector<std::string>{got[0].tag, "tw:gone"}, now());
        if (gone.size() != 1) throw BrokerError("extend");
        worker.leases->park(std::vector<Parking>{{got[1].tag, now() - std::chrono::seconds(1)}});
        if (worker.leases->claim_due(now(), 5).empty()) throw BrokerError("due");
        worker.leases->next_due();
        worker.leases->hand_back(std::vector<Handover>{{got[2].tag, "celery", message("c")}});
        end(*ledger, got[0]);
        early_end(*ledger, got[3]);
        for (const auto& fetched : worker.broker->fetch(0, soon(10))) static_cast<void>(fetched);
        worker.broker->unsubscribe();
        after_death();
        worker.leases->leave();
    }

    static void refused(const std::vector<Refusal>& refusals) {
        if (!refusals.empty()) throw BrokerError("refused: " + refusals[0].why);
    }

    void end(Ledger& ledger, const Delivery& delivery) {
        Settlement end{.tag = delivery.tag, .task_id = "a"};
        end.publish.push_back({.queue = "celery-next", .priority = 3, .envelope = message("f")});
        end.store = ResultRecord{.id = "a", .status = "SUCCESS", .result = "1"};
        refused(ledger.apply(std::vector<Entry>{end}));
        if (open_backend(rig.settings)->wait("a", soon(1000))->status != "SUCCESS")
            throw BackendError("no result");
    }

    void early_end(Ledger& ledger, const Delivery& delivery) {
        refused(ledger.apply(std::vector<Entry>{Start{.tag = delivery.tag, .note = "{}"}}));
        Settlement end{.tag = delivery.tag, .task_id = "d", .list = "celery"};
        end.disposition = Disposition::DeadLetter;
        end.message = "m";
        end.store = ResultRecord{.id = "a", .status = "FAILURE", .result = "1"};  // a SUCCESS stays
        refused(ledger.apply(std::vector<Entry>{end}));
    }

    // A worker died with a lease, and a Python worker with another.
    void after_death() {
        {
            Holder dead(rig, "w2");
            dead.leases->beat();
            rig.push("celery", message("g"));
            dead.take(1);
            rig.raw().call("LPUSH", "taskworker.claim:w2:celery", message("h"));
        }
        rig.raw().call(
            "HSET", "unacked", "python", "[" + message("i") + ", \"celery\", \"celery\"]"
        );
        rig.raw().call("ZADD", "unacked_index", "1", "python");
        Holder other(rig, "w3");
        bool reaped = false;
        eventually([&] {
            for (const auto& dead : other.leases->beat().dead) {
                other.leases->reap(dead);
                reaped = reaped || dead == "w2";
            }
            return reaped;
        });
        if (!reaped) throw BrokerError("nobody reaped");
        other.leases->restore_expired(now());
        other.leases->leave();
    }

    RedisServer server;
    RedisRig rig;
};

std::string trouble_of(const std::function<void()>& life) {
    try {
        life();
    } catch (const Error& error) {
        EXPECT_EQ(std::string(error.what()).find("secret"), std::string::npos) << error.what();
        return error.what();
    }
    return {};
}

TEST_F(Rights, TheDocumentedOnesAreEnough) {
    const auto rights = documented_rights();
    ASSERT_GT(rights.size(), 20u);
    allow(rights);
    EXPECT_EQ(trouble_of([&] { live(); }), "");
}

// Without a command that has a substitute the worker works all the same; otherwise it says which.
TEST_F(Rights, EachMissingCommandIsNamedAndGivenBackTheWorkGoesOn) {
    const auto rights = documented_rights();
    std::set<std::string> needless, expected_needless;
    for (const auto& right : rights) {
        if (right.front() != '+') continue;
        auto fewer = rights;
        std::erase(fewer, right);
        allow(fewer);
        const auto trouble = trouble_of([&] { live(); });
        const auto command = upper(right.substr(1, right.find('|') - 1));
        if (trouble.empty()) {
            needless.insert(right.substr(1));
        } else {
            EXPECT_NE(upper(trouble).find(command), std::string::npos) << right << ": " << trouble;
        }
    }
    // What INFO, SORT, SELECT in scripts and UNBLOCK are for can be done in another way; the rest
    // is done when something has gone wrong, which this life has not seen.
    for (const auto* command : {"client|setname", "client|unblock", "info", "sort"})
        EXPECT_TRUE(needless.count(command)) << command;
    EXPECT_LE(needless.size(), 15u) << fmt::format("{}", fmt::join(needless, " "));
    allow(rights);
    EXPECT_EQ(trouble_of([&] { live(); }), "");
}

TEST_F(Rights, AKeyOrAChannelThatIsMissingIsSaid) {
    for (const auto* missing : {"~taskworker.*", "~unacked*", "~celery*", "&celery-task-meta-*"}) {
        auto rights = documented_rights();
        ASSERT_EQ(std::erase(rights, missing), 1u) << missing;
        allow(rights);
        const auto trouble = trouble_of([&] { live(); });
        EXPECT_TRUE(
            trouble.find("key") != trouble.npos || trouble.find("channel") != trouble.npos ||
            trouble.find("NOPERM") != trouble.npos
        ) << missing
          << ": " << trouble;
    }
}

}  // namespace
}  // namespace taskworker::testing

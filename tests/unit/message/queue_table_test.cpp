#include "message/queue_table.hpp"

#include <gtest/gtest.h>

#include "message/python_json.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

using Names = std::vector<std::string>;

Settings with_queues(const char* json) {
    Settings settings;
    settings.task_queues = std::get<Json>(parse_json(json));
    return settings;
}

std::string refusal(const Settings& settings) {
    try {
        QueueTable{settings};
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "taken";
}

TEST(QueueTable, WithoutTaskQueuesHasTheDefaultQueue) {
    Settings settings;
    EXPECT_EQ(
        *QueueTable(settings).find("celery"),
        (QueueSpec{.name = "celery", .bindings = {{"celery", "direct", "celery"}}})
    );
    settings.task_default_queue = "main";
    settings.task_default_exchange = "shop";
    settings.task_default_exchange_type = "topic";
    settings.task_default_routing_key = "shop.#";
    EXPECT_EQ(
        QueueTable(settings).find("main")->bindings,
        (std::vector<Binding>{{"shop", "topic", "shop.#"}})
    );
}

TEST(QueueTable, ReadsListsOfNamesAndTables) {
    const QueueTable table(with_queues(R"(["plain",
        {"name": "orders", "exchange": "shop", "exchange_type": "topic", "routing_key": "order.#"},
        {"name": "old", "exchange": {"name": "x", "type": "direct"}, "binding_key": "k"}])"));
    EXPECT_EQ(table.find("plain")->own(), (Binding{"celery", "direct", "plain"}));
    EXPECT_EQ(table.find("orders")->own(), (Binding{"shop", "topic", "order.#"}));
    EXPECT_EQ(table.find("old")->own(), (Binding{"x", "direct", "k"}));
    EXPECT_EQ(table.find("celery"), nullptr);
}

TEST(QueueTable, ReadsATableOfTables) {
    const QueueTable table(with_queues(R"({"a": {"exchange": "e", "routing_key": "r"}, "b": {}})"));
    EXPECT_EQ(table.find("a")->own(), (Binding{"e", "direct", "r"}));
    EXPECT_EQ(table.find("b")->own(), (Binding{"celery", "direct", "b"}));
}

TEST(QueueTable, ReadsExpiryAndFurtherBindings) {
    const QueueTable table(with_queues(R"([{"name": "a", "expires": 1.5},
        {"name": "b", "queue_arguments": {"x-expires": 2000, "x-max-priority": 9}},
        {"name": "c", "exchange": "e", "bindings": [{"exchange": "f", "routing_key": "k"}]}])"));
    EXPECT_EQ(table.find("a")->expires_ms, 1500);
    EXPECT_EQ(table.find("b")->expires_ms, 2000);
    EXPECT_EQ(
        table.find("c")->bindings,
        (std::vector<Binding>{{"e", "direct", "c"}, {"f", "direct", "k"}})
    );
}

TEST(QueueTable, NamesTheQueueThatIsNotDescribedWell) {
    EXPECT_EQ(refusal(with_queues("7")), "task_queues: must be a list or a table of queues");
    EXPECT_EQ(refusal(with_queues("[7]")), "task_queues: queue: must be a name or a table");
    EXPECT_EQ(
        refusal(with_queues("[\"\"]")), "task_queues: name: must not be empty or have line breaks"
    );
    EXPECT_EQ(refusal(with_queues(R"({"a": 1})")), "task_queues: a: must be a table");
    EXPECT_EQ(
        refusal(with_queues(R"([{"name": "a", "exchange_type": "headers"}])")),
        "task_queues: a: exchange_type must be direct, topic or fanout"
    );
    EXPECT_EQ(
        refusal(with_queues(R"([{"name": "a", "expires": 0.0005}])")
        ),  // Redis would delete it at once
        "task_queues: a: expires must be a number above 0"
    );
    EXPECT_EQ(
        refusal(with_queues(R"([{"name": "a", "expires": -1}])")),
        "task_queues: a: expires must be a number above 0"
    );
    EXPECT_EQ(
        refusal(with_queues(R"([{"name": "a", "routing_key": 5}])")),
        "task_queues: a: routing_key must be a text"
    );
}

TEST(QueueTable, ConsumesAllDeclaredQueuesOrThoseOfQ) {
    const QueueTable table(with_queues(R"(["a", "b", "c"])"));
    EXPECT_EQ(table.to_consume({}, {}), (Names{"a", "b", "c"}));
    EXPECT_EQ(table.to_consume({}, {"b"}), (Names{"a", "c"}));
    EXPECT_EQ(table.to_consume({"c", "new", "c"}, {}), (Names{"c", "new"}));
    EXPECT_EQ(table.describe("new").own(), (Binding{"new", "direct", "new"}));
    EXPECT_THROW(table.to_consume({}, {"a", "b", "c"}), ConfigError);
}

TEST(QueueTable, MakesNoQueueWhenItMustNot) {
    auto settings = with_queues(R"(["a"])");
    settings.task_create_missing_queues = false;
    EXPECT_EQ(QueueTable(settings).to_consume({"a"}, {}), Names{"a"});
    EXPECT_THROW(QueueTable(settings).to_consume({"b"}, {}), ConfigError);
}

TEST(QueueTable, AddsTheQueueOfWorkerDirectWhateverQSays) {
    Settings settings;
    settings.worker_direct = true;
    const QueueTable table(settings, "w1@h");
    EXPECT_EQ(table.to_consume({"a"}, {}), (Names{"a", "w1@h.dq2"}));
    EXPECT_EQ(table.find("w1@h.dq2")->own(), (Binding{"C.dq2", "direct", "w1@h"}));
    EXPECT_EQ(QueueTable(settings).find("w1@h.dq2"), nullptr);
}

TEST(QueueTable, ABroadcastQueueHasAnExchangeOfItsNameUnlessItSaysAnother) {
    const QueueTable table(with_queues(
        R"([{"name": "b", "exchange": "news", "exchange_type": "fanout", "routing_key": "k"},
            {"name": "c", "exchange_type": "fanout"}, "a"])"
    ));
    EXPECT_EQ(table.to_consume({}, {}), (Names{"b", "c", "a"}));
    EXPECT_EQ(table.describe("b").own(), (Binding{"news", "fanout", "k"}));
    EXPECT_EQ(table.describe("c").own(), (Binding{"c", "fanout", ""}));
    EXPECT_TRUE(table.describe("b").is_broadcast());
    EXPECT_FALSE(table.describe("a").is_broadcast());
}

TEST(QueueTable, CopiesOfABroadcastLieInAListOfTheNode) {
    const auto list = broadcast_list("w1@h", "news");
    EXPECT_EQ(list, "taskworker.broadcast:w1@h:news");
    EXPECT_TRUE(is_broadcast_list(list));
    EXPECT_FALSE(is_broadcast_list("news"));
}

TEST(TopicPattern, IsKombus) {
    EXPECT_EQ(topic_pattern("a.*.#"), R"(^a\..*?[^\.]\..*?$)");
    EXPECT_EQ(topic_pattern("my_key.x-1"), R"(^my\_key\.x\-1$)");
    EXPECT_EQ(topic_pattern("#"), "^.*?$");
    EXPECT_EQ(topic_pattern(""), "^$");
}

}  // namespace
}  // namespace taskworker

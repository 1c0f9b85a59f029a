#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "message/decode.hpp"
#include "message/envelope.hpp"
#include "task/execute.hpp"
#include "task/resources.hpp"
#include "taskworker/taskworker.hpp"

namespace taskworker {
namespace {

class SilentPort final : public TaskPort {
public:
    void update_state(const Request&, const std::string&, const Json&) override {}
    void send_event(const Request&, const std::string&, const Json&) override {}
    void send(const Request&, Spawned) override {}
    void log(const Request&, int, const std::string&) override {}
    std::stop_token soft_limit() const override { return {}; }
    std::stop_token stop() const override { return stopped.get_token(); }
    std::stop_source stopped;
};

struct ExecuteDelivery : ::testing::Test {
    App app;
    Settings settings;
    Luck luck{1};
    SilentPort port;

    // A message as a Celery producer puts it into the list.
    static Delivery a_delivery(const std::string& body) {
        const std::string envelope =
            R"({"body": ")" + base64_encode(body) +
            R"(", "content-encoding": "utf-8", "content-type": "application/json", "headers": )"
            R"({"lang": "py", "task": "shop.t", "id": "id-1", "retries": 0}, "properties": )"
            R"({"correlation_id": "id-1", "delivery_info": {"exchange": "", "routing_key": "celery"}, )"
            R"("priority": 0, "body_encoding": "base64", "delivery_tag": "tag-1"}})";
        Delivery delivery;
        delivery.message = std::get<Message>(parse_envelope(envelope));
        const std::vector<std::string> accept = {"json"};
        delivery.request = std::get<Request>(decode(delivery.message, accept));
        return delivery;
    }
    Outcome executed(const std::string& body) {
        Resources resources(app, settings);
        const Moment moment{from_unix(1000), luck, "celery@here", settings};
        return execute(*app.find("shop.t"), a_delivery(body), port, resources, moment);
    }
};

TEST_F(ExecuteDelivery, OpensTheBodyAndKnowsTheNode) {
    app.task(
        "shop.t",
        [](Context& ctx, int x, std::optional<std::string> y) {
            return ctx.request().hostname + " " + std::to_string(x) + y.value_or("");
        },
        {"x", "y"}
    );
    const auto outcome = executed(R"([[5], {"y": "é"}, {"callbacks": null}])");
    EXPECT_EQ(std::get<Success>(outcome).encoded, R"("celery@here 5\u00e9")");
}

TEST_F(ExecuteDelivery, ABodyThatCannotBeReadIsUndecodable) {
    app.task("shop.t", [] {});
    EXPECT_TRUE(std::holds_alternative<Undecodable>(executed("[[5], {}")));
    EXPECT_TRUE(std::holds_alternative<Undecodable>(executed("[[5], {}]")));
    EXPECT_TRUE(std::holds_alternative<Success>(executed("[[], {}, {}]")));
}

TEST_F(ExecuteDelivery, ATaskThatIsToldToEndIsTerminated) {
    app.task("shop.t", [](Context& ctx) { ctx.sleep(Seconds(3600)); });
    port.stopped.request_stop();
    EXPECT_EQ(std::get<Revoked>(executed("[[], {}, {}]")), (Revoked{Revoked::Why::Terminated}));
}

TEST_F(ExecuteDelivery, ACountdownIsCountedFromTheEndOfTheAttempt) {
    app.task("shop.t", [](Context& ctx) { throw ctx.retry({.countdown = Seconds(60)}); });
    const auto retry = std::get<RetryLater>(executed("[[], {}, {}]"));
    EXPECT_GE(retry.eta, from_unix(1060));
    EXPECT_LT(retry.eta, from_unix(1070));
}

}  // namespace
}  // namespace taskworker

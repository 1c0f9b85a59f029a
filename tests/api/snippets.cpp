// The snippets of docs/writing-tasks.md: the guide shows what is compiled and run here.
// clang-format off
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <taskworker/taskworker.hpp>

using namespace std::chrono_literals;
using namespace tw::literals;

#include <taskworker/taskworker.hpp>

TASKWORKER_MODULE(app) {
    app.task("shop.add", [](int x, int y) { return x + y; }, {"x", "y"_arg = 1});
}

namespace shop {
inline constexpr tw::Task<std::string(std::string mobile, std::optional<std::string> text)> send_sms{
    "shop.send_sms", {"mobile", "text"_arg = "hello"}, {.queue = "sms"}};
}

void contracts() {
    tw::Signature call = shop::send_sms.s("13800138000", "text"_arg = "your code is 1234");
    tw::Signature checked = tw::call<shop::send_sms>("13800138000");  // complete, keywords checked too
    EXPECT_EQ(call.kwargs["text"], "your code is 1234");
    EXPECT_EQ(checked.options["queue"], "sms");
}

void python_parameters(tw::App& app) {
    app.task("shop.echo", [](const tw::Args& args, const tw::Kwargs& kwargs) {
        return tw::Json{{"args", args.list}, {"kwargs", kwargs.dict}};
    });
    app.task(
        "shop.refund",
        [](std::int64_t order, const std::string& reason) { return reason + " " + std::to_string(order); },
        {"order", tw::keyword_only, "reason"}
    );
}

namespace shop {
struct Line {
    std::int64_t goods;
    double price;
    std::optional<std::string> note;
};
TASKWORKER_FIELDS(Line, goods, price, note)

enum class Channel { Sms, Mail };
TASKWORKER_ENUM(Channel, {Channel::Sms, "sms"}, {Channel::Mail, "mail"})
}  // namespace shop

void types(tw::App& app) {
    app.task(
        "shop.total",
        [](const std::vector<shop::Line>& lines) {
            double sum = 0;
            for (const auto& line : lines) sum += line.price;
            return sum;
        },
        {"lines"}
    );
    app.task(
        "shop.bill",
        [](const tw::Decimal& amount, tw::DateTime due, shop::Channel) {
            return std::pair(amount, due);  // Python gets [Decimal, datetime]
        },
        {"amount", "due", "channel"}
    );
}

std::string import_prices(tw::Context& ctx, int files) {
    for (int i = 0; i < files; ++i) {
        ctx.check();  // throws when the soft time limit has struck, or the task is to end
        ctx.update_state("PROGRESS", {{"current", i + 1}, {"total", files}});
    }
    ctx.log().info("imported for " + ctx.request().origin.value_or("somebody"));
    ctx.sleep(1ms);  // sleeps that end early in these two cases
    return ctx.id();
}

namespace shop {
struct GatewayError : std::runtime_error {
    using std::runtime_error::runtime_error;
};
struct SmsGateway {
    virtual ~SmsGateway() = default;
    virtual bool busy() const = 0;
    virtual std::string send(const std::string& mobile, const std::string& text) = 0;
};

std::string send_sms_impl(tw::Context& ctx, const std::string& mobile, const std::string& text) {
    if (mobile.empty()) throw tw::Reject("no number");
    auto& gateway = ctx.resource<SmsGateway>();
    if (gateway.busy()) throw ctx.retry({.countdown = 1min, .cause = GatewayError("busy")});
    return gateway.send(mobile, text);  // a GatewayError is retried by the options below
}
}  // namespace shop

void retries(tw::App& app) {
    app.task(
        shop::send_sms,
        &shop::send_sms_impl,
        {.autoretry_for = tw::on<shop::GatewayError, std::system_error>(),
         .max_retries = 5,  // tw::forever
         .retry_backoff = {.factor = 3s, .max = 10min},
         .soft_time_limit = 10s,
         .time_limit = 30s,
         .rate_limit = "100/m",
         .acks_late = true}
    );
    app.alias("tasks.send_sms", shop::send_sms);  // the same body under a second name
}

namespace shop {
struct ConsoleGateway final : SmsGateway {
    explicit ConsoleGateway(std::string from) : sender(std::move(from)) {}
    bool busy() const override { return false; }
    std::string send(const std::string& mobile, const std::string& text) override {
        return sender + " to " + mobile + ": " + text;
    }
    std::string sender;
};
}  // namespace shop

void resources(tw::App& app) {
    app.resource<shop::SmsGateway>([](const tw::Settings& settings) {
        return std::make_unique<shop::ConsoleGateway>(settings.app.value("sender", "shop"));
    });
    app.config({{"task_default_queue", "shop"}, {"task_track_started", true}});
}

namespace shop {
struct Failures {
    int count = 0;
};
}  // namespace shop

void hooks_and_signals(tw::App& app) {
    app.resource<shop::Failures>([] { return shop::Failures{}; });
    app.task(
        "shop.book",
        [](int order) { return order; },
        {"order"},
        {.before_start = [](tw::Context& ctx) { ctx.log().info("booking begins"); },
         .on_success = [](tw::Context& ctx, const tw::Json& result) { ctx.log().info("booked " + result.dump()); },
         .on_failure = [](tw::Context& ctx, const tw::Failure& error) { ctx.log().warning(error.type); }}
    );
    app.on(tw::process_start, [](const tw::Process& process) { process.resource<shop::Failures>(); });
    app.on(tw::task_failure, [](tw::Context& ctx, const tw::Outcome&) { ++ctx.resource<shop::Failures>().count; });
}

#include <taskworker/testing.hpp>

TEST(SendSms, SendsThroughTheGateway) {
    tw::App app;
    resources(app);
    retries(app);
    const auto outcome = tw::testing::run(app, shop::send_sms, "138", "hi");
    EXPECT_EQ(std::get<tw::Success>(outcome).value, "shop to 138: hi");
    EXPECT_TRUE(std::holds_alternative<tw::Rejected>(tw::testing::run(app, shop::send_sms, "")));
}

void register_tasks(tw::App& app) {
    app.task("shop.ping", [] { return "pong"; });
}
int worker_main(int argc, char** argv) { return tw::run(argc, argv, register_tasks); }

// ---- and what they promise ----

TEST(Guide, TheModuleOffersItsTask) {
    tw::App app;
    taskworker_module(&app);
    EXPECT_NE(app.find("shop.add"), nullptr);
    EXPECT_EQ(tw::abi_mismatch(taskworker_abi()), "");
}

TEST(Guide, CallsAreMadeAsShown) { contracts(); }

TEST(Guide, TheOtherSnippetsRun) {
    tw::App app;
    python_parameters(app);
    types(app);
    register_tasks(app);
    hooks_and_signals(app);
    app.task("shop.import", &import_prices, {"files"});
    tw::Request request;
    request.id = "id-1";
    request.task = "shop.total";
    request.args = tw::Json::array({tw::Json::array({shop::Line{1, 2.5, {}}, shop::Line{2, 4, "gift"}})});
    EXPECT_EQ(std::get<tw::Success>(tw::testing::run(app, request)).value, 6.5);
    request.task = "shop.import";
    request.args = tw::Json::array({2});
    const auto run = tw::testing::record(app, request);
    EXPECT_EQ(std::get<tw::Success>(run.outcome).value, "id-1");
    EXPECT_EQ(run.states.size(), 2u);
    request.task = "shop.bill";
    request.args = tw::Json::array({tw::Decimal("9.90"), "2026-01-02T03:04:05Z", "sms"});
    EXPECT_EQ(std::get<tw::Success>(tw::testing::run(app, request)).value[1]["__type__"], "datetime");
    request.task = "shop.refund";
    request.args = tw::Json::array({7, "late"});
    EXPECT_EQ(std::get<tw::Failure>(tw::testing::run(app, request)).type, "TypeError");
    request.args = tw::Json::array({7});
    request.kwargs = {{"reason", "late"}};
    EXPECT_EQ(std::get<tw::Success>(tw::testing::run(app, request)).value, "late 7");
}

TEST(Guide, HooksAndSignalsAreToldAsShown) {
    tw::App app;
    hooks_and_signals(app);
    tw::Request request;
    request.id = "id-1";
    request.task = "shop.book";
    request.args = tw::Json::array({7});
    EXPECT_EQ(
        tw::testing::record(app, request).log,
        (std::vector<std::string>{"info: booking begins", "info: booked 7"})
    );
    request.args = tw::Json::array({"x"});
    EXPECT_EQ(
        tw::testing::record(app, request).log,
        (std::vector<std::string>{"info: booking begins", "warning: TypeError"})
    );
}

// tw::run() is the program's own; it is linked where the whole worker is.
[[maybe_unused]] constexpr auto* kWorkerMain = &worker_main;

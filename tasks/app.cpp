// What `taskworker -A app` loads.
#include <chrono>
#include <cstdint>
#include <variant>

#include "banner/banner.hpp"
#include "banner/banner_cache.hpp"
#include "seckill/seckill.hpp"
#include "seckill/stock_gate.hpp"
#include "site/database.hpp"
#include "site/redis.hpp"
#include "sms/sent_codes.hpp"
#include "sms/sms.hpp"
#include "sms/sms_gateway.hpp"
#include "tasks.hpp"
#include "taskworker/taskworker.hpp"

using namespace std::chrono_literals;

namespace {

const tw::TaskOptions kSending = {
    .autoretry_for = tw::on<shop::GatewayBusy, shop::RedisError>(),
    .max_retries = shop::kSmsRetries,
    .retry_backoff = {.factor = 3s, .jitter = false},  // after 3, 6 and 12 seconds
    .time_limit = 30s};

const tw::TaskOptions kRefreshing = {
    .autoretry_for = tw::on<soci::soci_error, shop::RedisError>(),
    .max_retries = 3,
    .retry_backoff = {.factor = 1s},
    .time_limit = 60s,
    .acks_late = true};

const tw::TaskOptions kSelling = {
    .autoretry_for = tw::on<soci::soci_error, shop::RedisError>(),
    .max_retries = shop::kSeckillRetries,
    .retry_backoff = {.factor = 1s},
    .time_limit = 60s,
    .acks_late = true,  // it may be delivered twice: a worker that dies loses nobody's order
    .reject_on_worker_lost = true};

// The tutorials' first task. An int stays an int, as in Python.
using Number = std::variant<std::int64_t, double>;
Number sum(Number a, Number b) {
    const auto* x = std::get_if<std::int64_t>(&a);
    const auto* y = std::get_if<std::int64_t>(&b);
    std::int64_t whole = 0;
    if (x != nullptr && y != nullptr && !__builtin_add_overflow(*x, *y, &whole)) return whole;
    const auto real = [](Number n) {
        return std::visit([](auto value) { return static_cast<double>(value); }, n);
    };
    return real(a) + real(b);
}

}  // namespace

void shop::add_tasks(tw::App& app) {
    app.task(send_sms, &send_sms_impl, kSending);
    app.alias("celery_task.user_task.send_sms", send_sms);
    app.task(send_sms_task, &send_sms_task_impl, kSending);
    app.task(send_template_sms, &send_template_sms_impl, kSending);
    app.task(ccp_send_sms_code, &ccp_send_sms_code_impl, kSending);

    app.task(update_banner, &update_banner_impl, kRefreshing);
    app.alias("celery_task.home_task.update_banner", update_banner);
    app.task("celery_task.home_task.add", &sum, {"a", "b"});

    app.task(seckill, &seckill_impl, kSelling);
    app.alias("celery_task.user_task.seckill_task", seckill);
    app.alias("celery_task.user_task.skill_goods", seckill);
}

TASKWORKER_MODULE(app) {
    app.resource<shop::Database>(&shop::open_database);
    app.resource<shop::SmsGateway>(&shop::make_gateway);
    app.resource<shop::SentCodes>(&shop::redis_sent_codes);
    app.resource<shop::BannerCache>(&shop::make_banner_cache);
    app.resource<shop::StockGate>(&shop::make_stock_gate);
    shop::add_tasks(app);
}

// What `taskworker -A app` loads.
#include <chrono>

#include "banner.hpp"
#include "banner_cache.hpp"
#include "database.hpp"
#include "seckill.hpp"
#include "sms.hpp"
#include "sms_gateway.hpp"
#include "tasks.hpp"
#include "taskworker/taskworker.hpp"

using namespace std::chrono_literals;

void shop::add_tasks(tw::App& app) {
    app.task(
        shop::send_sms,
        &shop::send_sms_impl,
        {.autoretry_for = tw::on<shop::GatewayError>(),
         .max_retries = 3,
         .retry_backoff = {.factor = 3s, .jitter = false},  // after 3, 6 and 12 seconds
         .time_limit = 30s}
    );

    app.task(
        shop::update_banner,
        &shop::update_banner_impl,
        {.autoretry_for = tw::on<soci::soci_error, shop::CacheError>(),
         .max_retries = 3,
         .retry_backoff = {.factor = 1s},
         .time_limit = 60s,
         .acks_late = true}
    );

    app.task(
        shop::seckill,
        &shop::seckill_impl,
        {.autoretry_for = tw::on<soci::soci_error>(),  // the database was locked for too long
         .max_retries = 5,
         .retry_backoff = {.factor = 1s},
         .time_limit = 60s,
         .acks_late = true,  // it may be delivered twice: a worker that dies loses nobody's order
         .reject_on_worker_lost = true}
    );
}

TASKWORKER_MODULE(app) {
    app.resource<shop::SmsGateway>(&shop::make_gateway);
    app.resource<shop::Database>(&shop::open_database);
    app.resource<shop::BannerCache>(&shop::make_banner_cache);
    shop::add_tasks(app);
}

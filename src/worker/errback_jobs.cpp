#include "worker/errback_jobs.hpp"

#include <utility>
#include <vector>


namespace taskworker {
namespace {

constexpr std::string_view kTag = "errback:";

}  // namespace

bool is_errback(const Delivery& delivery) { return delivery.tag.starts_with(kTag); }

std::optional<Job> job_of(const PoolJob& job, const App& app, const std::string& number) {
    static const std::vector<std::string> kAccept = {"json"};
    auto delivery = std::make_shared<Delivery>();
    delivery->message.raw = job.envelope;
    if (open_delivery(*delivery, kAccept)) return std::nullopt;
    delivery->tag = std::string(kTag) + number;
    const auto* task = app.find(delivery->request.task);
    if (!task) return std::nullopt;
    return Job{std::move(delivery), task, task->options.time_limit, task->options.soft_time_limit};
}

}  // namespace taskworker

// What running an empty task costs besides itself, and handing it to a child and back.
#include <benchmark/benchmark.h>

#include "pool/child_frames.hpp"
#include "task/execute.hpp"
#include "task/resources.hpp"
#include "taskworker/taskworker.hpp"
#include "unit/lifecycle/builders.hpp"

namespace taskworker {
namespace {

class NoPort final : public TaskPort {
public:
    void update_state(const Request&, const std::string&, const Json&) override {}
    void send_event(const Request&, const std::string&, const Json&) override {}
    void log(const Request&, int, const std::string&) override {}
    void send(const Request&, Spawned) override {}
    std::stop_token soft_limit() const override { return {}; }
    std::stop_token stop() const override { return {}; }
};

void BindAndExecute(benchmark::State& state) {
    App app;
    app.task("shop.add", [](std::int64_t x, std::int64_t y) { return x + y; }, {"x", "y"});
    testing::World world;
    Resources resources(app, world.settings);
    NoPort port;
    const auto moment = world.moment();
    const Delivery delivery = testing::DeliveryBuilder();
    const auto& task = *app.find("shop.add");
    for (auto _ : state) benchmark::DoNotOptimize(execute(task, delivery, port, resources, moment));
}
BENCHMARK(BindAndExecute);

void FramesOfAnEnd(benchmark::State& state) {
    const OutcomeFrame end{.seq = 1, .outcome = Success{.value = 3, .encoded = "3", .repr = "3"}};
    for (auto _ : state) {
        std::string bytes;
        encode_frame(bytes, end);
        benchmark::DoNotOptimize(decode_frame(std::string_view(bytes).substr(4)));
    }
}
BENCHMARK(FramesOfAnEnd);

}  // namespace
}  // namespace taskworker

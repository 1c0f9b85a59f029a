// What one message costs on its way, piece by piece. DeliveryBuilder's message is as Celery 5.6
// sends it.
#include <benchmark/benchmark.h>

#include "message/decode.hpp"
#include "message/result_record.hpp"
#include "unit/lifecycle/builders.hpp"

namespace taskworker {
namespace {

using testing::DeliveryBuilder;

void Envelope(benchmark::State& state) {
    const auto raw = DeliveryBuilder().raw();
    for (auto _ : state) benchmark::DoNotOptimize(parse_envelope(raw));
}
BENCHMARK(Envelope);

void Decode(benchmark::State& state) {
    const Delivery delivery = DeliveryBuilder();
    const std::vector<std::string> accept = {"json"};
    for (auto _ : state) benchmark::DoNotOptimize(decode(delivery.message, accept));
}
BENCHMARK(Decode);

void Body(benchmark::State& state) {
    const Delivery delivery = DeliveryBuilder();
    for (auto _ : state) {
        Request request;
        benchmark::DoNotOptimize(decode_body(delivery.message, request));
    }
}
BENCHMARK(Body);

void ResultDocument(benchmark::State& state) {
    const ResultRecord record{
        .id = "5f2b1c1e-0a3c-4f7e-9a51-3c1a6b9f0e11",
        .status = "SUCCESS",
        .result = "3",
        .date_done = "2026-01-01T00:00:00.000000+00:00"};
    for (auto _ : state) benchmark::DoNotOptimize(encode_result(record));
}
BENCHMARK(ResultDocument);

void Settle(benchmark::State& state) {
    const Delivery delivery = DeliveryBuilder();
    const auto task = testing::a_task();
    testing::World world;
    const auto moment = world.moment();
    const Success success{.value = 3, .encoded = "3", .repr = "3"};
    for (auto _ : state)
        benchmark::DoNotOptimize(settle(delivery, &task, Outcome(success), {}, moment));
}
BENCHMARK(Settle);

}  // namespace
}  // namespace taskworker

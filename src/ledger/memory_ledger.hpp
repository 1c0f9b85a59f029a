#pragma once

#include <memory>

#include "backend/memory_backend.hpp"
#include "broker/memory_broker.hpp"
#include "ledger/ledger.hpp"

namespace taskworker {

// The ledger over the twins of this process, fenced as the one on Redis. For tests.
class MemoryLedger final : public Ledger {
public:
    MemoryLedger(
        std::shared_ptr<MemoryQueues> queues,
        std::shared_ptr<MemoryResults> results,
        std::string worker
    )
        : queues_(std::move(queues)), results_(std::move(results)), worker_(std::move(worker)) {}
    std::vector<Refusal> apply(std::span<const Entry> batch) override {
        return apply_for(worker_, batch);
    }
    std::vector<Refusal> apply_for(const std::string& dead_worker, std::span<const Entry> batch)
        override;

private:
    bool begin(const std::string& worker, const Start& start);
    bool note(const std::string& worker, const Progress& progress);
    bool send(const std::string& worker, const Sending& sending);
    bool end(const std::string& worker, const Settlement& settlement);
    bool held(const std::string& worker, const std::string& tag) const;

    std::shared_ptr<MemoryQueues> queues_;  // shared with all twins and the test
    std::shared_ptr<MemoryResults> results_;
    std::string worker_;
};

}  // namespace taskworker

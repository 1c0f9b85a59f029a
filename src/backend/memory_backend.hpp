#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "backend/result_backend.hpp"

namespace taskworker {

// Results in this process: for tests. The store is shared and thread-safe, a backend is one view of
// it.
class MemoryResults {
public:
    void store(const ResultRecord& record);
    std::optional<ResultRecord> load(std::string_view id) const;
    std::optional<ResultRecord> wait(std::string_view id, SteadyPoint until) const;
    void forget(std::string_view id);
    void write(const GroupWrite& write);
    std::optional<Json> load_group(std::string_view id) const;
    void forget_group(std::string_view id);

private:
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::map<std::string, ResultRecord, std::less<>> records_;  // guarded by mutex_
    std::map<std::string, std::string, std::less<>> groups_;    // guarded by mutex_; JSON text
};

class MemoryBackend final : public ResultBackend {
public:
    explicit MemoryBackend(std::shared_ptr<MemoryResults> results) : results_(std::move(results)) {}
    void store(const ResultRecord& record) override { results_->store(record); }
    std::optional<ResultRecord> load(std::string_view id) override { return results_->load(id); }
    std::optional<ResultRecord> wait(std::string_view id, SteadyPoint until) override {
        return results_->wait(id, until);
    }
    void forget(std::string_view id) override { results_->forget(id); }
    void write(const GroupWrite& write) override { results_->write(write); }
    std::optional<Json> load_group(std::string_view id) override {
        return results_->load_group(id);
    }
    void forget_group(std::string_view id) override { results_->forget_group(id); }

private:
    std::shared_ptr<MemoryResults> results_;  // shared by all views
};

}  // namespace taskworker

#pragma once

#include <thread>

#include "backend/result_backend.hpp"

namespace taskworker {

// Stores nothing and finds nothing: settings.result_backend is empty.
class NoBackend final : public ResultBackend {
public:
    void store(const ResultRecord&) override {}
    std::optional<ResultRecord> load(std::string_view) override { return std::nullopt; }
    std::optional<ResultRecord> wait(std::string_view, SteadyPoint until) override {
        std::this_thread::sleep_until(until);
        return std::nullopt;
    }
    void forget(std::string_view) override {}
};

}  // namespace taskworker

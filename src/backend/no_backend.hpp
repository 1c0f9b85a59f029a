#pragma once

#include "backend/result_backend.hpp"

namespace taskworker {

// result_backend is not set: nothing is stored, and asking is a mistake worth a clear word
// (celery/backends/base.py: DisabledBackend).
class NoBackend final : public ResultBackend {
public:
    void store(const ResultRecord&) override {}
    std::optional<ResultRecord> load(std::string_view id) override;
    std::optional<ResultRecord> wait(std::string_view id, SteadyPoint until) override;
    void forget(std::string_view) override {}
    void write(const GroupWrite& write) override;
    std::optional<Json> load_group(std::string_view id) override;
    void forget_group(std::string_view) override {}
};

}  // namespace taskworker

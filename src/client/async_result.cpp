#include "client/async_result.hpp"

#include <algorithm>
#include <chrono>

namespace taskworker {

bool is_ready(const ResultRecord& record) {
    return record.status == "SUCCESS" || record.status == "FAILURE" || record.status == "REVOKED";
}

std::optional<ResultRecord> StoredResult::watch(
    const Clock& clock, SteadyPoint until, const Seen& seen
) {
    constexpr auto kLook = std::chrono::milliseconds(500);
    std::optional<std::string> told;
    auto record = backend_.load(id_);
    for (;;) {
        const auto status = record ? record->status : std::string();
        if (told != status) seen(record ? &*record : nullptr);
        told = status;
        const auto now = clock.ticks();
        if ((record && is_ready(*record)) || now >= until) return record;
        record = backend_.wait(id_, std::min(until, now + kLook));
    }
}

}  // namespace taskworker

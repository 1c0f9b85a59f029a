#include "ledger/take_back.hpp"

#include <algorithm>

namespace taskworker {

const redis::Reply* take_back_if_refused(
    redis::Connection& connection,
    std::span<const Words> pushes,
    std::span<const redis::Reply> answers
) {
    const auto refused = std::find_if(answers.begin(), answers.end(), [](const auto& answer) {
        return answer.error();
    });
    if (refused == answers.end()) return nullptr;
    for (std::size_t i = 0; i < pushes.size(); ++i)
        if (!answers[i].error()) connection.call("LREM", pushes[i][1], 1, pushes[i][2]);
    return &*refused;
}

}  // namespace taskworker

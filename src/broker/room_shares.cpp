#include "broker/room_shares.hpp"

#include <algorithm>

namespace taskworker {
namespace {

void share(std::span<const std::size_t> lengths, std::span<std::size_t> take, std::size_t& room) {
    std::size_t open = 0;
    for (auto length : lengths) open += length > 0;
    while (room > 0 && open > 0) {
        const std::size_t equal = (room + open - 1) / open;
        open = 0;
        for (std::size_t i = 0; i < lengths.size(); ++i) {
            const auto n = std::min({equal, lengths[i] - take[i], room});
            take[i] += n;
            room -= n;
            if (n > 0 && take[i] < lengths[i]) ++open;
        }
    }
}

}  // namespace

std::vector<std::size_t> room_shares(
    std::span<const std::size_t> lengths, std::size_t queues, std::size_t room
) {
    std::vector<std::size_t> take(lengths.size(), 0);
    for (std::size_t at = 0; at < lengths.size(); at += queues) {
        const auto size = std::min(queues, lengths.size() - at);
        share(lengths.subspan(at, size), std::span(take).subspan(at, size), room);
    }
    return take;
}

}  // namespace taskworker

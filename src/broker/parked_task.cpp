#include "broker/parked_task.hpp"

#include <utility>

#include "message/decode.hpp"
#include "message/envelope.hpp"

namespace taskworker {

std::optional<Delivery> read_parked(const ParkedTask& parked, std::span<const std::string> accept) {
    auto parsed = parse_envelope(parked.message);
    auto* message = std::get_if<Message>(&parsed);
    if (!message) return std::nullopt;
    auto decoded = decode(*message, accept);
    auto* request = std::get_if<Request>(&decoded);
    if (!request) return std::nullopt;
    return Delivery{
        .tag = {},
        .queue = parked.queue,
        .list = {},
        .message = std::move(*message),
        .request = std::move(*request)};
}

}  // namespace taskworker

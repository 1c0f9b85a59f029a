#include "message/delivery.hpp"

#include "message/decode.hpp"
#include "message/envelope.hpp"

namespace taskworker {

std::optional<Malformed> open_delivery(
    Delivery& delivery, std::span<const std::string> accept, const WireLimits& limits
) {
    if (auto why = read_envelope(delivery.message, limits)) return why;
    return decode_into(delivery.request, delivery.message, accept, limits);
}

}  // namespace taskworker

// A message as it lies in a list: read, decoded, and rewritten in every way in which we rewrite
// one.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <variant>

#include "lifecycle/deaths.hpp"
#include "lifecycle/fresh_delivery.hpp"
#include "message/decode.hpp"
#include "message/envelope.hpp"
#include "message/publish.hpp"

using namespace taskworker;

namespace {

// What we write of a message that could be read can be read again.
void expect_readable(const std::string& raw) {
    if (!std::holds_alternative<Message>(parse_envelope(raw))) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string raw(reinterpret_cast<const char*>(data), size);
    const WireLimits limits{.message_bytes = 1u << 20, .body_bytes = 1u << 20, .values = 100'000};
    auto parsed = parse_envelope(raw);
    const auto* message = std::get_if<Message>(&parsed);
    const auto marked = mark_redelivered(raw);
    const auto fresh = as_fresh_delivery(raw);
    if (!message) {
        if (marked != raw || fresh != raw) std::abort();  // not to be touched
        return 0;
    }
    expect_readable(marked);
    expect_readable(fresh);
    expect_readable(with_one_death_more(*message));
    const std::string accepted[] = {"json"};
    auto decoded = decode(*message, accepted, limits);
    if (auto* request = std::get_if<Request>(&decoded)) {
        if (request->id.empty() || request->task.empty()) std::abort();
        decode_body(*message, *request, limits);
    }
    return 0;
}

// The bytes of a body in a sound envelope: the first one chooses the encoding and the compression.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <variant>

#include "base/base64.hpp"
#include "message/body.hpp"
#include "message/decode.hpp"
#include "message/envelope.hpp"
#include "message/python_json.hpp"
#include "message/python_repr.hpp"
#include "message/task_body.hpp"

using namespace taskworker;

namespace {

constexpr const char* kCompressions[] = {
    "",
    "application/x-gzip",
    "application/x-bz2",
    "gzip",
    "application/x-lzma",
    "application/zstd"};
constexpr const char* kEncodings[] = {"utf-8", "latin-1", "utf-16", "us-ascii", "binary"};

std::string envelope_of(const std::string& body, std::uint8_t choice) {
    const std::string compression = kCompressions[choice % std::size(kCompressions)];
    const std::string encoding = kEncodings[choice / 8 % std::size(kEncodings)];
    std::string raw = R"({"body": ")";
    base64_append(raw, body);
    raw += R"(", "content-encoding": ")" + encoding + R"(", "content-type": "application/json", )";
    raw += R"("headers": {"lang": "py", "task": "t", "id": "i")";
    if (!compression.empty()) raw += R"(, "compression": ")" + compression + '"';
    return raw + R"(}, "properties": {"delivery_info": {"exchange": "", "routing_key": "c"}, )"
                 R"("delivery_tag": "d", "body_encoding": "base64"}})";
}

// What is read in one walk is what the tree of the whole body says.
void check_short_way(const Message& message, const WireLimits& limits) {
    const auto quick = open_task_body(message, Arguments::Read, limits);
    if (!quick) return;
    const auto opened = open_body(message, limits);
    const auto* whole = std::get_if<Json>(&opened);
    if (!whole || to_json_text((*whole)[0]) != to_json_text(quick->args)) std::abort();
    const auto found = (*whole)[2].find("chain");
    auto tree = found == (*whole)[2].end() ? Json() : *found;
    auto chain = quick->chain;
    if (to_json_text(chain.value()) != to_json_text(tree)) std::abort();
    for (; !chain.empty(); chain = chain.without_last(), tree.erase(tree.size() - 1))
        if (to_json_text(chain.last()) != to_json_text(tree.back())) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string body(reinterpret_cast<const char*>(data + 1), size - 1);
    const WireLimits limits{.body_bytes = 1u << 20, .values = 100'000};
    auto parsed = parse_envelope(envelope_of(body, data[0]));
    const auto* message = std::get_if<Message>(&parsed);
    if (!message) return 0;
    const std::string accepted[] = {"json"};
    auto decoded = decode(*message, accepted, limits);
    auto* request = std::get_if<Request>(&decoded);
    check_short_way(*message, limits);
    if (!request || decode_body(*message, *request, limits)) return 0;
    // What was read can be shown and written.
    tuple_repr(request->args);
    safe_repr(request->kwargs);
    to_json_text(request->kwargs);
    return 0;
}

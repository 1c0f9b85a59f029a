#include "lifecycle/links.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/base64.hpp"
#include "canvas/lost_steps.hpp"
#include "message/decode.hpp"
#include "message/task_body.hpp"

namespace taskworker {
namespace {

// The third element of the body and the end of the list, as json.dumps writes them. The text cannot
// stand inside another value: its first quote would end a string it stood in, and the bracket
// behind it closes the list of three. The second is the last step of a chain.
constexpr std::array<std::string_view, 2> kNoLinks = {
    R"(, {"callbacks": null, "errbacks": null, "chain": null, "chord": null}])",
    R"(, {"callbacks": null, "errbacks": null, "chain": [], "chord": null}])"};

bool ends_without_links(std::string_view plain) {
    return std::any_of(kNoLinks.begin(), kNoLinks.end(), [&](std::string_view tail) {
        return plain.ends_with(tail);
    });
}

// The body's literal without its quotes.
std::string_view literal(const Message& message) {
    const auto text = message.text(message.body);
    return text.size() < 2 ? std::string_view{} : text.substr(1, text.size() - 2);
}

}  // namespace

bool has_surely_no_links(const Message& message) {
    if (!message.compression.empty() || message.body_encoding != "base64") return false;
    if (message.content_type != "application/json") return false;
    const auto text = literal(message);
    if (text.size() % 4 != 0) return false;
    // 100 characters are 75 bytes, more than either tail; from a border of four they decode alone.
    // An escape ("\/" as PHP writes it) makes the decoder refuse.
    constexpr std::size_t kEnough = 100;
    const auto end = base64_decode(text.substr(text.size() > kEnough ? text.size() - kEnough : 0));
    return end && ends_without_links(*end);
}

Links links_of(const Delivery& delivery) {
    const auto of = [](auto body) {  // the steps of a chain may be thousands: moved
        return Links{
            std::move(body.callbacks),
            std::move(body.errbacks),
            std::move(body.chain),
            std::move(body.chord)};
    };
    const auto& known = delivery.request;  // protocol 1 is opened on receipt
    Links links{known.callbacks, known.errbacks, known.chain, known.chord};
    if (links != Links{} || has_surely_no_links(delivery.message)) return links;
    if (auto body = open_task_body(delivery.message, Arguments::Skipped))
        return of(*std::move(body));
    auto request = known;
    return decode_body(delivery.message, request) ? Links{} : of(std::move(request));
}

NotedLinks noted_links_of(const Delivery& delivery) {
    if (has_surely_no_links(delivery.message)) return {};
    std::string places = "[]";
    const auto note_places = [&](JsonLexer& lexer, std::string_view whole) {
        places.clear();
        return read_places(lexer, whole, places);
    };
    if (auto body = open_task_body(delivery.message, Arguments::Skipped, {}, note_places))
        return {std::move(body->errbacks), std::move(body->chord), std::move(places)};
    auto links = links_of(delivery);
    return {std::move(links.errbacks), std::move(links.chord), places_of_steps(links.chain)};
}

}  // namespace taskworker

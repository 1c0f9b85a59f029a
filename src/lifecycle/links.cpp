#include "lifecycle/links.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/base64.hpp"
#include "canvas/lost_steps.hpp"
#include "message/body.hpp"
#include "message/decode.hpp"
#include "message/task_body.hpp"

namespace taskworker {
namespace {

// The ends of base64 texts whose bytes end so: the bytes may begin anywhere in a group of three.
std::vector<std::string> encoded_ends(std::span<const std::string_view> ends) {
    std::vector<std::string> encoded;
    for (const auto end : ends)
        for (std::size_t skip = 0; skip < 3; ++skip)
            encoded.push_back(base64_encode(end.substr(skip)));
    return encoded;
}

}  // namespace

// Two bytes of the end may go unseen, ", ": a valid text has nothing else there.
bool has_surely_no_links(const Message& message) {
    static const auto ends = encoded_ends(kEmbedsWithoutLinks);
    if (!message.compression.empty() || message.body_encoding != "base64") return false;
    if (message.content_type != "application/json") return false;
    auto text = message.text(message.body);
    if (text.size() < 2 || text.size() % 4 != 2) return false;  // with its quotes
    text.remove_suffix(1);
    return std::any_of(ends.begin(), ends.end(), [&](const std::string& end) {
        return text.ends_with(end);
    });
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

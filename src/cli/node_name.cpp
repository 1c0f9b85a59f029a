#include "cli/node_name.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

std::string expand(std::string_view text, const std::string& host) {
    const auto dot = std::min(host.find('.'), host.size());
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%' || i + 1 == text.size()) {
            out += text[i];
            continue;
        }
        switch (text[++i]) {
            case 'h':
                out += host;
                break;
            case 'n':
                out += host.substr(0, dot);
                break;
            case 'd':
                out += host.substr(std::min(dot + 1, host.size()));
                break;
            case 'i':
                out += '0';
                break;
            case 'I':
                break;
            case '%':
                out += '%';
                break;
            default:
                throw ConfigError(fmt::format(
                    "-n {}: unknown %{}; known are %h (host), %n (its first label), %d (its "
                    "domain), %i, %I and %%",
                    text,
                    text[i]
                ));
        }
    }
    return out;
}

}  // namespace

std::string host_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0 || name.front() == '\0')
        return "localhost";
    return name.data();
}

std::string expand_node_name(std::string_view given, const std::string& host) {
    const auto at = given.find('@');
    const auto name = at == std::string_view::npos ? std::string_view() : given.substr(0, at);
    const auto place = at == std::string_view::npos ? given : given.substr(at + 1);
    const auto whole = fmt::format(
        "{}@{}",
        name.empty() ? "celery" : expand(name, host),
        place.empty() ? host : expand(place, host)
    );
    const bool plain =
        std::all_of(whole.begin(), whole.end(), [](unsigned char c) { return c > 32 && c != 127; });
    if (whole.back() == '@' || whole.front() == '@' || !plain || whole.size() > 200)
        throw ConfigError(fmt::format(
            "-n {}: must be NAME@HOST of at most 200 characters without spaces",
            given.substr(0, 200)
        ));
    return whole;
}

}  // namespace taskworker

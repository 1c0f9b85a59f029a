#include "cli/node_format.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

struct NodeWords {
    std::string_view name, host, domain, whole;
};

NodeWords words_of(std::string_view node) {
    const auto at = std::min(node.find('@'), node.size());
    const auto host = node.substr(std::min(at + 1, node.size()));
    const auto dot = std::min(host.find('.'), host.size());
    return {node.substr(0, at), host, host.substr(std::min(dot + 1, host.size())), node};
}

}  // namespace

std::string format_for_node(
    std::string_view text, std::string_view node, int index, std::string_view option
) {
    const auto words = words_of(node);
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%' || i + 1 == text.size()) {
            out += text[i];
            continue;
        }
        switch (text[++i]) {
            case 'n':
                out += words.name;
                break;
            case 'h':
                out += words.host;
                break;
            case 'd':
                out += words.domain;
                break;
            case 'p':
                out += words.whole;
                break;
            case 'i':
                out += std::to_string(index);
                break;
            case 'I':
                if (index > 0) out += '-' + std::to_string(index);
                break;
            case '%':
                out += '%';
                break;
            default:
                throw ConfigError(fmt::format(
                    "{} {}: unknown %{}; known are %n (node's name), %h (host), %d (domain), %p "
                    "(node), %i, %I (pool process) and %%",
                    option,
                    text.substr(0, 200),
                    text[i]
                ));
        }
    }
    return out;
}

}  // namespace taskworker

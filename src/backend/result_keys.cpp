#include "backend/result_keys.hpp"

#include <cmath>

#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

// Unlike the broker's prefix this one gets an underscore unless it ends in a separator
// (celery/backends/base.py: _add_global_keyprefix).
std::string completed(std::string prefix) {
    if (!prefix.empty() && std::string_view(":_-.").find(prefix.back()) == std::string_view::npos)
        prefix += '_';
    return prefix;
}

std::string joined(std::string_view prefix, std::string_view kind, std::string_view id) {
    std::string key;
    key.reserve(prefix.size() + kind.size() + id.size());
    return key.append(prefix).append(kind).append(id);
}

std::string prefix_in(const Json& options) {
    const auto found = options.find("global_keyprefix");
    if (found == options.end() || found->is_null()) return {};
    if (!found->is_string())
        throw ConfigError("result_backend_transport_options.global_keyprefix: expected a text");
    return completed(found->get<std::string>());
}

bool ordered_in(const Json& options) {
    const auto found = options.find("result_chord_ordered");
    return found == options.end() || !found->is_boolean() || found->get<bool>();
}

}  // namespace

ResultKeys::ResultKeys(const Settings& settings)
    : prefix(prefix_in(settings.result_backend_transport_options)),
      chord_ordered(ordered_in(settings.result_backend_transport_options)),
      serializer(serializer_named(settings.result_serializer).value_or(Serializer::JsonText)) {
    const double seconds = settings.result_expires ? settings.result_expires->count() : 0;
    ttl = std::to_string(seconds > 0 ? std::llround(std::ceil(seconds)) : 0);
}

std::string ResultKeys::task(std::string_view id) const {
    return joined(prefix, "celery-task-meta-", id);
}

std::string ResultKeys::group(std::string_view id) const {
    return joined(prefix, "celery-taskset-meta-", id);
}

std::string ResultKeys::chords() const { return prefix + "taskworker.chords"; }

}  // namespace taskworker

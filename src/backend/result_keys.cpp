#include "backend/result_keys.hpp"

#include <algorithm>

#include "taskworker/errors.hpp"

namespace taskworker {

ResultKeys result_keys(const Settings& settings) {
    ResultKeys keys;
    const auto& options = settings.result_backend_transport_options;
    if (!options.is_object() && !options.is_null())
        throw ConfigError("result_backend_transport_options: must be a table");
    if (options.is_object()) {
        const auto found = options.find("global_keyprefix");
        if (found != options.end() && !found->is_null()) {
            if (!found->is_string())
                throw ConfigError("result_backend_transport_options.global_keyprefix: must be text"
                );
            keys.prefix = found->get_ref<const std::string&>();
        }
    }
    // celery/backends/base.py: _add_global_keyprefix. Not the broker's rule.
    if (!keys.prefix.empty() &&
        std::string_view(":_-.").find(keys.prefix.back()) == std::string_view::npos)
        keys.prefix += '_';
    const auto expires = settings.result_expires.value_or(Seconds(0)).count();
    keys.ttl = expires <= 0 ? 0 : std::max(1L, static_cast<long>(std::min(expires, 1e11)));
    return keys;
}

bool stores_no_results(const Settings& settings) {
    const auto& url = settings.result_backend;
    return url.empty() || url == "disabled" || url.starts_with("disabled:");
}

RedisUrl result_url(const Settings& settings) {
    auto url = parse_redis_url(settings.result_backend);
    if (url.tls())
        throw ConfigError("result_backend: " + url.redacted() + ": TLS is not supported");
    return url;
}

}  // namespace taskworker

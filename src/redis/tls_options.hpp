#pragma once

#include <string>

#include "base/url.hpp"
#include "taskworker/json.hpp"

namespace taskworker::redis {

// How a TLS connection is made and whom it trusts. Strict by default: the certificate must come
// from an authority that the system trusts and name the host. A value.
struct TlsOptions {
    // Python's CERT_OPTIONAL is the same as CERT_REQUIRED for who connects.
    enum class Verify { Required, None };

    Verify verify = Verify::Required;
    bool check_hostname = true;
    std::string ca_certs, ca_path, ca_data;  // file, folder, PEM text; none: the system's store
    std::string certfile, keyfile, key_password;  // ours, for servers that want one
    std::string server_name;           // for SNI and the check; empty: the host of the URL
    std::string ciphers, min_version;  // "1.2", "1.3"

    bool operator==(const TlsOptions&) const = default;
};

// From the ssl_* options of a URL (they are taken out of it) and from a table as in broker_use_ssl:
// names with or without `ssl_`, values as Python, redis-py and kombu have had them over the years.
// The URL wins. `setting` names the table in errors. Throws ConfigError.
TlsOptions read_tls_options(RedisUrl& url, const Json& table, std::string_view setting);

// Whether such a value asks for TLS at all: true or a table that is not empty.
bool asks_for_tls(const Json& table);

}  // namespace taskworker::redis

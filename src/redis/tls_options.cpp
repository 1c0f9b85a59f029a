#include "redis/tls_options.hpp"

#include <fmt/format.h>

#include <array>
#include <map>
#include <optional>

#include "taskworker/errors.hpp"

namespace taskworker::redis {
namespace {

std::string lower_case(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return out;
}

// Takes the options one by one; whoever asks for one has used it.
class TlsReader {
public:
    TlsReader(RedisUrl& url, const Json& table, std::string_view setting) : setting_(setting) {
        if (table.is_object())
            for (const auto& [name, value] : table.items()) take(name, value);
        for (auto it = url.options.begin(); it != url.options.end();) {
            const bool ours = it->first.starts_with("ssl_");
            if (ours) values_.insert_or_assign(it->first, it->second);
            it = ours ? url.options.erase(it) : std::next(it);
        }
    }

    std::optional<std::string> text(const char* name) {
        auto node = values_.extract(name);
        if (!node || node.mapped().empty()) return std::nullopt;
        return std::move(node.mapped());
    }
    void text(const char* name, std::string& to) {
        if (auto value = text(name)) to = *std::move(value);
    }
    bool flag(const char* name, bool otherwise) {
        const auto value = text(name);
        if (!value) return otherwise;
        const auto word = lower_case(*value);
        for (const auto* yes : {"true", "1", "yes", "on"})
            if (word == yes) return true;
        for (const auto* no : {"false", "0", "no", "off"})
            if (word == no) return false;
        refuse(name, "must be true or false");
    }
    void passed_over(const char* name) { values_.erase(name); }
    void nothing_left() const {
        if (!values_.empty()) refuse(values_.begin()->first, "no such option");
    }
    [[noreturn]] void refuse(std::string_view name, std::string_view rule) const {
        throw ConfigError(fmt::format("{}: {}: {}", setting_, name, rule));
    }

private:
    void take(const std::string& given, const Json& value) {
        const auto name = given.starts_with("ssl_") ? given : "ssl_" + given;
        if (value.is_null()) return;
        if (const auto* text = value.get_ptr<const std::string*>()) {
            values_[name] = *text;
        } else if (value.is_boolean()) {
            values_[name] = value.get<bool>() ? "true" : "false";
        } else if (value.is_number_integer()) {
            values_[name] = std::to_string(value.get<std::int64_t>());
        } else {
            refuse(given, "must be a text, a number or true or false");
        }
    }

    std::string_view setting_;
    std::map<std::string, std::string> values_;
};

// "CERT_NONE", "none", "ssl.CERT_NONE", "VerifyMode.CERT_NONE", 0; false.
TlsOptions::Verify read_verify(TlsReader& options) {
    using Verify = TlsOptions::Verify;
    const auto value = options.text("ssl_cert_reqs");
    if (!value) return Verify::Required;
    auto word = lower_case(*value);
    for (const std::string_view prefix : {"ssl.", "verifymode.", "cert_"})
        if (word.starts_with(prefix)) word.erase(0, prefix.size());
    for (const auto* strict : {"required", "optional", "1", "2"})
        if (word == strict) return Verify::Required;
    for (const auto* lax : {"none", "0"})
        if (word == lax) return Verify::None;
    options.refuse("ssl_cert_reqs", "must be required, optional or none (CERT_REQUIRED …)");
}

// "1.2", "TLSv1_2", "TLSVersion.TLSv1_2", Python's number 771.
std::string read_version(TlsReader& options) {
    const auto value = options.text("ssl_min_version");
    if (!value) return {};
    const auto word = lower_case(*value);
    constexpr std::array<std::array<std::string_view, 4>, 2> kVersions = {
        {{"1.2", "1_2", "771", "0x0303"}, {"1.3", "1_3", "772", "0x0304"}}};
    for (const auto& names : kVersions)
        for (const auto name : names)
            if (word.ends_with(name)) return std::string(names[0]);
    options.refuse("ssl_min_version", "must be 1.2 or 1.3");
}

}  // namespace

bool asks_for_tls(const Json& table) {
    return table.is_boolean() ? table.get<bool>() : table.is_object() && !table.empty();
}

TlsOptions read_tls_options(RedisUrl& url, const Json& table, std::string_view setting) {
    TlsReader options(url, table, setting);
    TlsOptions tls;
    tls.verify = read_verify(options);
    tls.check_hostname =
        options.flag("ssl_check_hostname", true) && tls.verify == TlsOptions::Verify::Required;
    options.text("ssl_ca_certs", tls.ca_certs);
    options.text("ssl_ca_path", tls.ca_path);
    options.text("ssl_ca_data", tls.ca_data);
    options.text("ssl_certfile", tls.certfile);
    options.text("ssl_keyfile", tls.keyfile);
    options.text("ssl_password", tls.key_password);
    options.text("ssl_keyfile_password", tls.key_password);
    options.text("ssl_server_hostname", tls.server_name);
    options.text("ssl_ciphers", tls.ciphers);
    tls.min_version = read_version(options);
    if (options.flag("ssl_validate_ocsp", false) ||
        options.flag("ssl_validate_ocsp_stapled", false))
        options.refuse("ssl_validate_ocsp", "is not supported");
    options.passed_over("ssl_ssl_version");
    options.passed_over("ssl_version");
    options.nothing_left();
    if (!tls.keyfile.empty() && tls.certfile.empty())
        options.refuse("ssl_keyfile", "needs ssl_certfile");
    return tls;
}

}  // namespace taskworker::redis

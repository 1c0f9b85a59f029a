#include "redis/tls_context.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <utility>

#include "taskworker/errors.hpp"

namespace taskworker::redis {
namespace {

[[noreturn]] void unusable(std::string_view option, std::string_view path) {
    const auto why = tls_complaint();
    throw ConfigError(fmt::format("{}: {}: {}", option, path, why.empty() ? "unusable" : why));
}

void must_exist(std::string_view option, const std::string& path) {
    struct stat file {};
    if (::stat(path.c_str(), &file) != 0)
        throw ConfigError(fmt::format("{}: {}: no such file", option, path));
}

// OpenSSL would ask on the terminal.
int answer_password(char* to, int size, int, void* password) {
    const auto& text = *static_cast<const std::string*>(password);
    if (static_cast<int>(text.size()) > size) return 0;
    text.copy(to, text.size());
    return static_cast<int>(text.size());
}

void trust_text(SSL_CTX* context, const std::string& pem) {
    const std::unique_ptr<BIO, int (*)(BIO*)> bio(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free
    );
    int found = 0;
    while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
        found += X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate);
        X509_free(certificate);
    }
    if (found == 0) unusable("ssl_ca_data", "the text");
    ERR_clear_error();  // the end of the text is an error to OpenSSL
}

}  // namespace

std::string tls_complaint() {
    const auto code = ERR_get_error();
    ERR_clear_error();
    if (code == 0) return {};
    const char* reason = ERR_reason_error_string(code);
    if (reason) return reason;
    char text[160];
    ERR_error_string_n(code, text, sizeof text);
    return text;
}

void TlsContext::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

TlsContext::TlsContext(TlsOptions options)
    : options_(std::move(options)), context_(SSL_CTX_new(TLS_client_method())) {
    ERR_clear_error();
    if (!context_) throw ConfigError("TLS: " + tls_complaint());
    auto* context = context_.get();
    stamps_ = stamps();
    SSL_CTX_set_min_proto_version(
        context, options_.min_version == "1.3" ? TLS1_3_VERSION : TLS1_2_VERSION
    );
    // Written again from where the buffer lies then, and as much as goes.
    SSL_CTX_set_mode(context, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_ENABLE_PARTIAL_WRITE);
    // A server that just closes is a lost connection like any other.
    SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
    if (!options_.ciphers.empty() &&
        SSL_CTX_set_cipher_list(context, options_.ciphers.c_str()) != 1)
        unusable("ssl_ciphers", options_.ciphers);
    if (options_.verify == TlsOptions::Verify::Required) trust();
    if (!options_.certfile.empty()) present();
}

TlsContext::~TlsContext() = default;

void TlsContext::trust() {
    auto* context = context_.get();
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    const auto& file = options_.ca_certs;
    const auto& folder = options_.ca_path;
    if (!file.empty()) {
        must_exist("ssl_ca_certs", file);
        if (SSL_CTX_load_verify_file(context, file.c_str()) != 1) unusable("ssl_ca_certs", file);
    }
    if (!folder.empty()) {
        must_exist("ssl_ca_path", folder);
        if (SSL_CTX_load_verify_dir(context, folder.c_str()) != 1) unusable("ssl_ca_path", folder);
    }
    if (!options_.ca_data.empty()) trust_text(context, options_.ca_data);
    if (file.empty() && folder.empty() && options_.ca_data.empty() &&
        SSL_CTX_set_default_verify_paths(context) != 1)
        unusable("TLS", "the system's certificates");
}

void TlsContext::present() {
    auto* context = context_.get();
    const auto& key = options_.keyfile.empty() ? options_.certfile : options_.keyfile;
    SSL_CTX_set_default_passwd_cb(context, answer_password);
    SSL_CTX_set_default_passwd_cb_userdata(
        context, const_cast<std::string*>(&options_.key_password)
    );
    must_exist("ssl_certfile", options_.certfile);
    if (SSL_CTX_use_certificate_chain_file(context, options_.certfile.c_str()) != 1)
        unusable("ssl_certfile", options_.certfile);
    must_exist("ssl_keyfile", key);
    if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
        unusable("ssl_keyfile", key);
    if (SSL_CTX_check_private_key(context) != 1) unusable("ssl_keyfile", key);
}

std::string TlsContext::stamps() const {
    std::string all;
    for (const auto* path :
         {&options_.ca_certs, &options_.ca_path, &options_.certfile, &options_.keyfile}) {
        struct stat file {};
        if (path->empty() || ::stat(path->c_str(), &file) != 0) continue;
        all += fmt::format(
            "{}.{}.{}.{};", file.st_mtim.tv_sec, file.st_mtim.tv_nsec, file.st_size, file.st_ino
        );
    }
    return all;
}

bool TlsContext::outdated() const { return stamps() != stamps_; }

}  // namespace taskworker::redis

#include "sms/vendor.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <new>

#include "sms/sms_gateway.hpp"

namespace shop {
namespace {

std::string digest(const EVP_MD* kind, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int size = 0;
    if (EVP_Digest(text.data(), text.size(), bytes.data(), &size, kind, nullptr) != 1)
        throw std::bad_alloc();
    return {bytes.begin(), bytes.begin() + size};
}

std::string hex_with(const char* digits, std::string_view bytes) {
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

}  // namespace

std::string md5_hex_upper(std::string_view text) {
    return hex_with("0123456789ABCDEF", digest(EVP_md5(), text));
}

std::string sha256_hex(std::string_view text) { return hex(digest(EVP_sha256(), text)); }

std::string hmac_sha256(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int size = 0;
    const auto* data = reinterpret_cast<const unsigned char*>(text.data());
    const auto* made = HMAC(
        EVP_sha256(),
        key.data(),
        static_cast<int>(key.size()),
        data,
        text.size(),
        bytes.data(),
        &size
    );
    if (made == nullptr) throw std::bad_alloc();
    return {bytes.begin(), bytes.begin() + size};
}

std::string hex(std::string_view bytes) { return hex_with("0123456789abcdef", bytes); }

std::string base64(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP ends it with a zero
    const int size = EVP_EncodeBlock(
        reinterpret_cast<unsigned char*>(text.data()),
        reinterpret_cast<const unsigned char*>(bytes.data()),
        static_cast<int>(bytes.size())
    );
    text.resize(static_cast<std::size_t>(size));
    return text;
}

tw::Json document_of(const HttpResponse& response) {
    const std::string status = "HTTP " + std::to_string(response.status);
    if (response.status == 429 || response.status >= 500) throw GatewayBusy(status);
    auto document = tw::Json::parse(response.body, nullptr, false);
    if (document.is_object()) return document;
    if (response.status >= 400) throw GatewayRefused(status);
    throw GatewayBusy(status + ", but the answer is no JSON object");
}

std::string text_at(const tw::Json& document, std::initializer_list<std::string_view> path) {
    const tw::Json* here = &document;
    for (const std::string_view name : path) {
        if (!here->is_object()) return {};
        const auto found = here->find(std::string(name));
        if (found == here->end()) return {};
        here = &*found;
    }
    return here->is_string() ? here->get<std::string>() : std::string();
}

}  // namespace shop

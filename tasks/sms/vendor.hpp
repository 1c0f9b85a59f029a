#pragma once

#include <string>
#include <string_view>

#include "sms/http_client.hpp"
#include "taskworker/taskworker.hpp"

namespace shop {

// What both vendors' protocols are made of.

std::string md5_hex_upper(std::string_view text);
std::string sha256_hex(std::string_view text);
std::string hmac_sha256(std::string_view key, std::string_view text);  // 32 bytes
std::string hex(std::string_view bytes);
std::string base64(std::string_view bytes);

// The answer's document. Throws GatewayBusy for 429, 5xx and what is no JSON object, GatewayRefused
// for 401 and such without one.
tw::Json document_of(const HttpResponse& response);

// A text somewhere inside a document, "" when it is not there: {"Response", "Error", "Code"}.
std::string text_at(const tw::Json& document, std::initializer_list<std::string_view> path);

}  // namespace shop

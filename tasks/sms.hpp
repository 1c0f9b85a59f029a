#pragma once

#include <string>

#include "taskworker/taskworker.hpp"

namespace shop {

// Sends a code to a mobile number and returns the gateway's receipt.
inline constexpr tw::Task<std::string(std::string mobile, std::string code)> send_sms{
    "send_sms", {"mobile", "code"}};

std::string send_sms_impl(tw::Context& ctx, const std::string& mobile, const std::string& code);

}  // namespace shop

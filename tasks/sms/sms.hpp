#pragma once

#include <optional>
#include <string>
#include <vector>

#include "taskworker/taskworker.hpp"

namespace shop {

// Sends a code to a mobile number and returns the gateway's receipt.
inline constexpr tw::Task<std::string(std::string mobile, std::string code)> send_sms{
    "send_sms", {"mobile", "code"}};

// The same under the names, arguments and answers that other sites' producers know.

// Answers "<mobile>的短信发送成功" or "<mobile>的短信发送失败".
inline constexpr tw::Task<std::string(std::string mobile, std::string code)> send_sms_task{
    "celery_task.user_task.send_sms_task", {"mobile", "code"}};

// datas: the code and the minutes that it lives. Answers 0, -1 when the gateway refused, -2 when it
// could not be asked.
inline constexpr tw::Task<int(std::string to, std::vector<tw::Json> datas, std::optional<tw::Json>)>
    send_template_sms{"celery_tasks.sms.tasks.send_sms", {"to", "datas", "temp_id"}};

// Answers 0; fails with the gateway's last error.
inline constexpr tw::Task<int(std::string mobile, std::string sms_code)> ccp_send_sms_code{
    "ccp_send_sms_code", {"mobile", "sms_code"}};

std::string send_sms_impl(tw::Context& ctx, const std::string& mobile, const std::string& code);
std::string send_sms_task_impl(
    tw::Context& ctx, const std::string& mobile, const std::string& code
);
int send_template_sms_impl(
    tw::Context& ctx,
    const std::string& to,
    const std::vector<tw::Json>& datas,
    const std::optional<tw::Json>& temp_id
);
int ccp_send_sms_code_impl(tw::Context& ctx, const std::string& mobile, const std::string& code);

}  // namespace shop

#include "sms/sent_codes.hpp"

namespace shop {
namespace {

// KEYS  receipt of this task, last code of this number, site's code, site's flag
// ARGV  task id, code, life of a code, throttle (seconds)
// Returns {"sent", receipt}, {"wait", seconds}, {"busy"} or {"go"}.
constexpr std::string_view kBegin = R"(
    local receipt = redis.call('GET', KEYS[1])
    if receipt then return {'sent', receipt} end
    local last = redis.call('HMGET', KEYS[2], 'task', 'code', 'receipt')
    if last[1] and last[1] ~= ARGV[1] then
        if last[2] ~= ARGV[2] then return {'wait', redis.call('TTL', KEYS[2])} end
        if last[3] then return {'sent', last[3]} end
        return {'busy'}
    end
    redis.call('SET', KEYS[3], ARGV[2], 'EX', ARGV[3])
    if tonumber(ARGV[4]) > 0 then
        redis.call('HSET', KEYS[2], 'task', ARGV[1], 'code', ARGV[2])
        redis.call('EXPIRE', KEYS[2], ARGV[4])
        redis.call('SET', KEYS[4], '1', 'EX', ARGV[4], 'NX')
    end
    return {'go'}
)";

// KEYS  receipt of this task, last code of this number
// ARGV  task id, receipt, life of a code
constexpr std::string_view kRemember = R"(
    redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
    if redis.call('HGET', KEYS[2], 'task') == ARGV[1] then
        redis.call('HSET', KEYS[2], 'receipt', ARGV[2])
    end
)";

// KEYS  last code of this number, site's flag    ARGV  task id
constexpr std::string_view kForget = R"(
    if redis.call('HGET', KEYS[1], 'task') == ARGV[1] then redis.call('DEL', KEYS[1], KEYS[2]) end
)";

class RedisSentCodes final : public SentCodes {
public:
    RedisSentCodes(std::unique_ptr<Redis> redis, ShopSettings settings)
        : redis_(std::move(redis)), settings_(std::move(settings)) {}

    std::optional<std::string> begin(const SmsMessage& message) override {
        const auto answer = redis_->script(
            kBegin,
            {receipt_key(message), last_key(message), code_key(message), flag_key(message)},
            {message.task_id, message.code, life(), std::to_string(settings_.sms_throttle)}
        );
        if (answer[0] == "sent") return answer[1];
        if (answer[0] == "busy") throw GatewayBusy("the same code is on its way to this number");
        if (answer[0] == "wait")
            throw TooManyCodes(message.mobile + ": no other code for " + answer[1] + " seconds");
        return std::nullopt;
    }
    void remember(const SmsMessage& message, const std::string& receipt) override {
        redis_->script(
            kRemember, {receipt_key(message), last_key(message)}, {message.task_id, receipt, life()}
        );
    }
    void forget(const SmsMessage& message) override {
        redis_->script(kForget, {last_key(message), flag_key(message)}, {message.task_id});
    }

private:
    static std::string receipt_key(const SmsMessage& message) {
        return "sms_receipt_" + message.task_id;
    }
    static std::string last_key(const SmsMessage& message) { return "sms_last_" + message.mobile; }
    std::string code_key(const SmsMessage& message) const {
        return with_mobile(settings_.sms_code_key, message.mobile);
    }
    std::string flag_key(const SmsMessage& message) const {
        return with_mobile(settings_.sms_flag_key, message.mobile);
    }
    std::string life() const { return std::to_string(settings_.sms_code_life); }

    static std::string with_mobile(std::string key, const std::string& mobile) {
        const std::string place = "{mobile}";
        if (const auto at = key.find(place); at != std::string::npos)
            key.replace(at, place.size(), mobile);
        return key;
    }

    const std::unique_ptr<Redis> redis_;
    const ShopSettings settings_;
};

}  // namespace

std::unique_ptr<SentCodes> redis_sent_codes(const tw::Settings& settings) {
    return std::make_unique<RedisSentCodes>(open_redis(settings), shop_settings(settings));
}

}  // namespace shop

#include "seckill/stock_gate.hpp"

#include "site/redis.hpp"
#include "site/settings.hpp"

namespace shop {
namespace {

// KEYS  pieces left, answer by task id, users inside
// ARGV  task id, user or "", seconds that answers are kept
// Returns "in", "out", or "load" when the pieces have to be counted first.
constexpr std::string_view kEnter = R"(
    local before = redis.call('HGET', KEYS[2], ARGV[1])
    if before then return before end
    local pieces = redis.call('GET', KEYS[1])
    if not pieces then return 'load' end
    local answer = 'in'
    if tonumber(pieces) <= 0 then answer = 'out' end
    if answer == 'in' and ARGV[2] ~= '' and redis.call('SADD', KEYS[3], ARGV[2]) == 0 then
        answer = 'out'
    end
    if answer == 'in' then redis.call('DECR', KEYS[1]) end
    redis.call('HSET', KEYS[2], ARGV[1], answer)
    redis.call('EXPIRE', KEYS[2], ARGV[3])
    redis.call('EXPIRE', KEYS[3], ARGV[3])
    return answer
)";

// KEYS  as above    ARGV  task id, user or ""
constexpr std::string_view kGiveBack = R"(
    if redis.call('HGET', KEYS[2], ARGV[1]) ~= 'in' then return end
    redis.call('HDEL', KEYS[2], ARGV[1])
    redis.call('SREM', KEYS[3], ARGV[2])
    if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('INCR', KEYS[1]) end
)";

constexpr const char* kAnswersLive = "86400";  // seconds
constexpr const char* kRecount = "600";        // seconds: a restock is noticed by then

class RedisStockGate final : public StockGate {
public:
    explicit RedisStockGate(std::unique_ptr<Redis> redis) : redis_(std::move(redis)) {}

    bool enter(const Attempt& attempt, const std::function<int()>& stock) override {
        const auto ask = [&] {
            return redis_
                ->script(kEnter, keys(attempt), {attempt.task_id, user(attempt), kAnswersLive})
                .at(0);
        };
        std::string answer = ask();
        while (answer == "load") {
            // NX: one of those who count is first; what was taken meanwhile stays taken.
            redis_->run({{"SET", keys(attempt)[0], std::to_string(stock()), "NX", "EX", kRecount}});
            answer = ask();
        }
        return answer == "in";
    }
    void give_back(const Attempt& attempt) override {
        redis_->script(kGiveBack, keys(attempt), {attempt.task_id, user(attempt)});
    }

private:
    static std::vector<std::string> keys(const Attempt& attempt) {
        const std::string goods = std::to_string(attempt.goods);
        return {"seckill_stock_" + goods, "seckill_answers_" + goods, "seckill_users_" + goods};
    }
    static std::string user(const Attempt& attempt) {
        return attempt.user ? std::to_string(*attempt.user) : std::string();
    }
    const std::unique_ptr<Redis> redis_;
};

class OpenGate final : public StockGate {
public:
    bool enter(const Attempt&, const std::function<int()>&) override { return true; }
    void give_back(const Attempt&) override {}
};

}  // namespace

std::unique_ptr<StockGate> make_stock_gate(const tw::Settings& settings) {
    if (!shop_settings(settings).seckill_gate) return std::make_unique<OpenGate>();
    return std::make_unique<RedisStockGate>(open_redis(settings));
}

}  // namespace shop

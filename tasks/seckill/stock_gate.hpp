#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "taskworker/taskworker.hpp"

namespace shop {

// One call of the task: who wants what.
struct Attempt {
    std::string task_id;
    std::int64_t goods = 0;
    std::optional<std::int64_t> user;
};

// Stands in front of the database and lets in as many as there are pieces. It only saves work: what
// is sold is decided by the database. Called from several threads at once.
class StockGate {
public:
    virtual ~StockGate() = default;
    // True: ask the database. False: sold out, or this user is inside already. The same task id
    // gets the same answer. `stock` counts the pieces in the database; it is asked now and then.
    virtual bool enter(const Attempt& attempt, const std::function<int()>& stock) = 0;
    // The place of one who did not buy goes to the next one.
    virtual void give_back(const Attempt& attempt) = 0;
};

// Counts in Redis (app.redis_url), or lets everybody in with app.seckill_gate = false.
std::unique_ptr<StockGate> make_stock_gate(const tw::Settings& settings);

}  // namespace shop

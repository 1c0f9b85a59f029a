#include "seckill/seckill.hpp"

#include <charconv>

#include "seckill/stock_gate.hpp"
#include "site/database.hpp"
#include "site/settings.hpp"

namespace shop {
namespace {

std::int64_t number_of(const Id& id, const char* name) {
    if (const auto* number = std::get_if<std::int64_t>(&id)) return *number;
    const auto& text = std::get<std::string>(id);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size())
        throw tw::TaskError("ValueError", std::string(name) + ": not a number: '" + text + "'");
    return number;
}

std::optional<bool> first_answer(soci::session& sql, const Attempt& attempt) {
    int won = 0;
    sql << "SELECT won FROM seckill_attempt WHERE task_id = :id", soci::use(attempt.task_id),
        soci::into(won);
    return sql.got_data() ? std::optional(won != 0) : std::nullopt;
}

int stock_of(soci::session& sql, std::int64_t goods) {
    int stock = 0;
    sql << "SELECT stock FROM seckill_goods WHERE id = :goods", soci::use(goods), soci::into(stock);
    if (!sql.got_data())
        throw tw::TaskError("ValueError", "no such goods: " + std::to_string(goods));
    return stock;
}

bool has_bought(soci::session& sql, const Attempt& attempt) {
    if (!attempt.user) return false;
    int orders = 0;
    sql << "SELECT COUNT(*) FROM seckill_order WHERE goods_id = :goods AND user_id = :user",
        soci::use(attempt.goods), soci::use(*attempt.user), soci::into(orders);
    return orders > 0;
}

bool take_piece(soci::session& sql, const Attempt& attempt) {
    soci::statement take =
        (sql.prepare
             << "UPDATE seckill_goods SET stock = stock - 1 WHERE id = :goods AND stock > 0",
         soci::use(attempt.goods));
    take.execute(true);
    return take.get_affected_rows() == 1;
}

void create_order(soci::session& sql, const Attempt& attempt) {
    std::int64_t user = attempt.user.value_or(0);
    soci::indicator known = attempt.user ? soci::i_ok : soci::i_null;
    sql << "INSERT INTO seckill_order (goods_id, user_id, task_id) VALUES (:goods, :user, :id)",
        soci::use(attempt.goods), soci::use(user, known), soci::use(attempt.task_id);
}

void remember(soci::session& sql, const Attempt& attempt, bool won) {
    std::int64_t user = attempt.user.value_or(0);
    soci::indicator known = attempt.user ? soci::i_ok : soci::i_null;
    const int answer = won ? 1 : 0;
    sql << "INSERT INTO seckill_attempt (task_id, goods_id, user_id, won) "
           "VALUES (:id, :goods, :user, :won)",
        soci::use(attempt.task_id), soci::use(attempt.goods), soci::use(user, known),
        soci::use(answer);
}

// Two calls of one user may both find no order: the table's unique index stops the second one,
// which is then run again and finds it.
bool buy(soci::session& sql, const Attempt& attempt) {
    if (const auto answer = first_answer(sql, attempt)) return *answer;
    stock_of(sql, attempt.goods);  // are there such goods at all?
    const bool won = !has_bought(sql, attempt) && take_piece(sql, attempt);
    if (won) create_order(sql, attempt);
    remember(sql, attempt, won);
    return won;
}

Attempt attempt_of(
    tw::Context& ctx, const std::optional<Id>& goods, const std::optional<Id>& user
) {
    Attempt attempt{.task_id = ctx.id()};
    attempt.goods =
        goods ? number_of(*goods, "goods") : shop_settings(ctx.settings()).seckill_goods;
    if (user) attempt.user = number_of(*user, "user");
    return attempt;
}

}  // namespace

bool seckill_impl(tw::Context& ctx, const std::optional<Id>& goods, const std::optional<Id>& user) {
    const Attempt attempt = attempt_of(ctx, goods, user);
    auto& database = ctx.resource<Database>();
    auto& gate = ctx.resource<StockGate>();
    const auto count = [&](soci::session& sql) { return stock_of(sql, attempt.goods); };
    if (!gate.enter(attempt, [&] { return database.transaction(count); })) return false;
    try {
        const bool won =
            database.transaction([&](soci::session& sql) { return buy(sql, attempt); });
        if (!won) gate.give_back(attempt);
        return won;
    } catch (const soci::soci_error&) {
        // The next try of this task finds its place kept, unless this was the last one.
        if (ctx.retries() >= kSeckillRetries) gate.give_back(attempt);
        throw;
    }
}

}  // namespace shop

#include "seckill.hpp"

#include <optional>
#include <string>

#include "database.hpp"

namespace shop {
namespace {

// One call of the task: who wants what.
struct Attempt {
    std::string task_id;
    long long goods, user;
};

std::optional<bool> first_answer(soci::session& sql, const Attempt& attempt) {
    int won = 0;
    sql << "SELECT won FROM seckill_attempt WHERE task_id = :id", soci::use(attempt.task_id),
        soci::into(won);
    return sql.got_data() ? std::optional(won != 0) : std::nullopt;
}

void require_goods(soci::session& sql, long long goods) {
    long long id = 0;
    sql << "SELECT id FROM seckill_goods WHERE id = :goods", soci::use(goods), soci::into(id);
    if (!sql.got_data())
        throw tw::TaskError("ValueError", "no such goods: " + std::to_string(goods));
}

// Takes one piece if there is one and this user has none.
bool take_stock(soci::session& sql, const Attempt& attempt) {
    soci::statement take =
        (sql.prepare
             << "UPDATE seckill_goods SET stock = stock - 1 WHERE id = :goods AND stock > 0 AND "
                "NOT EXISTS "
                "(SELECT 1 FROM seckill_order WHERE goods_id = :wanted AND user_id = :user)",
         soci::use(attempt.goods),
         soci::use(attempt.goods),
         soci::use(attempt.user));
    take.execute(true);
    return take.get_affected_rows() == 1;
}

void create_order(soci::session& sql, const Attempt& attempt) {
    sql << "INSERT INTO seckill_order (goods_id, user_id, task_id) VALUES (:goods, :user, :id)",
        soci::use(attempt.goods), soci::use(attempt.user), soci::use(attempt.task_id);
}

void remember(soci::session& sql, const Attempt& attempt, bool won) {
    const int answer = won ? 1 : 0;
    sql << "INSERT INTO seckill_attempt (task_id, goods_id, user_id, won) VALUES (:id, :goods, "
           ":user, :won)",
        soci::use(attempt.task_id), soci::use(attempt.goods), soci::use(attempt.user),
        soci::use(answer);
}

}  // namespace

bool seckill_impl(tw::Context& ctx, std::int64_t goods, std::int64_t user) {
    const Attempt attempt{.task_id = ctx.id(), .goods = goods, .user = user};
    return ctx.resource<Database>().transaction([&](soci::session& sql) {
        if (const auto answer = first_answer(sql, attempt)) return *answer;
        require_goods(sql, goods);
        const bool won = take_stock(sql, attempt);
        if (won) create_order(sql, attempt);
        remember(sql, attempt, won);
        return won;
    });
}

}  // namespace shop

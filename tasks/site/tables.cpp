#include "site/tables.hpp"

namespace shop {
namespace {

// {id}: a key that counts itself up. The rest is the same in all three.
constexpr const char* kTables[] = {
    R"(CREATE TABLE IF NOT EXISTS home_banner (
        id        {id},
        name      VARCHAR(150) NOT NULL,
        image     VARCHAR(255) NOT NULL,
        link      VARCHAR(500) NOT NULL DEFAULT '',
        orders    INTEGER NOT NULL DEFAULT 1,
        is_show   BOOLEAN NOT NULL DEFAULT TRUE,
        is_delete BOOLEAN NOT NULL DEFAULT FALSE))",
    R"(CREATE TABLE IF NOT EXISTS seckill_goods (
        id    {id},
        name  VARCHAR(150) NOT NULL DEFAULT '',
        stock INTEGER NOT NULL CHECK (stock >= 0)))",
    R"(CREATE TABLE IF NOT EXISTS seckill_order (
        id       {id},
        goods_id BIGINT NOT NULL REFERENCES seckill_goods (id),
        user_id  BIGINT NULL,
        task_id  VARCHAR(255) NOT NULL UNIQUE,
        created  TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
        UNIQUE (goods_id, user_id)))",
    R"(CREATE TABLE IF NOT EXISTS seckill_attempt (
        task_id  VARCHAR(255) NOT NULL PRIMARY KEY,
        goods_id BIGINT NOT NULL,
        user_id  BIGINT NULL,
        won      INTEGER NOT NULL))",
};

std::string key_of(const std::string& backend) {
    if (backend == "mysql") return "BIGINT AUTO_INCREMENT PRIMARY KEY";
    if (backend == "postgresql") return "BIGSERIAL PRIMARY KEY";
    return "INTEGER PRIMARY KEY";
}

}  // namespace

std::vector<std::string> table_statements(const std::string& backend) {
    const std::string marker = "{id}";
    std::vector<std::string> statements;
    for (std::string statement : kTables) {
        if (const auto at = statement.find(marker); at != std::string::npos)
            statement.replace(at, marker.size(), key_of(backend));
        statements.push_back(std::move(statement));
    }
    return statements;
}

}  // namespace shop

#include "database.hpp"

#include <soci/sqlite3/soci-sqlite3.h>

#include <utility>

#include "shop_settings.hpp"

namespace shop {
namespace {

// home_banner is the table that Django makes for the model Banner of its app `home`.
constexpr const char* kTables[] = {
    R"(CREATE TABLE IF NOT EXISTS home_banner (
        id        INTEGER PRIMARY KEY,
        name      VARCHAR(150) NOT NULL,
        image     VARCHAR(255) NOT NULL,
        link      VARCHAR(500) NOT NULL DEFAULT '',
        orders    INTEGER NOT NULL DEFAULT 1,
        is_show   BOOL NOT NULL DEFAULT 1,
        is_delete BOOL NOT NULL DEFAULT 0))",
    R"(CREATE TABLE IF NOT EXISTS seckill_goods (
        id    INTEGER PRIMARY KEY,
        name  VARCHAR(150) NOT NULL DEFAULT '',
        stock INTEGER NOT NULL CHECK (stock >= 0)))",
    R"(CREATE TABLE IF NOT EXISTS seckill_order (
        id       INTEGER PRIMARY KEY,
        goods_id INTEGER NOT NULL REFERENCES seckill_goods (id),
        user_id  INTEGER NOT NULL,
        task_id  VARCHAR(255) NOT NULL UNIQUE,
        created  TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
        UNIQUE (goods_id, user_id)))",
    R"(CREATE TABLE IF NOT EXISTS seckill_attempt (
        task_id  VARCHAR(255) PRIMARY KEY,
        goods_id INTEGER NOT NULL,
        user_id  INTEGER NOT NULL,
        won      INTEGER NOT NULL))",
};

}  // namespace

Database::Database(std::string path, bool create_tables) : path_(std::move(path)) {
    if (!create_tables) return;
    transaction([](soci::session& sql) {
        for (const char* table : kTables) sql << table;
        return true;
    });
}

// Readers and a writer do not wait for each other (WAL). What is committed survives the death of
// any process; a power cut may take the last moments with it, as it does in Redis (synchronous =
// NORMAL).
Database::Connection Database::connect() const {
    auto connection = std::make_unique<soci::session>(
        soci::sqlite3, "db=\"" + path_ + "\" timeout=10"
    );  // seconds
    try {
        *connection << "PRAGMA journal_mode = WAL";
    } catch (const soci::soci_error&) {
        // Another process is using the file or switching it right now. The mode belongs to the
        // file, and all that we do is right in either.
    }
    *connection << "PRAGMA synchronous = NORMAL";
    return connection;
}

Database::Connection Database::take() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            Connection connection = std::move(idle_.back());
            idle_.pop_back();
            return connection;
        }
    }
    return connect();
}

void Database::give_back(Connection connection) noexcept {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
}

void Database::roll_back(Connection connection) noexcept {
    try {
        *connection << "ROLLBACK";
        give_back(std::move(connection));
    } catch (const std::exception&) {
        // The connection is closed instead, which rolls back as well.
    }
}

std::unique_ptr<Database> open_database(const tw::Settings& settings) {
    const ShopSettings shop = shop_settings(settings);
    const std::string scheme = "sqlite3://";
    if (!shop.database_url.starts_with(scheme) || shop.database_url.size() == scheme.size()) {
        throw tw::ConfigError("app.database_url: expected sqlite3://<path>");
    }
    return std::make_unique<Database>(shop.database_url.substr(scheme.size()), shop.create_tables);
}

}  // namespace shop

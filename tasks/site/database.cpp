#include "site/database.hpp"

#include <chrono>
#include <random>
#include <regex>
#include <thread>
#include <utility>

#include "site/percent.hpp"
#include "site/settings.hpp"
#include "site/tables.hpp"

namespace shop {
namespace {

[[noreturn]] void refuse_url() {
    throw tw::ConfigError(
        "app.database_url: expected sqlite3://<path>, mysql://user:password@host:port/database or "
        "postgresql://user:password@host:port/database"
    );
}

// name='value' for SOCI's connection strings.
std::string option(const std::string& name, const std::string& value) {
    if (value.empty()) return {};
    std::string quoted;
    for (const char c : value) {
        if (c == '\'' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return name + "='" + quoted + "' ";
}

std::string server_string(const std::string& backend, const std::smatch& part) {
    const bool mysql = backend == "mysql";
    const std::string socket = percent_decoded(part[7]);
    std::string text = option(mysql ? "db" : "dbname", percent_decoded(part[6])) +
                       option("user", percent_decoded(part[2])) +
                       option("password", percent_decoded(part[3]));
    if (socket.empty()) {
        text += option("host", part[4]);
    } else {
        text += option(mysql ? "unix_socket" : "host", socket);
    }
    if (part[5].matched) text += "port=" + part[5].str() + " ";
    return text + (mysql ? "charset=utf8mb4" : "connect_timeout=10");
}

}  // namespace

DatabaseUrl DatabaseUrl::parse(const std::string& url) {
    const std::string sqlite = "sqlite3://";
    if (url.starts_with(sqlite) && url.size() > sqlite.size())
        return {"sqlite3", "db=\"" + url.substr(sqlite.size()) + "\" timeout=10"};  // seconds
    static const std::regex pattern(
        R"((mysql|postgresql)://(?:([^:@/]+)(?::([^@/]*))?@)?([^:/?]*)(?::(\d{1,5}))?/([^?/]+)(?:\?(?:unix_socket|host)=([^&]+))?)"
    );
    std::smatch part;
    if (!std::regex_match(url, part, pattern)) refuse_url();
    return {part[1], server_string(part[1], part)};
}

Database::Database(DatabaseUrl url, bool create_tables) : url_(std::move(url)) {
    if (!create_tables) return;
    transaction([this](soci::session& sql) {
        for (const std::string& statement : table_statements(url_.backend)) sql << statement;
        return true;
    });
}

// SQLite: readers and a writer do not wait for each other (WAL). What is committed survives the
// death of any process; a power cut may take the last moments with it, as it does in Redis
// (synchronous = NORMAL).
Database::Connection Database::connect() const {
    auto connection = std::make_unique<soci::session>(url_.backend, url_.connect);
    if (url_.backend == "mysql") {
        // What others committed is seen, as in PostgreSQL, and gaps are not locked: fewer
        // deadlocks.
        *connection << "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
        *connection << "SET SESSION innodb_lock_wait_timeout = 10";  // seconds
    }
    if (url_.backend != "sqlite3") return connection;
    try {
        *connection << "PRAGMA journal_mode = WAL";
    } catch (const soci::soci_error&) {
        // Another process is using the file or switching it right now. The mode belongs to the
        // file, and all that we do is right in either.
    }
    *connection << "PRAGMA synchronous = NORMAL";
    return connection;
}

Database::Connection Database::take_idle() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return nullptr;
    Connection connection = std::move(idle_.back());
    idle_.pop_back();
    return connection;
}

// A server closes connections that were idle for long: then a new one is made.
Database::Connection Database::begin() {
    // Not a plain BEGIN: SQLite refuses to make a reader a writer.
    const std::string statement = url_.backend == "sqlite3" ? "BEGIN IMMEDIATE" : "BEGIN";
    while (Connection idle = take_idle()) {
        try {
            *idle << statement;
            return idle;
        } catch (const soci::soci_error&) {
            if (url_.backend == "sqlite3") throw;  // locked for too long: the connection is good
        }
    }
    Connection connection = connect();
    *connection << statement;
    return connection;
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

bool Database::is_of_the_moment(const soci::soci_error& error) {
    switch (error.get_error_category()) {
        case soci::soci_error::connection_error:
        case soci::soci_error::invalid_statement:
        case soci::soci_error::no_privilege:
            return false;
        default:
            return true;
    }
}

// Longer each time, and not the same for everybody: those who collided shall not meet again.
void Database::pause(int attempt) {
    thread_local std::minstd_rand dice{std::random_device{}()};
    const int most = 10 << attempt;
    std::this_thread::sleep_for(
        std::chrono::milliseconds(std::uniform_int_distribution(1, most)(dice))
    );
}

std::unique_ptr<Database> open_database(const tw::Settings& settings) {
    const ShopSettings shop = shop_settings(settings);
    return std::make_unique<Database>(DatabaseUrl::parse(shop.database_url), shop.create_tables);
}

}  // namespace shop

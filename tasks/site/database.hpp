#pragma once

#include <soci/soci.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "taskworker/taskworker.hpp"

namespace shop {

// Where the shop's database is, and how its dialect differs from the others'.
//   sqlite3:///path/to/shop.db
//   mysql://user:password@host:port/database         or ?unix_socket=/path behind it
//   postgresql://user:password@host:port/database    or ?host=/folder/of/the/socket
struct DatabaseUrl {
    static DatabaseUrl parse(const std::string& url);  // throws tw::ConfigError without the URL
    std::string backend;  // SOCI's name of it, which is the URL's scheme
    std::string connect;  // SOCI's connection string; holds the password, never log it
};

// The shop's database. One per process, shared by its threads: each transaction has a connection of
// its own, and connections are kept for the next one.
class Database {
public:
    // Makes the tables that are missing if so wished. Throws soci::soci_error.
    Database(DatabaseUrl url, bool create_tables);

    // Runs work(sql) in one transaction and returns its answer. If it throws, nothing has happened.
    // A deadlock, a lock that took too long, or a row that another one inserted first: work is run
    // again from the start, a few times. Throws soci::soci_error.
    template <class Work>
    auto transaction(Work work) {
        for (int attempt = 1;; ++attempt) {
            Connection connection = begin();
            try {
                auto answer = work(*connection);
                *connection << "COMMIT";
                give_back(std::move(connection));
                return answer;
            } catch (const soci::soci_error& error) {
                roll_back(std::move(connection));
                if (attempt == kAttempts || !is_of_the_moment(error)) throw;
            } catch (...) {
                roll_back(std::move(connection));
                throw;
            }
            pause(attempt);
        }
    }

private:
    using Connection = std::unique_ptr<soci::session>;
    static constexpr int kAttempts = 5;

    Connection connect() const;
    Connection take_idle();
    Connection begin();
    void give_back(Connection connection) noexcept;
    void roll_back(Connection connection) noexcept;
    static bool is_of_the_moment(const soci::soci_error& error);
    static void pause(int attempt);

    const DatabaseUrl url_;
    std::mutex mutex_;
    std::vector<Connection> idle_;  // guarded by mutex_
};

std::unique_ptr<Database> open_database(const tw::Settings& settings);

}  // namespace shop

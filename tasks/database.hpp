#pragma once

#include <soci/soci.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "taskworker/taskworker.hpp"

namespace shop {

// The shop's database. One per process, shared by its threads: each transaction has a connection of
// its own, and connections are kept for the next one.
class Database {
public:
    // Makes the tables that are missing if so wished. Throws soci::soci_error.
    Database(std::string path, bool create_tables);

    // Runs work(sql) in one transaction that no other writer can come between, and returns its
    // answer. If it throws, nothing has happened. Throws soci::soci_error.
    template <class Work>
    auto transaction(Work work) {
        Connection connection = take();
        soci::session& sql = *connection;
        sql << "BEGIN IMMEDIATE";  // not a plain BEGIN: SQLite refuses to make a reader a writer
        try {
            auto answer = work(sql);
            sql << "COMMIT";
            give_back(std::move(connection));
            return answer;
        } catch (...) {
            roll_back(std::move(connection));
            throw;
        }
    }

private:
    using Connection = std::unique_ptr<soci::session>;
    Connection connect() const;
    Connection take();
    void give_back(Connection connection) noexcept;
    void roll_back(Connection connection) noexcept;

    const std::string path_;
    std::mutex mutex_;
    std::vector<Connection> idle_;  // guarded by mutex_
};

std::unique_ptr<Database> open_database(const tw::Settings& settings);

}  // namespace shop

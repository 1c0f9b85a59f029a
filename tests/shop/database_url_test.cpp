#include "shop_fixture.hpp"
#include "site/database.hpp"

namespace shop {
namespace {

TEST(DatabaseUrl, EachServerGetsItsConnectionString) {
    const auto mysql = DatabaseUrl::parse("mysql://shop:p%40ss@db.example:3307/mall");
    EXPECT_EQ(mysql.backend, "mysql");
    EXPECT_EQ(
        mysql.connect,
        "db='mall' user='shop' password='p@ss' host='db.example' port=3307 charset=utf8mb4"
    );
    EXPECT_EQ(
        DatabaseUrl::parse("postgresql://shop@/mall?host=/run/postgresql").connect,
        "dbname='mall' user='shop' host='/run/postgresql' connect_timeout=10"
    );
    EXPECT_EQ(
        DatabaseUrl::parse("mysql://shop@/mall?unix_socket=/run/my.sock").connect,
        "db='mall' user='shop' unix_socket='/run/my.sock' charset=utf8mb4"
    );
}

TEST(DatabaseUrl, AQuoteInAPasswordStaysInThePassword) {
    const auto url = DatabaseUrl::parse("postgresql://shop:x'%20host='evil@localhost/mall");
    EXPECT_NE(url.connect.find(R"(password='x\' host=\'evil' )"), std::string::npos) << url.connect;
}

TEST(DatabaseUrl, WhatIsNoneIsRefusedWithoutItsPassword) {
    for (const char* url :
         {"",
          "sqlite3://",
          "mysql://",
          "mysql://u:hidden@h",
          "postgresql://u:hidden@h:port/d",
          "mysql://u:hidden@h/d?password=x"}) {
        try {
            DatabaseUrl::parse(url);
            ADD_FAILURE() << url;
        } catch (const tw::ConfigError& error) {
            EXPECT_EQ(std::string(error.what()).find("hidden"), std::string::npos) << error.what();
        }
    }
}

}  // namespace
}  // namespace shop

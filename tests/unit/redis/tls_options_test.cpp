#include "redis/tls_options.hpp"

#include <gtest/gtest.h>

#include "redis/servers.hpp"
#include "taskworker/errors.hpp"

namespace taskworker::redis {
namespace {

using Verify = TlsOptions::Verify;

TlsOptions of_url(const std::string& query, const Json& table = nullptr) {
    auto url = parse_redis_url("rediss://h/0?" + query);
    auto tls = read_tls_options(url, table, "broker_url");
    EXPECT_TRUE(url.options.empty());
    return tls;
}

std::string error_of(const std::string& query, const Json& table = nullptr) {
    try {
        of_url(query, table);
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "taken";
}

TEST(TlsOptions, VerifyBothCertificateAndNameByDefault) {
    EXPECT_EQ(of_url(""), TlsOptions{});
    EXPECT_EQ(TlsOptions{}.verify, Verify::Required);
    EXPECT_TRUE(TlsOptions{}.check_hostname);
}

TEST(TlsOptions, ReadEverySpellingOfCertReqs) {
    for (const auto* strict :
         {"required",
          "CERT_REQUIRED",
          "optional",
          "CERT_OPTIONAL",
          "Required",
          "2",
          "1",
          "ssl.CERT_REQUIRED",
          "VerifyMode.CERT_REQUIRED"})
        EXPECT_EQ(of_url(std::string("ssl_cert_reqs=") + strict).verify, Verify::Required)
            << strict;
    for (const auto* lax : {"none", "CERT_NONE", "None", "0", "ssl.CERT_NONE"}) {
        const auto tls = of_url(std::string("ssl_cert_reqs=") + lax);
        EXPECT_EQ(tls.verify, Verify::None) << lax;
        EXPECT_FALSE(tls.check_hostname);
    }
    EXPECT_EQ(of_url("", Json::object({{"ssl_cert_reqs", 0}})).verify, Verify::None);
    EXPECT_EQ(of_url("", Json::object({{"ssl_cert_reqs", nullptr}})).verify, Verify::Required);
    EXPECT_NE(error_of("ssl_cert_reqs=maybe").find("ssl_cert_reqs"), std::string::npos);
}

TEST(TlsOptions, ReadFilesFromUrlAndTableAndTheUrlWins) {
    const auto table = Json::object(
        {{"ca_certs", "/table-ca"},
         {"ssl_certfile", "/cert"},
         {"keyfile", "/key"},
         {"ssl_password", "pw"},
         {"ssl_check_hostname", false},
         {"ssl_min_version", "TLSv1_3"}}
    );
    const auto tls = of_url("ssl_ca_certs=%2Furl-ca", table);
    EXPECT_EQ(tls.ca_certs, "/url-ca");
    EXPECT_EQ(tls.certfile, "/cert");
    EXPECT_EQ(tls.keyfile, "/key");
    EXPECT_EQ(tls.key_password, "pw");
    EXPECT_FALSE(tls.check_hostname);
    EXPECT_EQ(tls.min_version, "1.3");
    EXPECT_TRUE(of_url("ssl_check_hostname=True", table).check_hostname);
}

TEST(TlsOptions, NameTheOptionThatNobodyKnows) {
    EXPECT_EQ(error_of("ssl_ca_cert=/x"), "broker_url: ssl_ca_cert: no such option");
    EXPECT_EQ(
        error_of("", Json::object({{"verify", true}})), "broker_url: ssl_verify: no such option"
    );
    EXPECT_EQ(error_of("ssl_keyfile=/x"), "broker_url: ssl_keyfile: needs ssl_certfile");
    EXPECT_EQ(
        error_of("ssl_check_hostname=perhaps"),
        "broker_url: ssl_check_hostname: must be true or false"
    );
    EXPECT_EQ(error_of("ssl_min_version=1.1"), "broker_url: ssl_min_version: must be 1.2 or 1.3");
}

TEST(Server, IsTlsWhenTheUrlOrTheTableAsksForIt) {
    const auto server = [](const char* url, const Json& table) {
        return make_server(parse_redis_url(url), table, "broker_url");
    };
    EXPECT_TRUE(server("rediss://h", nullptr).url.tls());
    EXPECT_FALSE(server("redis://h", nullptr).url.tls());
    EXPECT_FALSE(server("redis://h", false).url.tls());
    EXPECT_TRUE(server("redis://h", true).url.tls());
    EXPECT_TRUE(server("redis://h", Json::object({{"ssl_cert_reqs", "none"}})).url.tls());
    EXPECT_TRUE(server("redis://h?ssl_cert_reqs=none", nullptr).url.tls());
    EXPECT_THROW(server("redis+socket:///s", true), ConfigError);
    EXPECT_THROW(server("redis://:pw@h?password_file=/f", nullptr), ConfigError);
}

}  // namespace
}  // namespace taskworker::redis

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <filesystem>

#include "backend/open_backend.hpp"
#include "ledger/open_ledger.hpp"
#include "redis/socket_stream.hpp"
#include "support/certificates.hpp"
#include "support/eventually.hpp"
#include "support/redis_rig.hpp"
#include "taskworker/errors.hpp"

// rediss://: a real redis-server with TLS, certificates made by openssl.
namespace taskworker::testing {
namespace {

using Ids = std::vector<std::string>;
using redis::RedisError;

// A redis-server whose TCP port takes TLS only.
class TlsServer {
public:
    explicit TlsServer(const std::string& certificate = "server", bool wants_clients = false)
        : tls_port_(free_port()), server_(options(tls_port_, certificate, wants_clients)) {}

    std::string url(const std::string& query, const std::string& host = "localhost") const {
        return fmt::format("rediss://{}:{}/0?{}", host, tls_port_, query);
    }
    RedisServer& server() { return server_; }
    int tls_port() const { return tls_port_; }

private:
    static std::vector<std::string> options(
        int port, const std::string& certificate, bool wants_clients
    ) {
        const auto& made = certificates();
        return {
            "--tls-port",
            std::to_string(port),
            "--tls-cert-file",
            made.path(certificate + ".pem"),
            "--tls-key-file",
            made.path(certificate + ".key"),
            "--tls-ca-cert-file",
            made.path("ca.pem"),
            "--tls-auth-clients",
            wants_clients ? "yes" : "no"};
    }
    int tls_port_;
    RedisServer server_;
};

std::string trusting(const std::string& ca = "ca.pem") {
    return "ssl_ca_certs=" + certificates().path(ca);
}

redis::Connection open(const std::string& url, Millis patience = Millis(5000)) {
    return redis::Connection(
        {.url = parse_redis_url(url),
         .name = "test",
         .connect_timeout = patience,
         .timeout = Millis(5000)}
    );
}

// What is said when there is no way in; the kind is for programs.
std::string refusal(const std::string& url, RedisError::Kind kind = RedisError::Kind::Refused) {
    try {
        open(url, Millis(300)).connect();
    } catch (const RedisError& error) {
        EXPECT_EQ(error.kind(), kind) << error.what();
        return error.what();
    }
    return "connected";
}

void expect_in(const std::string& text, const std::string& part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
}

TEST(Tls, ATrustedServerIsTalkedToByNameAndByAddress) {
    TlsServer tls;
    open(tls.url(trusting())).call("SET", "k", "v");
    EXPECT_EQ(open(tls.url(trusting(), "127.0.0.1")).call("GET", "k").text, "v");
    EXPECT_EQ(
        open(tls.url("ssl_server_hostname=localhost&" + trusting(), "127.0.0.1"))
            .call("GET", "k")
            .text,
        "v"
    );
}

TEST(Tls, LargePipelinesAndRepliesGoThrough) {
    TlsServer tls;
    auto connection = open(tls.url(trusting()));
    connection.connect();
    const std::string big(3 << 20, 'x');
    for (int i = 0; i < 10; ++i) {
        connection.out().command("SET", "big", big);
        connection.out().command("GET", "big");
    }
    const auto replies = connection.round_trip();
    ASSERT_EQ(replies.size(), 20u);
    EXPECT_EQ(replies[19].text, big);
}

TEST(Tls, BothEndsOfAChainOfOddSizesArriveWhole) {
    TlsServer tls;
    auto connection = open(tls.url(trusting()));
    for (std::size_t size : {0u, 1u, 16383u, 16384u, 16385u, 131071u, 131072u, 131073u}) {
        const std::string text(size, 'y');
        EXPECT_EQ(connection.call("ECHO", text).text, text) << size;
    }
}

TEST(Tls, WithoutAWordTheSystemDecidesWhomToTrust) {
    TlsServer tls;
    expect_in(refusal(tls.url("")), "the server's certificate is not trusted: ");
}

TEST(Tls, ACertificateOfAnotherAuthorityIsNotTrusted) {
    TlsServer tls;
    expect_in(refusal(tls.url(trusting("other-ca.pem"))), "certificate is not trusted");
}

TEST(Tls, ACertificateForAnotherHostIsRefusedUnlessAskedNotToLook) {
    TlsServer tls("wrong-host");
    expect_in(refusal(tls.url(trusting())), "the server's certificate is not for 'localhost'");
    expect_in(
        refusal(tls.url(trusting(), "127.0.0.1")), "the server's certificate is not for '127.0.0.1'"
    );
    EXPECT_TRUE(open(tls.url("ssl_check_hostname=false&" + trusting())).call("PING").is("PONG"));
    EXPECT_TRUE(
        open(tls.url("ssl_server_hostname=redis.example&" + trusting())).call("PING").is("PONG")
    );
}

TEST(Tls, AnExpiredCertificateIsRefusedUnlessAskedNotToLook) {
    TlsServer tls("expired");
    expect_in(refusal(tls.url(trusting())), "certificate has expired");
    EXPECT_TRUE(open(tls.url("ssl_cert_reqs=CERT_NONE")).call("PING").is("PONG"));
}

TEST(Tls, AServerThatWantsAClientCertificateGetsOne) {
    TlsServer tls("server", true);
    const auto& made = certificates();
    EXPECT_TRUE(open(tls.url(fmt::format(
                         "{}&ssl_certfile={}&ssl_keyfile={}",
                         trusting(),
                         made.path("client.pem"),
                         made.path("client.key")
                     )))
                    .call("PING")
                    .is("PONG"));
    const auto without = refusal(tls.url(trusting()), RedisError::Kind::Lost);
    expect_in(without, "ssl_certfile");
}

TEST(Tls, AServerThatSpeaksNoTlsIsNamed) {
    auto& plain = shared_redis();
    const auto text = refusal(
        fmt::format("rediss://127.0.0.1:{}/0?ssl_cert_reqs=none", plain.port()),
        RedisError::Kind::Timeout
    );
    expect_in(text, "TLS");
}

TEST(Tls, APlainConnectionToATlsPortSaysWhatToDo) {
    TlsServer tls;
    try {
        open(fmt::format("redis://127.0.0.1:{}/0", tls.tls_port())).connect();
        ADD_FAILURE() << "connected";
    } catch (const RedisError& error) {
        expect_in(error.what(), "rediss://");
    }
}

// Takes connections and says nothing.
class DeafServer {
public:
    DeafServer() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* at = reinterpret_cast<sockaddr*>(&address);
        if (::bind(socket_.get(), at, size) != 0 || ::listen(socket_.get(), 8) != 0 ||
            ::getsockname(socket_.get(), at, &size) != 0)
            throw std::runtime_error("no socket");
        port = ntohs(address.sin_port);
    }
    int port = 0;

private:
    redis::Descriptor socket_;
};

TEST(Tls, AHandshakeThatIsNotAnsweredHasADeadline) {
    DeafServer deaf;
    const auto start = std::chrono::steady_clock::now();
    expect_in(
        refusal(fmt::format("rediss://127.0.0.1:{}/0", deaf.port), RedisError::Kind::Timeout),
        "does the server speak TLS"
    );
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(Tls, APausedServerIsATimeoutAndAServerThatEndsIsALostConnection) {
    TlsServer tls;
    redis::Connection connection(
        {.url = parse_redis_url(tls.url(trusting())), .name = {}, .timeout = Millis(50)}
    );
    const auto kind = [&] {
        try {
            connection.call("PING");
        } catch (const RedisError& error) {
            return error.kind();
        }
        return RedisError::Kind::Other;
    };
    EXPECT_EQ(kind(), RedisError::Kind::Other);
    tls.server().pause();
    EXPECT_EQ(kind(), RedisError::Kind::Timeout);
    tls.server().resume();
    EXPECT_TRUE(eventually([&] { return kind() == RedisError::Kind::Other; }));
    tls.server().kill();
    EXPECT_EQ(kind(), RedisError::Kind::Lost);
    EXPECT_EQ(kind(), RedisError::Kind::Refused);
}

TEST(Tls, CertificateFilesThatChangeAreReadAgain) {
    const auto& made = certificates();
    const auto copy = made.path("changing.pem");
    std::filesystem::copy_file(
        made.path("other-ca.pem"), copy, std::filesystem::copy_options::overwrite_existing
    );
    TlsServer tls;
    auto connection = open(tls.url("ssl_ca_certs=" + copy));
    EXPECT_THROW(connection.connect(), RedisError);
    std::filesystem::copy_file(
        made.path("ca.pem"), copy, std::filesystem::copy_options::overwrite_existing
    );
    EXPECT_TRUE(connection.call("PING").is("PONG"));
    std::filesystem::remove(copy);
    connection.close();
    EXPECT_THROW(connection.connect(), RedisError);  // not a ConfigError: it may come back
}

TEST(Tls, FilesThatAreMissingOrWrongAreRefusedAtOnce) {
    const auto refused = [](const std::string& query) {
        try {
            open("rediss://127.0.0.1:1/0?" + query);
        } catch (const ConfigError& error) {
            return std::string(error.what());
        }
        return std::string("taken");
    };
    const auto& made = certificates();
    EXPECT_EQ(refused("ssl_ca_certs=/nowhere.pem"), "ssl_ca_certs: /nowhere.pem: no such file");
    expect_in(refused("ssl_ca_certs=" + made.path("ca.key")), "ssl_ca_certs: ");
    expect_in(refused("ssl_certfile=" + made.path("ca.key")), "ssl_certfile: ");
    expect_in(
        refused(
            "ssl_certfile=" + made.path("client.pem") + "&ssl_keyfile=" + made.path("server.key")
        ),
        "ssl_keyfile: "
    );
}

// The whole worker's side: messages by claim and by waiting, leases, results.
TEST(Tls, MessagesResultsAndLeasesGoOverTls) {
    TlsServer tls("server", true);
    const auto& made = certificates();
    Settings settings;
    settings.broker_url = tls.url("");
    settings.broker_use_ssl = Json::object(
        {{"ssl_ca_certs", made.path("ca.pem")},
         {"certfile", made.path("client.pem")},
         {"keyfile", made.path("client.key")},
         {"ssl_cert_reqs", 2}}
    );
    settings.result_backend = tls.url("ssl_cert_reqs=required", "127.0.0.1");
    settings.redis_backend_use_ssl = settings.broker_use_ssl;
    RedisTransport transport(redis_settings(settings, "w@h", "w1"), RedisRig::quick());
    auto broker = transport.broker();
    broker->subscribe({"celery"});
    redis::Connection raw({.url = parse_redis_url(tls.server().unix_url()), .name = {}});
    raw.call("LPUSH", "celery", message("a"), message("b"));
    auto got = fetch_all(*broker, 2);
    ASSERT_EQ(ids(got), (Ids{"a", "b"}));
    raw.call("LPUSH", "celery", message("c"));
    EXPECT_EQ(ids(deliveries(broker->fetch(5, soon(5000)))), Ids{"c"});
    EXPECT_TRUE(broker->fetch(0, soon(10)).empty());  // CLIENT UNBLOCK ends the waiting

    auto ledger = open_ledger(settings, "w@h", "w1");
    Settlement end{.tag = got[0].tag, .task_id = "a"};
    end.store = ResultRecord{.id = "a", .status = "SUCCESS", .result = "1"};
    EXPECT_TRUE(ledger->apply(std::vector<Entry>{end}).empty());
    EXPECT_EQ(raw.call("HLEN", "unacked").integer, 2);
    EXPECT_EQ(open_backend(settings)->wait("a", soon(5000))->status, "SUCCESS");
    EXPECT_TRUE(transport.leases()->beat().known);
}

}  // namespace
}  // namespace taskworker::testing

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/url.hpp"
#include "redis/command.hpp"
#include "redis/error.hpp"
#include "redis/reply.hpp"
#include "redis/reply_reader.hpp"
#include "redis/script.hpp"
#include "redis/servers.hpp"
#include "redis/socket_options.hpp"
#include "redis/stream.hpp"

namespace taskworker::redis {

struct ConnectionOptions {
    RedisUrl url;      // where it leads when there are no `servers`: with their TLS, their order
    std::string name;  // CLIENT SETNAME, for people who look at CLIENT LIST
    std::vector<const Script*> scripts = {};  // loaded at connect, so that they exist inside MULTI
    Millis connect_timeout{4000};
    Millis timeout{5'000};  // without a byte moving while we write or wait for an answer
    Keepalive keepalive = {};
    std::shared_ptr<Servers> servers = {};  // shared by all connections that belong together
};

// What the server said of itself when we connected.
struct ServerInfo {
    std::string version = {};  // "7.0.15"; empty if the ACL hides it
    bool valkey = false;
    bool replica = false;
    std::int64_t client_id = 0;  // 0: unknown
    // 7.0 sorts a piece of a list without loading the whole (SORT … LIMIT).
    bool at_least(int major, int minor) const;
};

// One connection to one server. Not thread-safe. Connects by itself at the first use, and again
// after it was lost; never silently within a round trip: what was sent and not answered is lost
// with a RedisError, and the caller decides. Every call has a deadline.
class Connection {
public:
    explicit Connection(ConnectionOptions options);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Throws RedisError: the servers are away, refuse us, or are older than 6.2. An open connection
    // is lost when the others have moved on to another server.
    void connect();
    bool connected() const { return stream_ != nullptr; }
    void close();
    std::uint64_t generation() const { return generation_; }  // how often it was connected
    const ServerInfo& server() const { return server_; }
    // Of the server we are connected to, or will try next.
    const RedisUrl& url() const { return (*options_.servers)[choice_.index].url; }

    // Commands to be sent by the next flush() or round_trip(). evalsha() begins an EVALSHA: the
    // keys and arguments have to follow, exactly as many as announced.
    CommandWriter& out() { return out_; }
    void evalsha(const Script& script, std::size_t keys, std::size_t arguments);

    // Sends all, reads all answers. Error replies are returned, not thrown.
    std::vector<Reply> round_trip();
    void flush();
    Reply read();                     // the next answer; throws Timeout
    std::optional<Reply> try_read();  // the next answer if it is there already
    std::size_t outstanding() const { return outstanding_; }
    // Nothing is written and not sent, nothing sent and not answered.
    bool settled() const { return outstanding_ == 0 && out_.buffer().empty(); }
    int fd() const { return stream_ ? stream_->fd() : -1; }

    // One command and its answer; throws what the server answered as an error.
    template <class... A>
    Reply call(const A&... args) {
        connect();
        out_.command(args...);
        return single(name_of(args...));
    }
    // Runs one script that was begun by evalsha(); loads all anew if the server has forgotten them.
    Reply run(
        const Script& script,
        std::span<const std::string_view> keys,
        std::span<const std::string_view> arguments
    );

    void load_scripts();  // after a NOSCRIPT
    // These as well, from the next connect() on: an open connection that has not all of them is
    // closed.
    void need(std::span<const Script* const> scripts);
    // Throws if it is an error; `what` names the command.
    void check(const Reply& reply, std::string_view what) const;
    [[noreturn]] void fail(RedisError::Kind kind, std::string_view what, std::string_view why)
        const;
    [[noreturn]] void fail(const Reply& error, std::string_view what) const;

private:
    template <class... A>
    static std::string_view name_of(std::string_view name, const A&...) {
        return name;
    }
    struct Loaded {
        const Script* script;
        std::string sha;
    };
    void try_all();
    void open();
    void handshake();
    const char* sign_in();
    void greet(const Reply& hello);
    Reply single(std::string_view what);
    bool receive();     // false: nothing there now
    short wanted_ = 0;  // poll's events that the last receive() that brought nothing waits for
    std::string trouble(int error) const;
    [[noreturn]] void lose(RedisError::Kind kind, std::string_view what, std::string_view why);
    std::string_view sha_of(const Script& script) const;

    ConnectionOptions options_;
    Servers::Choice choice_;
    std::unique_ptr<Stream> stream_;
    std::unique_ptr<ReplyReader> reader_;
    CommandWriter out_;
    ServerInfo server_;
    std::vector<Loaded> loaded_;
    std::size_t outstanding_ = 0;
    std::uint64_t received_ = 0;  // bytes, ever
    std::uint64_t generation_ = 0;
};

}  // namespace taskworker::redis

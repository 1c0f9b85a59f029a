#include "redis/connection.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <system_error>
#include <utility>

#include "redis/script_denial.hpp"

namespace taskworker::redis {
namespace {

using Kind = RedisError::Kind;
constexpr std::size_t kChunk = 128u << 10;     // read at once
constexpr std::size_t kKeepBuffer = 1u << 20;  // a larger send buffer is given back

SteadyPoint in(Millis wait) { return std::chrono::steady_clock::now() + wait; }

int number_at(std::string_view& text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.empty()) text.remove_prefix(1);
    return error == std::errc() ? value : 0;
}

// A server that wants TLS, or a certificate, just drops who comes without.
std::string_view hint_for(RedisError::Kind kind, const TlsContext* tls) {
    if (kind != Kind::Lost && kind != Kind::Protocol) return {};
    if (!tls) return "does it want TLS? then rediss://";
    if (tls->options().certfile.empty()) return "does it want a certificate? then ssl_certfile";
    return {};
}

// The password, as it is now: a file may have changed since.
std::optional<std::string> password_of(const Server& server) {
    if (server.password_file.empty()) return server.url.password;
    std::ifstream file(server.password_file);
    std::string line;
    if (!std::getline(file, line))
        throw ConfigError("password_file: " + server.password_file + ": cannot be read");
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return line;
}

}  // namespace

bool ServerInfo::at_least(int major, int minor) const {
    if (valkey) return true;  // forked from 7.2
    std::string_view rest = version;
    const int have_major = number_at(rest), have_minor = number_at(rest);
    return have_major > major || (have_major == major && have_minor >= minor);
}

Connection::Connection(ConnectionOptions options) : options_(std::move(options)) {
    if (options_.servers) return;
    std::vector<Server> only{make_server(options_.url, nullptr, "url")};
    options_.servers = std::make_shared<Servers>(std::move(only));
}
Connection::~Connection() = default;

void Connection::close() {
    stream_.reset();
    reader_.reset();
    out_ = {};
    outstanding_ = 0;
}

void Connection::connect() {
    if (stream_) {
        if (options_.servers->choice().turn == choice_.turn) return;
        lose(Kind::Lost, "connect", "the others have moved on to another server");
    }
    try_all();
    ++generation_;
}

// Each server once; whoever calls comes again after a while.
void Connection::try_all() {
    auto& servers = *options_.servers;
    for (std::size_t tried = 1;; ++tried) {
        choice_ = servers.choice();
        try {
            open();
            return servers.serves(choice_.turn);
        } catch (const RedisError& error) {
            close();
            servers.failed(choice_.turn, error.what());
            if (tried >= servers.size()) throw;
        } catch (const ConfigError& error) {  // the files of TLS were changed, to the worse
            close();
            fail(Kind::Refused, "connect", error.what());
        }
    }
}

void Connection::open() {
    out_ = {};
    outstanding_ = 0;
    auto& servers = *options_.servers;
    const auto tls = servers.tls(choice_.index);
    stream_ = open_stream(url(), tls, options_.keepalive, in(options_.connect_timeout));
    reader_ = std::make_unique<ReplyReader>();
    try {
        handshake();
    } catch (const RedisError& error) {
        const auto hint = hint_for(error.kind(), tls.get());
        if (hint.empty()) throw;
        throw RedisError(error.kind(), fmt::format("{} ({})", error.what(), hint));
    }
    if (server_.replica && servers.size() > 1) fail(Kind::Refused, "connect", "it is a replica");
}

// Returns the command that says who we are; PING when we are nobody in particular.
const char* Connection::sign_in() {
    const auto password = password_of((*options_.servers)[choice_.index]);
    if (!password) return out_.command("PING"), "PING";
    if (url().user) {
        out_.command("AUTH", *url().user, *password);
    } else {
        out_.command("AUTH", *password);
    }
    return "AUTH";
}

void Connection::handshake() {
    const auto* const first = sign_in();
    // HELLO without arguments changes nothing; unlike INFO, ACLs rarely deny it.
    out_.command("HELLO");
    if (url().db != 0) out_.command("SELECT", url().db);
    if (!options_.name.empty()) out_.command("CLIENT", "SETNAME", options_.name);
    const auto replies = round_trip();
    if (replies[0].error()) fail(replies[0], first);
    greet(replies[1]);
    if (url().db != 0 && replies[2].error()) fail(replies[2], "SELECT");
    load_scripts();
}

void Connection::greet(const Reply& hello) {
    server_ = {};
    if (hello.error()) {
        if (hello.text.starts_with("ERR unknown command"))
            fail(Kind::TooOld, "connect", "the server is older than Redis 6.2");
        if (kind_of(hello.text) != Kind::NoPermission) fail(hello, "HELLO");
        return;
    }
    for (std::size_t i = 0; i + 1 < hello.items.size(); i += 2) {
        const auto& name = hello.items[i].text;
        const auto& value = hello.items[i + 1];
        if (name == "version") server_.version = value.text;
        if (name == "server") server_.valkey = value.text == "valkey";
        if (name == "id") server_.client_id = value.integer;
        if (name == "role") server_.replica = value.text == "replica";
    }
    if (!server_.at_least(6, 2))
        fail(
            Kind::TooOld,
            "connect",
            "Redis " + server_.version + " is too old, 6.2 or later is needed"
        );
}

void Connection::load_scripts() {
    if (options_.scripts.empty()) return;
    for (const auto* script : options_.scripts) {
        out_.begin(3);
        out_.arg("SCRIPT"), out_.arg("LOAD"),
            out_.arg({script->preludes[0], script->preludes[1], script->source});
    }
    const auto replies = round_trip();
    loaded_.clear();
    for (std::size_t i = 0; i < replies.size(); ++i) {
        check(replies[i], fmt::format("SCRIPT LOAD {}", options_.scripts[i]->name));
        loaded_.push_back({options_.scripts[i], replies[i].text});
    }
}

void Connection::need(std::span<const Script* const> scripts) {
    for (const auto* script : scripts) {
        auto& mine = options_.scripts;
        if (std::find(mine.begin(), mine.end(), script) != mine.end()) continue;
        mine.push_back(script);
        close();
    }
}

std::string_view Connection::sha_of(const Script& script) const {
    for (const auto& loaded : loaded_)
        if (loaded.script == &script) return loaded.sha;
    fail(Kind::NoScript, script.name, "is not among the scripts of this connection");
}

void Connection::evalsha(const Script& script, std::size_t keys, std::size_t arguments) {
    out_.begin(3 + keys + arguments);
    out_.arg("EVALSHA");
    out_.arg(sha_of(script));
    out_.arg(keys);
}

Reply Connection::run(
    const Script& script,
    std::span<const std::string_view> keys,
    std::span<const std::string_view> arguments
) {
    connect();
    for (bool again = false;; again = true) {
        evalsha(script, keys.size(), arguments.size());
        for (auto key : keys) out_.arg(key);
        for (auto argument : arguments) out_.arg(argument);
        auto replies = round_trip();
        auto& reply = replies.at(0);
        if (!again && reply.error() && kind_of(reply.text) == Kind::NoScript) {
            load_scripts();
            continue;
        }
        check(reply, script.name);
        return std::move(reply);
    }
}

Reply Connection::single(std::string_view what) {
    auto replies = round_trip();
    check(replies.at(0), what);
    return std::move(replies[0]);
}

std::vector<Reply> Connection::round_trip() {
    flush();
    std::vector<Reply> replies;
    replies.reserve(outstanding_);
    while (outstanding_ > 0) replies.push_back(read());
    return replies;
}

// Reads while it writes: a server whose answers nobody takes would stop taking our commands.
void Connection::flush() {
    if (!stream_) fail(Kind::Lost, "write", "not connected");
    outstanding_ += out_.take_count();
    auto& buffer = out_.buffer();
    auto until = in(options_.timeout);
    for (std::size_t sent = 0; sent < buffer.size();) {
        const auto io = stream_->write(buffer.data() + sent, buffer.size() - sent);
        if (io.state == Stream::State::Done) {
            sent += io.bytes;
            until = in(options_.timeout);
            continue;
        }
        if (io.state == Stream::State::Closed) {
            lose(Kind::Lost, "write", trouble(io.error));
        }
        // TLS may have to read before it can write.
        const short events = io.state == Stream::State::WantRead ? POLLIN : POLLIN | POLLOUT;
        const auto ready = wait_for(stream_->fd(), events, until);
        if (ready == 0) lose(Kind::Timeout, "write", "timed out");
        if (ready & (POLLIN | POLLHUP | POLLERR)) receive();
    }
    if (buffer.capacity() > kKeepBuffer) buffer = {};
    buffer.clear();
}

bool Connection::receive() {
    thread_local std::vector<char> chunk(kChunk);
    const auto io = stream_->read(chunk.data(), chunk.size());
    if (io.state == Stream::State::Closed) lose(Kind::Lost, "read", trouble(io.error));
    wanted_ = io.state == Stream::State::WantWrite ? POLLOUT : POLLIN;
    if (io.state != Stream::State::Done) return false;
    reader_->feed(chunk.data(), io.bytes);
    received_ += io.bytes;
    return true;
}

std::string Connection::trouble(int error) const {
    auto text = stream_->trouble();
    if (!text.empty()) return text;
    return error ? std::generic_category().message(error) : "the server closed the connection";
}

Reply Connection::read() {
    auto until = in(options_.timeout);
    for (auto seen = received_;;) {
        if (auto reply = try_read()) return *std::move(reply);
        // A large answer over a slow line takes its time: only silence counts.
        if (received_ != seen) until = in(options_.timeout);
        seen = received_;
        if (wait_for(stream_->fd(), wanted_, until) == 0) lose(Kind::Timeout, "read", "timed out");
    }
}

std::optional<Reply> Connection::try_read() {
    if (!stream_) fail(Kind::Lost, "read", "not connected");
    try {
        for (;;) {
            if (auto reply = reader_->next()) {
                if (outstanding_ > 0) --outstanding_;
                return reply;
            }
            if (!receive()) return std::nullopt;
        }
    } catch (const RedisError& error) {
        if (error.kind() != Kind::Protocol) throw;
        lose(Kind::Protocol, "read", error.what());
    }
}

void Connection::lose(Kind kind, std::string_view what, std::string_view why) {
    close();
    fail(kind, what, why);
}

void Connection::check(const Reply& reply, std::string_view what) const {
    if (reply.error()) fail(reply, what);
}

void Connection::fail(const Reply& error, std::string_view what) const {
    const auto kind = kind_of(error.text);
    // A master that became a replica under our feet: the others are asked.
    if (kind == Kind::ReadOnly) options_.servers->failed(choice_.turn, error.text);
    if (kind != Kind::NoPermission) fail(kind, what, error.text);
    for (const auto* script : options_.scripts) {
        if (!what.starts_with(script->name)) continue;
        const auto command = denied_command(error.text, *script);
        if (!command.empty()) fail(kind, fmt::format("{} in {}", command, what), error.text);
    }
    fail(kind, what, error.text);
}

void Connection::fail(Kind kind, std::string_view what, std::string_view why) const {
    throw RedisError(kind, fmt::format("{} on {}: {}", what, url().redacted(), why));
}

}  // namespace taskworker::redis

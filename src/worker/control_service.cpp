#include "worker/control_service.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

using namespace std::chrono_literals;
constexpr auto kListen = 60s;
constexpr std::size_t kStoreByAndBy = 50;

bool failed_answer(const Json& answer) { return answer.is_object() && answer.contains("error"); }

}  // namespace

ControlService::ControlService(ControlParts parts)
    : state_{std::move(parts), {}, {}}, accept_(state_.with.settings.accept_content) {
    state_.since = state_.with.clock.ticks();
    const auto exchange = state_.with.settings.control_exchange + ".pidbox";
    state_.with.fanout.subscribe(
        {.exchange = exchange, .key = "", .queue = state_.with.node + "." + exchange}
    );
}

ControlService::~ControlService() { stop(); }

bool ControlService::connect() {
    try {
        for (auto& raw : state_.with.fanout.receive(state_.with.clock.ticks()))
            handle(std::move(raw));
        state_.with.revoked.add(
            state_.with.revocations.load(state_.with.clock.now()), state_.with.clock.ticks()
        );
        return true;
    } catch (const Error& error) {
        log::warning("control: {}. Trying again.", error.what());
        return false;
    }
}

void ControlService::start() {
    thread_ = std::thread([this] { run(); });
}

void ControlService::stop() {
    if (!thread_.joinable()) return;
    loop_.stop();
    state_.with.fanout.interrupt();
    thread_.join();
    try {
        state_.with.fanout.unsubscribe();
    } catch (const Error& error) {
        log::warning("control: could not take the binding away: {}", error.what());
    }
}

void ControlService::run() {
    loop_.run([this] { step(); });
}

void ControlService::step() {
    const auto wait = state_.to_store.empty() ? Millis(kListen) : Millis(0);
    for (auto& raw : state_.with.fanout.receive(state_.with.clock.ticks() + wait))
        handle(std::move(raw));
    store_revoked(state_, kStoreByAndBy);
}

void ControlService::handle(std::string raw) {
    auto read = read_control_request(std::move(raw), accept_);
    if (const auto* malformed = std::get_if<Malformed>(&read)) {
        log::error("control: cannot decode a message: {}", malformed->why);
        return;
    }
    const auto& request = std::get<ControlRequest>(read);
    state_.with.lamport.adjust(request.clock);
    if (!is_addressed_to(request, state_.with.node)) return;
    log::debug("pidbox received method {}", request.method);
    const auto answer = run_control_command(state_, request.method, request.arguments);
    if (request.method == "shutdown" && !failed_answer(answer))
        return;  // Celery has no time to answer
    if (request.reply_to && !request.reply_to->exchange.empty() && !loop_.stopping())
        reply(request, answer);
}

void ControlService::reply(const ControlRequest& request, const Json& answer) {
    const auto encode = [&](const Json& body) {
        return encode_control_reply(
            request, state_.with.node, body, state_.with.lamport.forward(), luck_.uuid()
        );
    };
    std::string envelope;
    try {
        envelope = encode(answer);
    } catch (const std::exception& error) {  // a custom command's reply that JSON has no form for
        envelope = encode(not_ok(fmt::format("EncodeError('{}')", error.what())));
    }
    state_.with.fanout.send(
        {.exchange = request.reply_to->exchange,
         .key = request.reply_to->routing_key,
         .envelope = std::move(envelope)}
    );
}

}  // namespace taskworker

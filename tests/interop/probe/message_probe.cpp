// Reads questions from stdin, one JSON object a line, and answers each in one line. Anything that
// cannot be read or written is {"error": why}.
//   {"do": "decode", "raw": envelope, "accept": [names]}   → the request, headers and body
//   {"do": "retry", "raw": envelope, "accept": …, "args": [new arguments] or null} → {"raw":
//   envelope}
//   {"do": "publish", "task", "id", "args", "kwargs", "serializer", "compression"} → {"raw":
//   envelope}
//   {"do": "read", "serializer": name, "base64": bytes}     → {"value": …}
//   {"do": "write", "serializer": name, "value": …}         → {"base64": bytes}
#include <iostream>
#include <string>

#include "base/base64.hpp"
#include "message/decode.hpp"
#include "message/envelope.hpp"
#include "message/publish.hpp"
#include "message/python_json.hpp"
#include "message/serializer.hpp"

namespace taskworker {
namespace {

struct Refused {
    std::string why;
};

template <class T>
T taken(std::variant<T, Malformed> result) {
    if (const auto* malformed = std::get_if<Malformed>(&result)) throw Refused{malformed->why};
    return std::get<T>(std::move(result));
}

std::string text(const Json& question, const char* name) {
    return question.at(name).get_ref<const std::string&>();
}

Serializer serializer_in(const Json& question) {
    return serializer_named(text(question, "serializer")).value();
}

template <class T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json();
}
Json or_null(const std::optional<Seconds>& value) { return value ? Json(value->count()) : Json(); }
Json or_null(const std::optional<TimePoint>& value) {
    return value ? Json(unix_time(*value)) : Json();
}

struct Opened {
    Message message;
    Request request;
};

Opened open(const Json& question) {
    std::vector<std::string> accept;
    for (const auto& name : question.at("accept"))
        accept.push_back(name.get_ref<const std::string&>());
    Opened opened{taken(parse_envelope(text(question, "raw"))), {}};
    opened.request = taken(decode(opened.message, accept));
    if (auto why = decode_body(opened.message, opened.request)) throw Refused{why->why};
    return opened;
}

Json decoded(const Json& question) {
    const auto& r = open(question).request;
    Json out = Json::object();
    const auto put = [&](const char* name, Json value) { out[name] = std::move(value); };
    put("id", r.id);
    put("task", r.task);
    put("shadow", or_null(r.shadow));
    put("root_id", or_null(r.root_id));
    put("parent_id", or_null(r.parent_id));
    put("group", or_null(r.group));
    put("group_index", or_null(r.group_index));
    put("retries", r.retries);
    put("eta_at", or_null(r.eta_at));
    put("expires_at", or_null(r.expires_at));
    put("timelimit", Json::array({or_null(r.time_limit), or_null(r.soft_time_limit)}));
    put("ignore_result", or_null(r.ignore_result));
    put("argsrepr", r.has_argsrepr ? Json(r.argsrepr) : Json());
    put("kwargsrepr", r.has_argsrepr ? Json(r.kwargsrepr) : Json());
    put("origin", or_null(r.origin));
    put("correlation_id", or_null(r.correlation_id));
    put("reply_to", or_null(r.reply_to));
    put("replaced_task_nesting", r.replaced_task_nesting);
    put("exchange", r.delivery_info.exchange);
    put("routing_key", r.delivery_info.routing_key);
    put("priority", r.delivery_info.priority);
    put("redelivered", r.delivery_info.redelivered);
    put("args", r.args);
    put("kwargs", r.kwargs);
    put("callbacks", r.callbacks);
    put("errbacks", r.errbacks);
    put("chain", r.chain.value());
    put("chord", r.chord);
    put("headers", r.headers);
    put("stamped_headers", r.stamped_headers);
    put("stamps", r.stamps);
    return out;
}

Json retried(const Json& question) {
    const auto [message, request] = open(question);
    RetryEdit edit;
    edit.retries = request.retries + 1;
    edit.delivery_tag = "retry-of-" + request.id;
    edit.parent_id = request.id;
    if (const auto& args = question.at("args"); !args.is_null()) {
        Json embed = Json::object();
        embed["callbacks"] = request.callbacks;
        embed["errbacks"] = request.errbacks;
        embed["chain"] = request.chain.value();
        embed["chord"] = request.chord;
        edit.body = to_json_text(Json::array({args, request.kwargs, embed}));
    }
    return {{"raw", republish(message, request, edit)}};
}

Json published(const Json& question) {
    Publication p;
    p.task = text(question, "task");
    p.id = p.delivery_tag = text(question, "id");
    p.args = question.at("args");
    p.kwargs = question.at("kwargs");
    p.routing_key = "celery";
    p.serializer = serializer_in(question);
    if (const auto& codec = question.at("compression"); !codec.is_null())
        p.compression = codec_named(codec.get_ref<const std::string&>()).value();
    return {{"raw", encode_publication(p)}};
}

Json read(const Json& question) {
    const auto bytes = base64_decode(text(question, "base64")).value();
    return {{"value", taken(deserialize(serializer_in(question), bytes, {}))}};
}

Json written(const Json& question) {
    return {{"base64", base64_encode(serialize(serializer_in(question), question.at("value")))}};
}

Json answer(const std::string& line) {
    auto parsed = parse_json(line);
    const auto& question = std::get<Json>(parsed);
    const auto what = text(question, "do");
    try {
        if (what == "decode") return decoded(question);
        if (what == "retry") return retried(question);
        if (what == "publish") return published(question);
        if (what == "read") return read(question);
        return written(question);
    } catch (const Refused& refused) {
        return {{"error", refused.why}};
    } catch (const EncodeError& error) {
        return {{"error", error.what()}};
    }
}

}  // namespace
}  // namespace taskworker

int main() {
    for (std::string line; std::getline(std::cin, line);)
        std::cout << taskworker::to_json_text(taskworker::answer(line)) << std::endl;
}

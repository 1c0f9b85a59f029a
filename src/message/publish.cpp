#include "message/publish.hpp"

#include <fmt/format.h>

#include <cmath>

#include "message/body.hpp"
#include "message/json_members.hpp"
#include "message/publication_text.hpp"
#include "message/python_json.hpp"
#include "message/python_repr.hpp"

namespace taskworker {
namespace {

std::string literal(const std::optional<std::string>& text) {
    return text ? json_literal(*text) : "null";
}

std::string number(const std::optional<int>& value) {
    return value ? std::to_string(*value) : "null";
}

std::string list_or_null(const Json& value) {
    return value.is_null() ? "null" : to_json_text(value);
}

// One header after the other; those that the caller gave under the same name stand in their place,
// as dict.update() has it.
class HeaderWriter {
public:
    HeaderWriter(std::string& out, const Json& custom)
        : writer_(out), custom_(members_of(custom)), used_(custom_.size()) {}

    void add(std::string_view name, std::string_view value) {
        std::size_t i = 0;
        for (const auto& [own, other] : custom_) {
            if (own == name) {
                used_[i] = true;
                return write_json(writer_.open(name), other);
            }
            ++i;
        }
        writer_.add(name, value);
    }

    // kombu adds `compression` last, over whatever the caller gave under this name.
    void finish(std::string_view compression) {
        std::size_t i = 0;
        for (const auto& [name, value] : custom_) {
            const bool replaced = !compression.empty() && name == "compression";
            if (!used_[i++] && !replaced) write_json(writer_.open(name), value);
        }
        if (!compression.empty()) writer_.add("compression", json_literal(compression));
        writer_.close();
    }

private:
    static const Json::object_t& members_of(const Json& json) {
        static const Json::object_t none;
        return json.is_object() ? json.get_ref<const Json::object_t&>() : none;
    }

    MemberWriter writer_;
    const Json::object_t& custom_;
    std::vector<bool> used_;
};

std::string properties_text(const Publication& p) {
    std::string out;
    MemberWriter writer(out);
    write_json_string(writer.open("correlation_id"), p.id);
    write_json_string(writer.open("reply_to"), p.reply_to);
    writer.add("delivery_mode", "2");
    if (p.expiration) write_json_string(writer.open("expiration"), *p.expiration);
    MemberWriter info(writer.open("delivery_info"));
    write_json_string(info.open("exchange"), p.exchange);
    write_json_string(info.open("routing_key"), p.routing_key);
    info.close();
    writer.add("priority", std::to_string(p.priority));
    writer.add("body_encoding", "\"base64\"");
    write_json_string(writer.open("delivery_tag"), p.delivery_tag);
    writer.close();
    return out;
}

}  // namespace

std::string seconds_text(const std::optional<Seconds>& value) {
    if (!value) return "null";
    const double seconds = value->count();
    const bool whole = std::nearbyint(seconds) == seconds && std::abs(seconds) < 1e15;
    return whole ? std::to_string(static_cast<long long>(seconds)) : to_json_text(Json(seconds));
}

std::string headers_text(
    const Publication& p, const std::optional<PublicationReprs>& reprs, std::string_view compression
) {
    std::string out;
    out.reserve(700);
    HeaderWriter writer(out, p.headers);
    writer.add("lang", "\"py\"");
    writer.add("task", json_literal(p.task));
    writer.add("id", json_literal(p.id));
    writer.add("shadow", literal(p.shadow));
    writer.add("eta", literal(p.eta));
    writer.add("expires", literal(p.expires));
    writer.add("group", literal(p.group));
    writer.add("group_index", number(p.group_index));
    writer.add("retries", std::to_string(p.retries));
    writer.add(
        "timelimit",
        fmt::format("[{}, {}]", seconds_text(p.time_limit), seconds_text(p.soft_time_limit))
    );
    writer.add("root_id", json_literal(p.root_id && !p.root_id->empty() ? *p.root_id : p.id));
    writer.add("parent_id", literal(p.parent_id));
    writer.add("argsrepr", json_literal(reprs ? reprs->args : tuple_repr(p.args)));
    writer.add("kwargsrepr", json_literal(reprs ? reprs->kwargs : safe_repr(p.kwargs)));
    writer.add("origin", json_literal(p.origin));
    writer.add("ignore_result", !p.ignore_result ? "null" : *p.ignore_result ? "true" : "false");
    writer.add("replaced_task_nesting", std::to_string(p.replaced_task_nesting));
    writer.add("stamped_headers", list_or_null(p.stamped_headers));
    writer.add("stamps", to_json_text(p.stamps));
    writer.finish(compression);
    return out;
}

std::string body_json(const Publication& p) {
    std::string out;
    out.reserve(p.chain.text().size() + 512);
    out += '[';
    write_json(out, p.args);
    out += ", ";
    write_json(out, p.kwargs);
    out += ", ";
    MemberWriter embed(out);
    write_json(embed.open("callbacks"), p.callbacks);
    write_json(embed.open("errbacks"), p.errbacks);
    embed.add("chain", p.chain.text());
    write_json(embed.open("chord"), p.chord);
    embed.close();
    return out += ']';
}

void take_form(Publication& publication, const Settings& settings) {
    publication.serializer =
        serializer_named(settings.task_serializer).value_or(Serializer::JsonText);
    publication.compression.reset();
    if (settings.task_compression)
        publication.compression = codec_named(*settings.task_compression);
}

std::string encode_publication(const Publication& publication) {
    const auto body =
        encode_body(body_json(publication), publication.serializer, publication.compression);
    return write_envelope(
        {},
        body.literal,
        body.content_encoding,
        body.content_type,
        headers_text(publication, std::nullopt, body.compression),
        properties_text(publication)
    );
}

}  // namespace taskworker

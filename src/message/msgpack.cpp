#include "message/msgpack.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "message/json_builder.hpp"
#include "message/python_json.hpp"
#include "message/typed_values.hpp"
#include "base/utf8.hpp"

namespace taskworker {
namespace {

// nlohmann's reader tells us what it meets; we build and count. False ends it at once.
class MsgpackEvents {
public:
    explicit MsgpackEvents(const WireLimits& limits) : builder_(limits) {}

    bool null() { return builder_.value(nullptr); }
    bool boolean(bool value) { return builder_.value(value); }
    bool number_integer(std::int64_t value) { return builder_.value(value); }
    bool number_unsigned(std::uint64_t value) { return builder_.value(value); }
    bool number_float(double value, const std::string&) { return builder_.value(value); }
    bool string(std::string& value) { return builder_.text(std::move(value)); }
    bool binary(Json::binary_t& value) {
        if (value.has_subtype()) {
            const auto code = static_cast<std::int8_t>(value.subtype());
            return builder_.fail(fmt::format("extension type {} is not supported", code));
        }
        return builder_.value(bytes_value({value.begin(), value.end()}));
    }
    bool start_object(std::size_t) { return builder_.begin_object(); }
    bool key(std::string& name) { return builder_.key(std::move(name)); }
    bool end_object() { return builder_.end(); }
    bool start_array(std::size_t) { return builder_.begin_array(); }
    bool end_array() { return builder_.end(); }
    bool parse_error(std::size_t at, const std::string&, const nlohmann::detail::exception&) {
        return builder_.fail(fmt::format("unexpected end or byte at {}", at));
    }

    JsonBuilder& builder() { return builder_; }

private:
    JsonBuilder builder_;
};

[[noreturn]] void cannot(std::string_view what) {
    throw EncodeError(fmt::format("can not serialize '{}' object", what));
}

// A reader in Python could not decode a surrogate.
void check_text(const std::string& text) {
    if (!is_strict_utf8(text))
        throw EncodeError("'utf-8' codec can't encode a text: surrogates not allowed");
}

// With bytes as binary, for nlohmann's writer. Python's module has no form for the other types.
Json packable(const Json& value, std::size_t depth) {
    if (depth > kMostDepth)
        throw EncodeError(fmt::format("value is nested deeper than {} levels", kMostDepth));
    if (value.is_array()) {
        Json list = Json::array();
        for (const auto& item : value.get_ref<const Json::array_t&>())
            list.push_back(packable(item, depth + 1));
        return list;
    }
    if (value.is_binary()) throw EncodeError("Integer value out of range");
    if (value.is_string()) check_text(value.get_ref<const std::string&>());
    if (!value.is_object()) return value;
    if (const auto bytes = typed_bytes(value))
        return Json::binary(std::vector<std::uint8_t>(bytes->begin(), bytes->end()));
    if (const auto python = python_type_of_typed(value); !python.empty()) cannot(python);
    Json dict = Json::object();
    auto& members = dict.get_ref<Json::object_t&>();
    for (const auto& [name, item] : value.get_ref<const Json::object_t&>()) {
        check_text(name);
        members.emplace_back(name, packable(item, depth + 1));
    }
    return dict;
}

}  // namespace

std::variant<Json, Malformed> read_msgpack(std::string_view bytes, const WireLimits& limits) {
    MsgpackEvents events(limits);
    const auto* begin = bytes.data();
    Json::sax_parse(begin, begin + bytes.size(), &events, Json::input_format_t::msgpack, true);
    return std::move(events.builder()).take();
}

std::string write_msgpack(const Json& value) {
    std::string out;
    Json::to_msgpack(packable(value, 0), nlohmann::detail::output_adapter<char>(out));
    return out;
}

}  // namespace taskworker

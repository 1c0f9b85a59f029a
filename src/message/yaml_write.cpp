#include <fmt/format.h>
#include <yaml.h>

#include <cmath>
#include <new>

#include "base/base64.hpp"
#include "message/python_json.hpp"
#include "message/typed_values.hpp"
#include "base/utf8.hpp"
#include "message/yaml.hpp"
#include "message/yaml_scalar.hpp"

namespace taskworker {
namespace {

yaml_char_t* yaml_text(const std::string& text) {
    return reinterpret_cast<yaml_char_t*>(const_cast<char*>(text.data()));
}

// libyaml's emitter with PyYAML's choices: block style, ASCII, no line breaks within texts.
class YamlWriter {
public:
    YamlWriter() {
        if (!yaml_emitter_initialize(&emitter_)) throw std::bad_alloc();
        yaml_emitter_set_output(&emitter_, &append, &out_);
        yaml_emitter_set_width(&emitter_, -1);
    }
    ~YamlWriter() { yaml_emitter_delete(&emitter_); }
    YamlWriter(const YamlWriter&) = delete;
    YamlWriter& operator=(const YamlWriter&) = delete;

    std::string write(const Json& value) && {
        emit([](yaml_event_t& e) {
            return yaml_stream_start_event_initialize(&e, YAML_UTF8_ENCODING);
        });
        emit([](yaml_event_t& e) {
            return yaml_document_start_event_initialize(&e, nullptr, nullptr, nullptr, 1);
        });
        node(value, 0);
        emit([](yaml_event_t& e) { return yaml_document_end_event_initialize(&e, 1); });
        emit([](yaml_event_t& e) { return yaml_stream_end_event_initialize(&e); });
        return std::move(out_);
    }

private:
    static int append(void* to, unsigned char* bytes, std::size_t size) {
        static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(bytes), size);
        return 1;
    }

    template <class Make>
    void emit(Make make) {
        yaml_event_t event;
        if (!make(event)) throw EncodeError("cannot represent a text that is not UTF-8");
        if (!yaml_emitter_emit(&emitter_, &event))
            throw EncodeError(emitter_.problem ? emitter_.problem : "cannot represent an object");
    }

    void scalar(const std::string& text, bool plain, const char* tag = nullptr) {
        const bool tagged = tag != nullptr;
        emit([&](yaml_event_t& e) {
            return yaml_scalar_event_initialize(
                &e,
                nullptr,
                tagged ? yaml_text(tag_ = tag) : nullptr,
                yaml_text(text),
                static_cast<int>(text.size()),
                plain && !tagged,
                !tagged,
                plain ? YAML_PLAIN_SCALAR_STYLE : YAML_ANY_SCALAR_STYLE
            );
        });
    }

    // Plain only where it would be read as a text.
    void text(const std::string& value) {
        const bool plain = yaml_tag_of_plain(value) == YamlTag::Text;
        emit([&](yaml_event_t& e) {
            return yaml_scalar_event_initialize(
                &e,
                nullptr,
                nullptr,
                yaml_text(value),
                static_cast<int>(value.size()),
                plain,
                1,
                YAML_ANY_SCALAR_STYLE
            );
        });
    }

    void floating(double value) {
        if (std::isnan(value)) return scalar(".nan", true);
        if (std::isinf(value)) return scalar(value < 0 ? "-.inf" : ".inf", true);
        auto digits = float_text(value);
        const auto e = digits.find('e');
        if (e != digits.npos && digits.find('.') == digits.npos) digits.insert(e, ".0");
        scalar(digits, true);
    }

    void typed(const Json& value) {
        const auto python = python_type_of_typed(value);
        const bool stamp = python == "datetime.datetime" || python == "datetime.date";
        const auto& inner = value.at("__value__");
        if (!stamp || !inner.is_string() || !is_valid_typed_value(value))
            throw EncodeError(fmt::format("cannot represent an object of type {}", python));
        auto digits = inner.get_ref<const std::string&>();
        if (digits.size() > 10) digits[10] = ' ';
        if (yaml_tag_of_plain(digits) != YamlTag::Timestamp)
            throw EncodeError(fmt::format("cannot represent {}", digits));
        scalar(digits, true);
    }

    void list(const Json& value, std::size_t depth) {
        const auto style = value.empty() ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE;
        emit([&](yaml_event_t& e) {
            return yaml_sequence_start_event_initialize(&e, nullptr, nullptr, 1, style);
        });
        for (const auto& item : value.get_ref<const Json::array_t&>()) node(item, depth + 1);
        emit([](yaml_event_t& e) { return yaml_sequence_end_event_initialize(&e); });
    }

    void dict(const Json& value, std::size_t depth) {
        const auto style = value.empty() ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE;
        emit([&](yaml_event_t& e) {
            return yaml_mapping_start_event_initialize(&e, nullptr, nullptr, 1, style);
        });
        for (const auto& [name, item] : value.get_ref<const Json::object_t&>()) {
            text(name);
            node(item, depth + 1);
        }
        emit([](yaml_event_t& e) { return yaml_mapping_end_event_initialize(&e); });
    }

    void object(const Json& value, std::size_t depth) {
        if (const auto bytes = typed_bytes(value))
            return scalar(base64_encode(*bytes), false, "tag:yaml.org,2002:binary");
        if (!python_type_of_typed(value).empty()) return typed(value);
        dict(value, depth);
    }

    void node(const Json& value, std::size_t depth) {
        if (depth > kMostDepth)
            throw EncodeError(fmt::format("value is nested deeper than {} levels", kMostDepth));
        switch (value.type()) {
            case Json::value_t::string:
                return text(value.get_ref<const std::string&>());
            case Json::value_t::number_float:
                return floating(value.get_ref<const double&>());
            case Json::value_t::array:
                return list(value, depth);
            case Json::value_t::object:
                return object(value, depth);
            default:
                return scalar(to_json_text(value), true);  // null, true, digits
        }
    }

    yaml_emitter_t emitter_{};
    std::string out_, tag_;
};

}  // namespace

std::string write_yaml(const Json& value) { return YamlWriter().write(value); }

}  // namespace taskworker

#include "message/envelope.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "message/fields.hpp"
#include "message/json_lexer.hpp"

namespace taskworker {
namespace {

// One walk over the text that checks every byte of it. (simdjson on demand would leave values
// unchecked that nobody asks for, and its DOM has no spans; only its check of the UTF-8 is used.)
class EnvelopeReader {
public:
    EnvelopeReader(Message& message, const WireLimits& limits)
        : message_(message), raw_(message.raw), lexer_(raw_, limits) {}

    std::optional<Malformed> read() {
        message_.headers.reserve(24);
        message_.properties.reserve(8);
        if (!read_members()) return Malformed{"not JSON: " + lexer_.error()};
        if (!is_object_) return Malformed{"the envelope is not an object"};
        return check();
    }

private:
    bool read_members() {
        if (lexer_.peek() != '{') {
            is_object_ = false;
            return lexer_.skip_value() && (lexer_.at_end() || lexer_.unexpected());
        }
        if (!lexer_.count_value() || !lexer_.expect('{') || !lexer_.enter()) return false;
        if (!lexer_.take('}')) {
            do {
                if (!read_member()) return false;
            } while (lexer_.take(','));
            if (!lexer_.expect('}')) return false;
        }
        return lexer_.at_end() || lexer_.unexpected();
    }

    bool read_member() {
        JsonLexer::String literal;
        if (!lexer_.string(literal) || !lexer_.expect(':')) return false;
        const std::string_view quoted(literal.inside.data() - 1, literal.inside.size() + 2);
        std::string scratch;
        const auto name = plain_name(quoted, scratch);
        const char first = lexer_.peek();
        const auto start = lexer_.at();
        if (name == "headers" || name == "properties") {
            auto& fields = name == "headers" ? message_.headers : message_.properties;
            fields.clear();
            const bool good =
                first == '{' ? read_fields(lexer_, raw_, fields) : lexer_.skip_value();
            (name == "headers" ? headers_ : properties_) = span_from(start);
            if (good && name == "headers") name_headers();
            return good;
        }
        if (!lexer_.skip_value()) return false;
        const auto value = span_from(start);
        if (name == "body") {
            message_.body = value;
        } else if (name == "content-type") {
            content_type_ = value;
        } else if (name == "content-encoding") {
            content_encoding_ = value;
        } else {
            keep(name, span_at(quoted), value, literal.escaped);
        }
        return true;
    }

    void name_headers() {
        std::string scratch;
        for (auto& field : message_.headers)
            field.header = header_of(plain_name(message_, field, scratch));
    }

    void keep(std::string_view name, Span literal, Span value, bool escaped) {
        if (message_.rest.size() >= 100)
            return;  // nobody has so many; and finding doubles is a search
        std::string scratch;
        for (auto& field : message_.rest) {
            if (plain_name(message_, field, scratch) == name) {
                field.value = value;
                return;
            }
        }
        message_.rest.push_back({literal, value, escaped});
    }

    Span span_at(std::string_view part) const {
        return {
            static_cast<std::uint32_t>(part.data() - raw_.data()),
            static_cast<std::uint32_t>(part.size())};
    }
    Span span_from(std::size_t start) const {
        return span_at(raw_.substr(start, lexer_.at() - start));
    }

    // What must have a certain type whatever the message is for.
    std::optional<Malformed> check() {
        if (!object_or_null(headers_)) return Malformed{"headers are not an object"};
        if (!object_or_null(properties_)) return Malformed{"properties are not an object"};
        if (message_.body.empty() || raw_is_null(message_.text(message_.body))) {
            return Malformed{"no body"};
        }
        if (!message_.text(message_.body).starts_with('"'))
            return Malformed{"the body is not a text"};
        struct Text {
            const char* what;
            Span value;
            std::string& to;
        };
        for (const auto& [what, value, to] : {
                 Text{"content-type", content_type_, message_.content_type},
                 Text{"content-encoding", content_encoding_, message_.content_encoding},
                 Text{
                     "body_encoding",
                     value_of(find_field(message_, message_.properties, "body_encoding")),
                     message_.body_encoding},
                 Text{
                     "compression",
                     value_of(find_header(message_, MessageHeader::Compression)),
                     message_.compression},
             }) {
            if (!take_text(value, to)) {
                return Malformed{
                    fmt::format("{} is not a text: {}", what, raw_for_error(message_.text(value)))};
            }
        }
        return std::nullopt;
    }

    bool object_or_null(Span value) const {
        const auto raw = message_.text(value);
        return raw.empty() || raw_is_null(raw) || raw.starts_with('{');
    }

    bool take_text(Span value, std::string& to) const {
        if (value.empty() || raw_is_null(message_.text(value))) return true;
        auto text = raw_text(message_.text(value));
        if (text) to = std::move(*text);
        return text.has_value();
    }

    static Span value_of(const Field* field) { return field ? field->value : Span{}; }

    Message& message_;
    const std::string_view raw_;
    JsonLexer lexer_;
    bool is_object_ = true;
    Span headers_, properties_, content_type_, content_encoding_;
};

}  // namespace

std::optional<Malformed> read_envelope(Message& message, const WireLimits& limits) {
    const auto most =
        std::min<std::size_t>(limits.message_bytes, std::numeric_limits<std::uint32_t>::max());
    const auto size = message.raw.size();
    if (size > most)
        return Malformed{fmt::format("a message of {} bytes, more than {}", size, most)};
    if (!is_valid_utf8(message.raw)) return Malformed{"not UTF-8"};
    return EnvelopeReader(message, limits).read();
}

std::variant<Message, Malformed> parse_envelope(std::string raw, const WireLimits& limits) {
    std::variant<Message, Malformed> result;
    auto& message = std::get<Message>(result);
    message.raw = std::move(raw);
    if (auto malformed = read_envelope(message, limits)) return *malformed;
    return result;
}

}  // namespace taskworker

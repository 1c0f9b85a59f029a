#include "message/task_body.hpp"

#include <algorithm>
#include <string>

#include "message/body.hpp"
#include "message/checked_json.hpp"
#include "message/json_list.hpp"
#include "message/python_json.hpp"
#include "message/serializer.hpp"

namespace taskworker {
namespace {

// Only objects or nothing, as a signature is one.
bool are_signatures(const Json& value) {
    return value.is_null() ||
           (value.is_array() && std::all_of(value.begin(), value.end(), [](const Json& one) {
                return one.is_object();
            }));
}

// Every step returns false for what is wrong as well as for what is not usual: then the body is
// read the long way, which finds the words for it.
class BodyReader {
public:
    BodyReader(
        std::string_view text,
        Arguments arguments,
        const WireLimits& limits,
        const ChainReader& chain_reader
    )
        : text_(text), arguments_(arguments), lexer_(text, limits), chain_reader_(chain_reader) {}

    bool read(TaskBody& body) {
        return lexer_.count_value() && lexer_.take('[') && lexer_.enter() &&
               argument('[', body.args) && lexer_.take(',') && argument('{', body.kwargs) &&
               lexer_.take(',') && embed(body) && lexer_.take(']') && lexer_.at_end() &&
               has_good_links(body);
    }

private:
    bool argument(char sign, Json& out) {
        if (lexer_.peek() != sign) return false;
        return arguments_ == Arguments::Read ? read_json(lexer_, out) : lexer_.skip_value();
    }

    bool embed(TaskBody& body) {
        if (!lexer_.count_value() || !lexer_.take('{') || !lexer_.enter()) return false;
        if (!lexer_.take('}')) {
            do {
                if (!member(body)) return false;
            } while (lexer_.take(','));
            if (!lexer_.take('}')) return false;
        }
        lexer_.leave();
        return true;
    }

    bool member(TaskBody& body) {
        JsonLexer::String name;
        if (lexer_.peek() != '"' || !lexer_.string(name) || name.escaped || !lexer_.take(':'))
            return false;
        if (name.inside == "chain") return chain(body.chain);
        if (name.inside == "callbacks") return value(body.callbacks);
        if (name.inside == "errbacks") return value(body.errbacks);
        if (name.inside == "chord") return value(body.chord);
        return lexer_.skip_value();
    }

    // A second one of a name takes the place of the first, as in a dict.
    bool value(Json& out) {
        out = nullptr;
        return read_json(lexer_, out);
    }
    bool chain(JsonList& out) {
        if (lexer_.peek() == '[') {
            if (chain_reader_) return !chain_seen_++ && chain_reader_(lexer_, text_);
            return read_list(lexer_, text_, out) && out.holds_objects();
        }
        out = JsonList();
        if (chain_seen_ > 0) return false;
        return lexer_.count_value() && lexer_.peek() == 'n' && lexer_.word("null");
    }

    static bool has_good_links(const TaskBody& body) {
        return are_signatures(body.callbacks) && are_signatures(body.errbacks) &&
               (body.chord.is_null() || body.chord.is_object());
    }

    const std::string_view text_;
    const Arguments arguments_;
    JsonLexer lexer_;
    const ChainReader& chain_reader_;
    int chain_seen_ = 0;  // by the reader, which takes one
};

}  // namespace

std::optional<TaskBody> read_task_body(
    std::string_view json, Arguments arguments, const WireLimits& limits, const ChainReader& chain
) {
    if (json.size() > limits.body_bytes || !is_valid_utf8(json) || may_have_typed_values(json))
        return std::nullopt;
    std::optional<TaskBody> body(std::in_place);
    if (!BodyReader(json, arguments, limits, chain).read(*body)) body.reset();
    return body;
}

std::optional<TaskBody> open_task_body(
    const Message& message, Arguments arguments, const WireLimits& limits, const ChainReader& chain
) {
    if (serializer_of(message.content_type) != Serializer::JsonText) return std::nullopt;
    const auto bytes = body_bytes(message, limits);
    const auto* json = std::get_if<std::string>(&bytes);
    return json ? read_task_body(*json, arguments, limits, chain) : std::nullopt;
}

}  // namespace taskworker

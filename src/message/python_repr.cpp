#include "message/python_repr.hpp"

#include <fmt/format.h>

#include <optional>
#include <vector>

#include "message/python_json.hpp"
#include "message/python_quote.hpp"
#include "message/typed_values.hpp"
#include "base/utf8.hpp"

namespace taskworker {
namespace {

constexpr std::size_t kLevels = 3;  // saferepr.py: maxlevels

enum class Quotes { Python, Celery };

// The first `most` characters; nothing when the text has fewer than that.
std::optional<std::string_view> head_of(std::string_view text, std::size_t most) {
    std::size_t at = 0;
    for (std::size_t count = 0; count < most; ++count) {
        if (at >= text.size()) return std::nullopt;
        next_code_point(text, at);
    }
    return text.substr(0, at);
}

// celery/utils/text.py: truncate.
std::string truncate(std::string_view text, std::size_t most) {
    const auto head = most ? head_of(text, most) : std::nullopt;
    if (!head) return std::string(text);
    return std::string(head->substr(0, head->rfind(' '))) + "...";
}

// saferepr as a walk over a stack: tokens come one by one until the room is used up, then only the
// brackets that are open are closed. Its oddities are kept, also the brackets it loses.
class Printer {
public:
    Printer(Quotes quotes, std::size_t most) : quotes_(quotes), limited_(most > 0), room_(most) {}

    std::string print(const Json& value, bool as_tuple) {
        visit(value, as_tuple);
        while (!frames_.empty() && !full_) step();
        return std::move(out_);
    }

private:
    enum class Stage { Start, Key, Colon, Value, Comma, End };
    struct Frame {
        const Json* container;
        bool tuple;
        Stage stage = Stage::Start;
        std::size_t index = 0;

        const char* opening() const { return tuple ? "(" : container->is_object() ? "{" : "["; }
        const char* closing() const {
            if (tuple) return container->size() == 1 ? ",)" : ")";
            return container->is_object() ? "}" : "]";
        }
    };

    // One token of the innermost container.
    void step() {
        auto& frame = frames_.back();
        const bool object = frame.container->is_object();
        const auto first = object ? Stage::Key : Stage::Value;
        switch (frame.stage) {
            case Stage::Start:
                frame.stage = frame.container->empty() ? Stage::End : first;
                ++level_;
                return put(frame.opening());
            case Stage::Key:
                frame.stage = Stage::Colon;
                return put_key(frame);
            case Stage::Colon:
                frame.stage = Stage::Value;
                return put(": ");
            case Stage::Value: {
                const bool more = frame.index + 1 < frame.container->size();
                frame.stage = more ? Stage::Comma : Stage::End;
                return visit(element(frame), false);  // may move the frames
            }
            case Stage::Comma:
                ++frame.index;
                frame.stage = first;
                return put(", ");
            case Stage::End: {
                const auto* closing = frame.closing();
                frames_.pop_back();
                --level_;
                return put(closing);
            }
        }
    }

    static const Json& element(const Frame& frame) {
        const auto& container = *frame.container;
        if (container.is_array()) return container.get_ref<const Json::array_t&>()[frame.index];
        return member(frame).second;
    }
    static const Json::object_t::value_type& member(const Frame& frame) {
        return frame.container->get_ref<const Json::object_t&>().begin(
        )[static_cast<std::ptrdiff_t>(frame.index)];
    }

    void visit(const Json& value, bool as_tuple) {
        if (value.is_string()) return put_text(value.get_ref<const std::string&>());
        if (const auto bytes = typed_bytes(value)) return put_bytes(*bytes);
        if (const auto typed = typed_text(value)) return put_token(typed->repr);
        if (!value.is_structured()) return put_token(scalar(value));
        const Frame frame{&value, as_tuple};
        if (limited_ && level_ >= kLevels) {
            return put_token(std::string(frame.opening()) + "..." + frame.closing());
        }
        frames_.push_back(frame);
    }

    static std::string scalar(const Json& value) {
        switch (value.type()) {
            case Json::value_t::boolean:
                return value.get_ref<const bool&>() ? "True" : "False";
            case Json::value_t::number_float:
                return float_text(value.get_ref<const double&>());
            case Json::value_t::number_integer:
            case Json::value_t::number_unsigned:
                return to_json_text(value);
            case Json::value_t::binary:
                if (is_big_int(value)) return std::string(big_int_digits(value));
                return "<binary>";
            default:
                return "None";
        }
    }

    // Before every token: is there room? If not, the text ends here.
    bool has_room() {
        if (!limited_ || room_ > 0) return true;
        out_ += ", ...";
        for (; !frames_.empty(); frames_.pop_back()) out_ += frames_.back().closing();
        full_ = true;
        return false;
    }

    void put(std::string_view token) {
        if (!has_room()) return;
        out_ += token;
        if (!limited_) return;
        const auto size = count_code_points(token);
        room_ = size < room_ ? room_ - size : 0;
    }

    void put_token(const std::string& token) {
        if (has_room()) put(truncate(token, room_));
    }

    void put_key(const Frame& frame) { put_text(member(frame).first); }

    void put_text(std::string_view text) {
        if (!has_room()) return;
        const auto shown = truncate(text, room_);
        std::string token;
        if (quotes_ == Quotes::Python) {
            append_str_repr(token, shown);
        } else {
            token += '\'';
            for (const char c : shown) (c == '\'' ? token += '\\' : token) += c;
            token += '\'';
        }
        put(token);
    }

    void put_bytes(std::string_view bytes) {
        if (!has_room()) return;
        const bool cut = limited_ && bytes.size() > room_;
        const auto shown = cut ? bytes.substr(0, room_) : bytes;
        std::string token;
        if (quotes_ == Quotes::Python) {
            append_bytes_repr(token, shown);
            if (cut) token.insert(token.size() - 1, "...");
        } else {
            token = "b'";
            if (is_strict_utf8(shown)) {
                token += shown;
            } else {
                for (const char c : shown)
                    token += fmt::format("{:02x}", static_cast<unsigned char>(c));
            }
            token += cut ? "...'" : "'";
        }
        put(token);
    }

    const Quotes quotes_;
    const bool limited_;
    std::size_t room_;
    std::size_t level_ = 0;
    bool full_ = false;
    std::vector<Frame> frames_;
    std::string out_;
};

}  // namespace

std::string python_repr(const Json& value, std::size_t most) {
    return Printer(Quotes::Python, most).print(value, false);
}

std::string safe_repr(const Json& value, std::size_t most) {
    return Printer(Quotes::Celery, most).print(value, false);
}

std::string tuple_repr(const Json& list, std::size_t most) {
    return Printer(Quotes::Celery, most).print(list, list.is_array());
}

std::string python_repr(const Failure& failure, std::size_t most) {
    std::string text = failure.type + "(";
    const char* separator = "";
    for (const auto& argument : failure.args) {
        text += separator + python_repr(argument, 0);
        separator = ", ";
    }
    text += ')';
    const auto head = most ? head_of(text, most) : std::nullopt;
    return head && head->size() < text.size() ? std::string(*head) + "..." : text;
}

std::string python_str(const Json& value) {
    if (value.is_string()) return value.get_ref<const std::string&>();
    if (const auto typed = typed_text(value)) return typed->str;
    return python_repr(value, 0);
}

std::string exception_text(std::string_view type, const Json& args) {
    if (!args.is_array()) return python_str(args);
    if (args.empty()) return "";
    if (args.size() > 1) return Printer(Quotes::Python, 0).print(args, true);
    return type == "KeyError" ? python_repr(args[0], 0) : python_str(args[0]);
}

std::string quoted_repr(std::string_view text) {
    std::string out;
    append_str_repr(out, text);
    return out;
}

}  // namespace taskworker

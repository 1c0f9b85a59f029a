#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <map>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "message/json_builder.hpp"
#include "message/python_json.hpp"
#include "message/python_repr.hpp"
#include "message/yaml.hpp"
#include "message/yaml_scalar.hpp"

namespace taskworker {
namespace {

constexpr std::string_view kYamlTags = "tag:yaml.org,2002:";

// libyaml's parser over a text that outlives it, one event at a time.
class YamlEvents {
public:
    explicit YamlEvents(std::string_view text) {
        if (!yaml_parser_initialize(&parser_)) throw std::bad_alloc();
        yaml_parser_set_input_string(
            &parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size()
        );
    }
    ~YamlEvents() {
        yaml_event_delete(&event_);
        yaml_parser_delete(&parser_);
    }
    YamlEvents(const YamlEvents&) = delete;
    YamlEvents& operator=(const YamlEvents&) = delete;

    bool next() {
        yaml_event_delete(&event_);
        return yaml_parser_parse(&parser_, &event_) != 0;
    }
    const yaml_event_t& event() const { return event_; }
    std::string problem() const {
        return fmt::format(
            "{} in line {}",
            parser_.problem ? parser_.problem : "not readable",
            parser_.problem_mark.line + 1
        );
    }

private:
    yaml_parser_t parser_{};
    yaml_event_t event_{};
};

std::string_view text_of(const yaml_char_t* text) {
    return text ? std::string_view(reinterpret_cast<const char*>(text)) : std::string_view();
}

enum class Kind { Scalar, List, Dict, Merge };
struct Built {
    Json value;
    Kind kind = Kind::Scalar;
    bool of_dicts = false;              // a list of mappings: dates and bytes are objects, too
    std::size_t values = 1, bytes = 0;  // what a copy of it costs
};
using YamlMembers = std::vector<std::pair<std::string, Json>>;

// Events → value. Recursive; WireLimits::depth bounds it.
class YamlReader {
public:
    YamlReader(std::string_view text, const WireLimits& limits) : events_(text), limits_(limits) {}

    std::variant<Json, Malformed> read() {
        Built whole;
        if (!read_document(whole)) return wrong_ ? *wrong_ : Malformed{events_.problem()};
        return std::variant<Json, Malformed>(std::in_place_index<0>, std::move(whole.value));
    }

private:
    bool fail(std::string why) {
        if (!wrong_) wrong_ = Malformed{std::move(why)};
        return false;
    }

    // One document, or none: that is null.
    bool read_document(Built& whole) {
        if (!events_.next() || !events_.next()) return false;
        if (events_.event().type == YAML_STREAM_END_EVENT) return true;
        if (!events_.next() || !read_node(whole)) return false;
        if (whole.kind == Kind::Merge) return fail("a merge key that is no key");
        if (!events_.next() || !events_.next()) return false;  // the document's end, and then?
        return events_.event().type == YAML_STREAM_END_EVENT || fail("more than one document");
    }

    bool count(std::size_t values) {
        values_ += values;
        return values_ <= limits_.values ||
               fail(fmt::format("more than {} values", limits_.values));
    }

    // The node whose first event is the current one; ends at its last event.
    bool read_node(Built& out) {
        const auto& event = events_.event();
        if (event.type == YAML_ALIAS_EVENT)
            return read_alias(out, text_of(event.data.alias.anchor));
        if (!count(1)) return false;
        std::string anchor;  // a second one of the same name is refused, as in PyYAML
        bool read = false;
        switch (event.type) {
            case YAML_SCALAR_EVENT:
                anchor = text_of(event.data.scalar.anchor);
                read = is_new(anchor) && read_scalar(out);
                break;
            case YAML_SEQUENCE_START_EVENT:
                anchor = text_of(event.data.sequence_start.anchor);
                read = enter(anchor) && read_sequence(out);
                --depth_;
                break;
            case YAML_MAPPING_START_EVENT:
                anchor = text_of(event.data.mapping_start.anchor);
                read = enter(anchor) && read_mapping(out);
                --depth_;
                break;
            default:
                return fail("an unexpected event");
        }
        if (!read || anchor.empty()) return read;
        if (!may_copy(out)) return false;
        anchors_.insert_or_assign(anchor, out);
        return true;
    }

    // To keep what has an anchor is a copy too.
    bool may_copy(const Built& node) {
        constexpr std::size_t kMostCopied = 1'000'000;
        copied_ += node.values;
        copied_bytes_ += node.bytes;
        return (copied_ <= kMostCopied && copied_bytes_ <= limits_.expanded_bytes) ||
               fail("aliases stand for too much");
    }

    bool is_new(const std::string& anchor) {
        return anchor.empty() || !anchors_.contains(anchor) ||
               fail(fmt::format("two anchors {}", quoted_repr(anchor.substr(0, 60))));
    }

    bool enter(const std::string& anchor) {
        if (!is_new(anchor)) return ++depth_, false;
        if (!anchor.empty()) anchors_.insert_or_assign(anchor, std::nullopt);
        return ++depth_ <= limits_.depth || fail(fmt::format("depth over {}", limits_.depth));
    }

    bool read_alias(Built& out, std::string_view name) {
        const auto found = anchors_.find(name);
        if (found == anchors_.end()) return fail(fmt::format("alias {} of nothing", name));
        if (!found->second) return fail(fmt::format("alias {} within itself", name));
        if (!may_copy(*found->second)) return false;
        out = *found->second;
        return true;
    }

    bool read_scalar(Built& out) {
        const auto& scalar = events_.event().data.scalar;
        const std::string_view text(reinterpret_cast<const char*>(scalar.value), scalar.length);
        auto tag = YamlTag::Text;
        if (scalar.plain_implicit) {
            tag = yaml_tag_of_plain(text);
        } else if (!scalar.quoted_implicit && !tag_of_scalar(text_of(scalar.tag), tag)) {
            return fail(unknown_tag(text_of(scalar.tag)));
        }
        if (tag == YamlTag::Merge) return out.kind = Kind::Merge, true;
        if (tag == YamlTag::Value) return fail("a plain '='");
        auto value = yaml_value(tag, text);
        if (!value) return fail(fmt::format("{} is no value of its tag", shown(text)));
        out.value = *std::move(value);
        out.bytes = text.size();
        return true;
    }

    static std::string shown(std::string_view text) { return quoted_repr(text.substr(0, 60)); }
    static std::string unknown_tag(std::string_view tag) {
        return fmt::format("could not determine a constructor for the tag {}", shown(tag));
    }

    static bool tag_of_scalar(std::string_view name, YamlTag& tag) {
        static constexpr std::pair<std::string_view, YamlTag> kTags[] = {
            {"null", YamlTag::Null},
            {"bool", YamlTag::Bool},
            {"int", YamlTag::Int},
            {"float", YamlTag::Float},
            {"timestamp", YamlTag::Timestamp},
            {"binary", YamlTag::Binary},
            {"str", YamlTag::Text},
        };
        if (!name.starts_with(kYamlTags)) return false;
        name.remove_prefix(kYamlTags.size());
        for (const auto& [known, meaning] : kTags)
            if (known == name) return tag = meaning, true;
        return false;
    }

    static void add_cost(Built& to, const Built& part) {
        to.values += part.values;
        to.bytes += part.bytes;
    }

    bool read_sequence(Built& out) {
        const auto tag = std::string(text_of(events_.event().data.sequence_start.tag));
        const auto is = [&](std::string_view name) {
            return tag.starts_with(kYamlTags) &&
                   std::string_view(tag).substr(kYamlTags.size()) == name;
        };
        const bool pairs = is("omap") || is("pairs");
        if (!tag.empty() && tag != "!" && !is("seq") && !pairs) return fail(unknown_tag(tag));
        out.kind = Kind::List;
        out.value = Json::array();
        out.of_dicts = !pairs;
        auto& list = out.value.get_ref<Json::array_t&>();
        while (events_.next()) {
            if (events_.event().type == YAML_SEQUENCE_END_EVENT) return true;
            Built item;
            if (!read_node(item)) return false;
            if (item.kind == Kind::Merge) return fail("a merge key that is no key");
            if (pairs && !as_pair(item)) return fail("an ordered map of what are no pairs");
            add_cost(out, item);
            out.of_dicts = out.of_dicts && item.kind == Kind::Dict;
            list.push_back(std::move(item.value));
        }
        return false;
    }

    // {key: value} → [key, value]
    static bool as_pair(Built& item) {
        if (item.kind != Kind::Dict || item.value.size() != 1) return false;
        auto& [name, value] = item.value.get_ref<Json::object_t&>().front();
        item.value = Json::array({name, std::move(value)});
        return true;
    }

    bool read_mapping(Built& out) {
        const auto tag = std::string(text_of(events_.event().data.mapping_start.tag));
        const bool set = tag == std::string(kYamlTags) + "set";
        if (!tag.empty() && tag != "!" && !set && tag != std::string(kYamlTags) + "map")
            return fail(unknown_tag(tag));
        YamlMembers merged, own;
        while (events_.next()) {
            if (events_.event().type == YAML_MAPPING_END_EVENT) {
                finish(out, std::move(merged), std::move(own), set);
                return true;
            }
            Built key, value;
            if (!read_key(key) || !events_.next() || !read_node(value)) return false;
            add_cost(out, key);
            add_cost(out, value);
            if (key.kind == Kind::Merge) {
                if (!merge(merged, value)) return false;
                continue;
            }
            if (value.kind == Kind::Merge) return fail("a merge key that is no key");
            own.emplace_back(key.value.get_ref<std::string&>(), std::move(value.value));
        }
        return false;
    }

    bool read_key(Built& key) {
        const auto& event = events_.event();
        const bool equals = event.type == YAML_SCALAR_EVENT && event.data.scalar.plain_implicit &&
                            text_of(event.data.scalar.value) == "=";
        if (equals) return key.value = "=", true;
        if (!read_node(key)) return false;
        if (key.kind == Kind::Merge || key.value.is_string()) return true;
        // As json.dumps writes such keys.
        const bool plain = key.kind == Kind::Scalar && !key.value.is_object();
        if (!plain) return fail("a key that is neither text nor number");
        key.value = to_json_text(key.value);
        return true;
    }

    // "<<": what is merged stands before the mapping's own members, which win.
    bool merge(YamlMembers& to, const Built& from) {
        const auto add = [&](const Json& dict) {
            for (const auto& [name, value] : dict.get_ref<const Json::object_t&>())
                to.emplace_back(name, value);
        };
        if (from.kind == Kind::Dict && from.value.is_object()) return add(from.value), true;
        if (!from.of_dicts) return fail("a merge of what is no mapping");
        const auto& list = from.value.get_ref<const Json::array_t&>();
        std::for_each(list.rbegin(), list.rend(), add);
        return true;
    }

    static void finish(Built& out, YamlMembers merged, YamlMembers own, bool set) {
        merged.insert(
            merged.end(), std::make_move_iterator(own.begin()), std::make_move_iterator(own.end())
        );
        drop_doubles(merged);
        out.kind = set ? Kind::List : Kind::Dict;
        out.value = set ? Json::array() : Json::object();
        for (auto& [name, value] : merged) {
            if (set) {
                out.value.push_back(std::move(name));
            } else {
                out.value.get_ref<Json::object_t&>().emplace_back(
                    std::move(name), std::move(value)
                );
            }
        }
    }

    YamlEvents events_;
    const WireLimits limits_;
    std::map<std::string, std::optional<Built>, std::less<>> anchors_;  // none: still open
    std::size_t depth_ = 0, values_ = 0, copied_ = 0, copied_bytes_ = 0;
    std::optional<Malformed> wrong_;
};

}  // namespace

std::variant<Json, Malformed> read_yaml(std::string_view text, const WireLimits& limits) {
    return YamlReader(text, limits).read();
}

char first_sign_of_yaml(std::string_view text) {
    YamlEvents events(text);
    for (int i = 0; i < 3; ++i)  // the stream, the document, its first node
        if (!events.next()) return '\0';
    const auto type = events.event().type;
    return type == YAML_SEQUENCE_START_EVENT ? '[' : type == YAML_MAPPING_START_EVENT ? '{' : '\0';
}

}  // namespace taskworker

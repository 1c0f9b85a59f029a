#include "ledger/chord_survey.hpp"

#include <charconv>
#include <chrono>

#include "backend/open_backend.hpp"
#include "backend/result_keys.hpp"
#include "canvas/signature_json.hpp"
#include "message/python_json.hpp"
#include "message/serializer.hpp"
#include "redis/connection.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

std::size_t count_in(const redis::Reply& reply) {
    std::size_t count = 0;
    const auto& text = reply.text;
    if (!reply.nil()) std::from_chars(text.data(), text.data() + text.size(), count);
    return count;
}

void ids_in(const Json& tree, std::vector<std::string>& into) {
    if (!tree.is_array() || tree.size() != 2) return;
    if (tree[1].is_array()) {
        for (const auto& child : tree[1]) ids_in(child, into);
    } else if (tree[0].is_array() && !tree[0].empty()) {
        into.push_back(canvas::text_or(tree[0][0], ""));
    }
}

class ChordSurvey {
public:
    ChordSurvey(const Settings& settings, std::string group)
        : keys_(settings),
          group_(std::move(group)),
          key_(keys_.group(group_)),
          connection_(result_server(settings)) {}

    std::optional<ChordView> look() {
        const auto due = connection_.call("ZSCORE", keys_.chords(), group_);
        const auto parts = due.nil() ? key_ + ".j" : keys_.chords() + ":" + group_;
        read_parts(parts);
        if (due.nil()) {
            const auto size = connection_.call("GET", key_ + ".s");
            if (!size.nil()) view_.size = count_in(size);
            view_.grown = count_in(connection_.call("GET", key_ + ".t"));
        } else {
            view_.size = count_in(connection_.call("HGET", keys_.chords() + ".sizes", group_));
            const auto owner = connection_.call("HGET", keys_.chords() + ".owners", group_);
            view_.finishing = owner.nil() ? "nobody" : owner.text;
            const auto now = std::chrono::system_clock::now().time_since_epoch();
            view_.due_in = due.number() - std::chrono::duration<double>(now).count();
        }
        read_saved();
        if (view_.parts.empty() && !view_.size && view_.expected.empty()) return std::nullopt;
        return std::move(view_);
    }

private:
    std::optional<Json> value_of(const std::string& text) {
        const auto read = deserialize(keys_.serializer, text, {});
        const auto* value = std::get_if<Json>(&read);
        return value ? std::optional(*value) : std::nullopt;
    }

    void read_parts(const std::string& key) {
        const auto step = keys_.chord_ordered ? 2u : 1u;
        const auto list = keys_.chord_ordered ? connection_.call("ZRANGE", key, 0, -1, "WITHSCORES")
                                              : connection_.call("LRANGE", key, 0, -1);
        for (std::size_t i = 0; i < list.items.size(); i += step) {
            const auto part = value_of(list.items[i].text);
            if (!part || !part->is_array() || part->size() != 4) continue;
            ChordView::Part counted{
                canvas::text_or((*part)[1], "?"), canvas::text_or((*part)[2], "?"), std::nullopt};
            if (step == 2 && i + 1 < list.items.size()) {
                const auto score = list.items[i + 1].number();
                if (score >= 0 && score < 2e9) counted.index = static_cast<int>(score);
            }
            view_.parts.push_back(std::move(counted));
        }
    }

    void read_saved() {
        const auto saved = connection_.call("GET", key_);
        if (saved.nil()) return;
        const auto document = value_of(saved.text);
        if (document) ids_in(canvas::member(*document, "result"), view_.expected);
    }

    const ResultKeys keys_;
    const std::string group_, key_;
    redis::Connection connection_;
    ChordView view_;
};

}  // namespace

std::optional<ChordView> look_at_chord(const Settings& settings, const std::string& group) {
    try {
        return ChordSurvey(settings, group).look();
    } catch (const redis::RedisError& error) {
        throw BackendError(error.what());
    }
}

}  // namespace taskworker

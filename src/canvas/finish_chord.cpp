#include "canvas/finish_chord.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/iso_time.hpp"
#include "message/python_json.hpp"
#include "message/python_repr.hpp"

namespace taskworker {

using namespace canvas;

namespace {

struct Part {
    std::string id, state;
    Json result;
};

bool propagates(const std::string& state) { return state == "FAILURE" || state == "REVOKED"; }

std::optional<Json> parsed(std::string_view text) {
    auto read = parse_json(text);
    if (auto* value = std::get_if<Json>(&read)) return std::move(*value);
    return std::nullopt;
}

// A failure as the parts and documents carry it.
Failure failure_in(const Json& value) {
    Failure failure;
    failure.type = text_or(member(value, "exc_type"), "Exception");
    failure.module = text_or(member(value, "exc_module"), "builtins");
    failure.args = as_list(member(value, "exc_message"));
    failure.message = exception_text(failure.type, failure.args);
    return failure;
}

// Every part once: of what is there twice, the success.
std::vector<Part> parts_in(const TakenChord& chord) {
    std::vector<Part> parts;
    std::unordered_map<std::string, std::size_t> places;
    for (const auto& text : chord.parts) {
        auto value = parsed(text);
        if (!value || !value->is_array() || value->size() != 4) continue;
        Part part{text_or((*value)[1], ""), text_or((*value)[2], ""), std::move((*value)[3])};
        const auto [place, is_new] = places.emplace(part.id, parts.size());
        if (is_new) {
            parts.push_back(std::move(part));
        } else if (parts[place->second].state != "SUCCESS") {
            parts[place->second] = std::move(part);
        }
    }
    return parts;
}

// A header's results as a value, or why there is none.
struct Joined {
    Json value;
    std::optional<std::string> error;  // the text of the ChordError
    std::optional<Failure> cause;
    bool pending = false;
};

Joined joined_flat(std::vector<Part> parts) {
    Joined joined{Json::array(), {}, {}};
    for (auto& part : parts) {
        if (propagates(part.state)) {
            joined.cause = failure_in(part.result);
            joined.error = "Dependency " + part.id + " raised " + python_repr(*joined.cause);
            return joined;
        }
        joined.value.push_back(std::move(part.result));
    }
    return joined;
}

// Walks the tree of a saved header: [[id, parent], children or null].
class TreeJoin {
public:
    TreeJoin(const TakenChord& chord, std::vector<Part> parts) : chord_(chord) {
        for (auto& part : parts) {
            const auto id = part.id;
            parts_.emplace(id, std::move(part));
        }
    }

    // Groups before tasks (backends/asynchronous.py: iter_native): of several failures the first
    // one that is met counts.
    Json value_of(const Json& node) {
        if (!node.is_array() || node.size() != 2) return nullptr;
        if (!is_group(node)) return leaf(text_or(member_at(node[0], 0), ""));
        const auto& children = node[1].get_ref<const Json::array_t&>();
        Json::array_t list(children.size());
        for (const bool groups : {true, false})
            for (std::size_t i = 0; i < children.size() && !cause; ++i)
                if (is_group(children[i]) == groups) list[i] = value_of(children[i]);
        return list;
    }

    std::optional<Failure> cause;
    std::string culprit;  // the part that the cause is of
    bool pending = false;

private:
    static bool is_group(const Json& node) {
        return node.is_array() && node.size() == 2 && node[1].is_array();
    }

    static const Json& member_at(const Json& list, std::size_t i) {
        static const Json kNone;
        return list.is_array() && list.size() > i ? list[i] : kNone;
    }

    Json leaf(const std::string& id) {
        if (const auto part = parts_.find(id); part != parts_.end())
            return ended(id, part->second.state, part->second.result);
        const auto document = chord_.documents.find(id);
        const auto record =
            document == chord_.documents.end() ? std::nullopt : decode_result(document->second);
        if (!record || (record->status != "SUCCESS" && !propagates(record->status))) {
            pending = true;
            return nullptr;
        }
        return ended(id, record->status, parsed(record->result).value_or(nullptr));
    }

    Json ended(const std::string& id, const std::string& state, const Json& result) {
        if (!propagates(state)) return result;
        if (!cause) culprit = id;
        if (!cause) cause = failure_in(result);
        return nullptr;
    }

    const TakenChord& chord_;
    std::unordered_map<std::string, Part> parts_;
};

Failure timeout() {
    Failure failure;
    failure.type = "TimeoutError";
    failure.module = "celery.exceptions";
    failure.args = Json::array({"The operation timed out."});
    failure.message = "The operation timed out.";
    return failure;
}

Joined joined_tree(const TakenChord& chord, std::vector<Part> parts) {
    const auto saved = parsed(*chord.saved).value_or(nullptr);
    TreeJoin tree(chord, std::move(parts));
    Joined joined{tree.value_of(member(saved, "result")), {}, {}};
    joined.pending = tree.pending && !tree.cause;
    joined.cause = std::move(tree.cause);
    if (joined.cause)
        joined.error = (chord.polled ? "Dependency " + tree.culprit + " raised " : "Join error: ") +
                       python_repr(*joined.cause);
    return joined;
}

Failure chord_error(const std::string& text) {
    Failure failure;
    failure.type = "ChordError";
    failure.module = "celery.exceptions";
    failure.args = Json::array({text});
    failure.message = text;
    failure.traceback =
        "Traceback (most recent call last):\ncelery.exceptions.ChordError: " + text + "\n";
    return failure;
}

// Where a body ends: the signature that carries its place in another chord.
const Json& end_of(const Json& body) {
    if (kind_of(body) == Kind::Chain && !members(body).empty()) return end_of(members(body).back());
    if (kind_of(body) == Kind::Chord && body.at("kwargs").at("body").is_object())
        return end_of(body.at("kwargs").at("body"));
    return body;
}

// The body that will not run, as it is seen from outside.
class BodyFailure {
public:
    BodyFailure(const Json& body, const CurrentTask& part, const Moment& moment)
        : body_(body), part_(part), moment_(moment) {}

    ChordEnd end(const std::string& text, const std::optional<Failure>& cause) && {
        end_.error = text;
        const auto error = chord_error(text);
        if (kind_of(body_) == Kind::Group) {
            fail_group(cause ? *cause : error);
        } else {
            fail(text_or(option(body_, "task_id"), ""), error);
            tell_outer_chord(error);
        }
        return std::move(end_);
    }

private:
    void fail(const std::string& id, const Failure& failure) {
        if (id.empty()) return;
        call_errbacks(id, failure);
        ResultRecord record;
        record.id = id;
        record.status = "FAILURE";
        record.result = encode_failure(failure);
        record.children = "null";
        record.traceback = failure.traceback;
        if (record.traceback->empty()) record.traceback = chord_error(failure.message).traceback;
        record.date_done = format_iso_time(moment_.now);
        end_.store.push_back(std::move(record));
    }

    // Every member fails with what the header failed with (base.py: _handle_group_chord_error).
    void fail_group(const Failure& failure) {
        Expander expander(moment_, part_);
        auto group = body_;
        const auto frozen = expander.freeze(group, {});
        for (const auto& member : frozen->children) fail(member->id, failure);
        fail(frozen->id, failure);
    }

    void call_errbacks(const std::string& id, const Failure& failure) {
        const auto split = errbacks_of(option(body_, "link_error"), moment_);
        auto told = failure;
        told.traceback.clear();  // nothing was raised where they run; Celery passes None
        for (const auto& errback : split.here)
            end_.errbacks.push_back({errback, id, body_.at("task").get<std::string>(), told});
        auto sent = send_errbacks(split.sent, {id, id, part_.priority}, moment_);
        if (auto* dispatch = std::get_if<Dispatch>(&sent)) {
            auto& all = end_.dispatch;
            std::move(
                dispatch->messages.begin(),
                dispatch->messages.end(),
                std::back_inserter(all.messages)
            );
            std::move(
                dispatch->writes.begin(), dispatch->writes.end(), std::back_inserter(all.writes)
            );
        }
    }

    // Celery leaves the outer chord waiting for ever; we do not.
    void tell_outer_chord(const Failure& failure) {
        const auto& last = end_of(body_);
        const auto& chord = option(last, "chord");
        const auto group = text_or(option(last, "group_id"), "");
        const auto id = text_or(option(last, "task_id"), "");
        if (!chord.is_object() || group.empty() || id.empty()) return;
        const auto& index = option(last, "group_index");
        ChordPart part;
        part.group_id = group;
        if (index.is_number_integer() && index >= 0 && index < 2'000'000'000)
            part.index = index.get<int>();
        part.task_id = id;
        part.state = "FAILURE";
        part.result = encode_failure(failure);
        part.note = chord_note(chord, {id, part_.root_id, part_.priority});
        end_.parts.push_back(std::move(part));
    }

    const Json& body_;
    const CurrentTask& part_;
    const Moment& moment_;
    ChordEnd end_;
};

void find_ids(const Json& node, std::vector<std::string>& ids) {
    if (!node.is_array() || node.size() != 2) return;
    if (node[1].is_array()) {
        for (const auto& child : node[1]) find_ids(child, ids);
    } else if (node[0].is_array() && !node[0].empty()) {
        ids.push_back(text_or(node[0][0], ""));
    }
}

// Throws EncodeError.
ChordEnd with_messages(ChordEnd end) {
    end.publish = outgoing(end.dispatch.messages);
    return end;
}

ChordEnd send_body(const Json& body, Json results, const CurrentTask& part, const Moment& moment) {
    Failure failure;
    try {
        Expander expander(moment, part);
        expander.apply(body, Json::array({std::move(results)}));
        return with_messages({.dispatch = expander.take()});
    } catch (const CanvasError& error) {
        failure = failure_of(error);
    } catch (const EncodeError& error) {  // a result that the body's serializer has no form for
        failure = failure_of(CanvasError(error.what(), "EncodeError"));
    }
    return with_messages(
        BodyFailure(body, part, moment).end("Callback error: " + python_repr(failure), std::nullopt)
    );
}

}  // namespace

std::string chord_note(const Json& body, const CurrentTask& part) {
    auto note = Json::object();
    note["id"] = part.id;
    note["root"] = part.root_id;
    note["priority"] = part.priority;
    note["body"] = body;
    return to_json_text(note);
}

std::vector<std::string> missing_results(const TakenChord& chord) {
    std::vector<std::string> ids;
    if (!chord.saved) return ids;
    const auto saved = parsed(*chord.saved).value_or(nullptr);
    find_ids(member(saved, "result"), ids);
    std::unordered_set<std::string> known;
    for (auto& part : parts_in(chord)) known.insert(std::move(part.id));
    std::erase_if(ids, [&](const std::string& id) { return id.empty() || known.contains(id); });
    return ids;
}

ChordFinish finish_chord(const TakenChord& chord, bool patient, const Moment& moment) {
    const auto note = parsed(chord.note).value_or(nullptr);
    const CurrentTask part{
        text_or(member(note, "id"), ""),
        text_or(member(note, "root"), ""),
        member(note, "priority").is_number_integer() ? member(note, "priority").get<int>() : 0};
    auto parts = parts_in(chord);
    if (parts.size() < chord.size) return ChordIncomplete{};
    ChordEnd broken;
    try {
        const auto body = read(member(note, "body"));
        auto joined =
            chord.saved ? joined_tree(chord, std::move(parts)) : joined_flat(std::move(parts));
        if (joined.pending && patient) return ChordPending{};
        if (joined.pending) {
            joined.cause = timeout();
            joined.error = "Join error: " + python_repr(*joined.cause);
        }
        if (joined.error)
            return with_messages(BodyFailure(body, part, moment).end(*joined.error, joined.cause));
        return send_body(body, std::move(joined.value), part, moment);
    } catch (const CanvasError& error) {
        broken.error = std::string("its body cannot be read: ") + error.what();
    } catch (const EncodeError& error) {
        broken.error = error.what();
    }
    return broken;
}

}  // namespace taskworker

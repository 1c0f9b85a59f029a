#include "message/json_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "base/utf8.hpp"

namespace taskworker {

// Sorting keeps hostile objects from being quadratic; no hash that a sender could aim at.
void drop_doubles(std::vector<std::pair<std::string, Json>>& members) {
    if (members.size() < 2) return;
    std::vector<std::uint32_t> order(members.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
        return members[a].first < members[b].first;
    });
    std::vector<bool> dead(members.size());
    for (std::size_t i = 1, first = 0; i < order.size(); ++i) {
        if (members[order[i]].first == members[order[first]].first) {
            members[order[first]].second = std::move(members[order[i]].second);
            dead[order[i]] = true;
        } else {
            first = i;
        }
    }
    std::size_t to = 0;
    for (std::size_t from = 0; from < members.size(); ++from) {
        if (dead[from]) continue;
        if (to != from) members[to] = std::move(members[from]);
        ++to;
    }
    members.resize(to);
}

bool JsonBuilder::fail(std::string why) {
    if (!wrong_) wrong_ = Malformed{std::move(why)};
    return false;
}

bool JsonBuilder::count() {
    if (++values_ <= limits_.values) return true;
    return fail(fmt::format("more than {} values", limits_.values));
}

bool JsonBuilder::put(Json value) {
    if (open_.empty()) {
        if (whole_) return fail("more than one value");
        whole_ = std::move(value);
        return true;
    }
    auto& level = open_.back();
    if (level.value.is_array()) {
        level.value.get_ref<Json::array_t&>().push_back(std::move(value));
    } else {
        level.members.emplace_back(std::move(level.key), std::move(value));
    }
    return true;
}

bool JsonBuilder::value(Json value) { return count() && put(std::move(value)); }

bool JsonBuilder::text(std::string text) {
    if (!is_strict_utf8(text)) return fail("a text that is not UTF-8");
    return value(std::move(text));
}

bool JsonBuilder::key(std::string name) {
    if (!is_strict_utf8(name)) return fail("a key that is not UTF-8");
    open_.back().key = std::move(name);
    return true;
}

bool JsonBuilder::begin(Json value) {
    if (open_.size() >= limits_.depth) return fail(fmt::format("depth over {}", limits_.depth));
    if (!count()) return false;
    open_.push_back({std::move(value)});
    return true;
}
bool JsonBuilder::begin_array() { return begin(Json::array()); }
bool JsonBuilder::begin_object() { return begin(Json::object()); }

bool JsonBuilder::end() {
    auto level = std::move(open_.back());
    open_.pop_back();
    if (level.value.is_object()) {
        drop_doubles(level.members);
        auto& object = level.value.get_ref<Json::object_t&>();
        object.reserve(level.members.size());
        for (auto& [name, value] : level.members)
            object.emplace_back(std::move(name), std::move(value));
    }
    return put(std::move(level.value));
}

std::variant<Json, Malformed> JsonBuilder::take() && {
    if (wrong_) return *wrong_;
    if (!whole_) return Malformed{"nothing"};
    return std::variant<Json, Malformed>(std::in_place_index<0>, *std::move(whole_));
}

}  // namespace taskworker

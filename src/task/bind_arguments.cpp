#include "task/bind_arguments.hpp"

#include <algorithm>
#include <optional>

#include "task/python_type.hpp"

namespace taskworker {
namespace {

using Kind = Parameter::Kind;

std::string count(std::size_t n) { return std::to_string(n); }
std::string plural(std::size_t n) { return n == 1 ? "" : "s"; }

// One call while it is bound. `values[i]` is empty as long as parameter i has got nothing.
class Binding {
public:
    explicit Binding(const TaskDef& task) : task_(task), values_(task.parameters.size()) {
        for (const auto& parameter : task.parameters)
            plain_ += parameter.kind == Kind::Plain ? 1u : 0u;
    }

    std::optional<std::string> bind(const Json& args, const Json& kwargs) {
        if (!args.is_array()) return unpacking_error("* must be an iterable", args);
        if (!kwargs.is_object()) return unpacking_error("** must be a mapping", kwargs);
        take_positional(args);
        if (auto wrong = take_keywords(kwargs)) return wrong;
        if (args.size() > plain_ && !args_) return too_many(args.size());
        if (auto wrong = missing(Kind::Plain, "positional")) return wrong;
        return missing(Kind::KeywordOnly, "keyword-only");
    }

    std::vector<Json> values() && {
        std::vector<Json> bound;
        bound.reserve(values_.size());
        for (std::size_t i = 0; i < values_.size(); ++i) {
            bound.push_back(values_[i] ? std::move(*values_[i]) : task_.parameters[i].fallback);
        }
        return bound;
    }

private:
    std::string function() const { return task_.name.substr(task_.name.rfind('.') + 1); }

    std::string unpacking_error(const std::string& rule, const Json& got) const {
        return task_.name + "() argument after " + rule + ", not " + std::string(python_type(got));
    }

    void take_positional(const Json& args) {
        std::size_t next = 0;
        for (std::size_t i = 0; i < values_.size(); ++i) {
            const auto kind = task_.parameters[i].kind;
            if (kind == Kind::Plain && next < args.size()) values_[i] = args[next++];
            if (kind == Kind::Args) args_ = i;
        }
        if (!args_) return;
        auto& rest = values_[*args_].emplace(Json::array());
        for (; next < args.size(); ++next) rest.push_back(args[next]);
    }

    std::optional<std::string> take_keywords(const Json& kwargs) {
        Json::object_t* rest = nullptr;
        for (std::size_t i = 0; i < values_.size(); ++i) {
            if (task_.parameters[i].kind != Kind::Kwargs) continue;
            rest = &values_[i].emplace(Json::object()).get_ref<Json::object_t&>();
        }
        for (const auto& [name, value] : kwargs.get_ref<const Json::object_t&>()) {
            const auto i = find(name);
            if (i == values_.size()) {
                if (rest == nullptr)
                    return function() + "() got an unexpected keyword argument '" + name + "'";
                rest->emplace_back(name, value);  // the names are unique already: no search
            } else if (values_[i]) {
                return function() + "() got multiple values for argument '" + name + "'";
            } else {
                values_[i] = value;
            }
        }
        return std::nullopt;
    }

    std::size_t find(const std::string& name) const {
        std::size_t i = 0;
        for (; i < values_.size(); ++i) {
            const auto& parameter = task_.parameters[i];
            const bool named = parameter.kind == Kind::Plain || parameter.kind == Kind::KeywordOnly;
            if (named && parameter.name == name) break;
        }
        return i;
    }

    std::string too_many(std::size_t given) const {
        std::size_t least = 0, only_keywords = 0;
        for (std::size_t i = 0; i < values_.size(); ++i) {
            const auto& parameter = task_.parameters[i];
            if (parameter.kind == Kind::Plain && parameter.required) ++least;
            if (parameter.kind == Kind::KeywordOnly && values_[i]) ++only_keywords;
        }
        const bool range = least != plain_;
        std::string text =
            function() + "() takes " +
            (range ? "from " + count(least) + " to " + count(plain_) : count(plain_)) +
            " positional argument" + (range ? "s" : plural(plain_)) + " but " + count(given);
        if (only_keywords != 0) {
            text += " positional argument" + plural(given) + " (and " + count(only_keywords) +
                    " keyword-only argument" + plural(only_keywords) + ")";
        }
        return text + (given == 1 && only_keywords == 0 ? " was given" : " were given");
    }

    std::optional<std::string> missing(Kind kind, std::string_view word) const {
        std::vector<std::string> names;
        for (std::size_t i = 0; i < values_.size(); ++i) {
            const auto& parameter = task_.parameters[i];
            if (parameter.kind == kind && parameter.required && !values_[i])
                names.push_back(parameter.name);
        }
        if (names.empty()) return std::nullopt;
        std::string list;
        for (std::size_t i = 0; i < names.size(); ++i) {
            const bool last = i + 1 == names.size();
            if (i != 0) list += names.size() == 2 ? " and " : last ? ", and " : ", ";
            list += "'" + names[i] + "'";
        }
        return function() + "() missing " + count(names.size()) + " required " + std::string(word) +
               " argument" + plural(names.size()) + ": " + list;
    }

    const TaskDef& task_;
    std::vector<std::optional<Json>> values_;
    std::optional<std::size_t> args_;
    std::size_t plain_ = 0;
};

}  // namespace

std::variant<std::vector<Json>, BindError> bind_arguments(
    const TaskDef& task, const Json& args, const Json& kwargs
) {
    Binding binding(task);
    if (auto why = binding.bind(args, kwargs)) return BindError{*std::move(why)};
    return std::move(binding).values();
}

}  // namespace taskworker

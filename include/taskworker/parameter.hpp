#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <stdexcept>
#include <string_view>
#include <type_traits>
#include <utility>

#include "taskworker/convert.hpp"
#include "taskworker/export.hpp"
#include "taskworker/json.hpp"
#include "taskworker/task_def.hpp"

// The parameters of a task: names, defaults, Python's *args, **kwargs and *.

namespace taskworker {

// ---- keyword arguments: "code"_arg = "1234" ----

template <std::size_t N>
struct Name {
    char text[N]{};
    constexpr Name(const char (&literal)[N]) {  // NOLINT: "code" is a name
        for (std::size_t i = 0; i < N; ++i) text[i] = literal[i];
    }
    constexpr std::string_view view() const { return {text, N - 1}; }
};

template <Name N, class T>
struct Keyword {
    T value;
    static constexpr std::string_view name = N.view();
    static constexpr const char* c_name = N.text;
};

template <Name N>
struct KeywordName {
    template <class T>
    constexpr auto operator=(T&& value) const {  // NOLINT: reads as a keyword argument
        return Keyword<N, std::decay_t<T>>{std::forward<T>(value)};
    }
};

namespace literals {
template <Name N>
constexpr KeywordName<N> operator""_arg() {
    return {};
}
}  // namespace literals

// ---- parameters ----

// *args and **kwargs of a task.
struct Args {
    Json list = Json::array();
    std::size_t size() const { return list.size(); }
    const Json& operator[](std::size_t i) const { return list[i]; }
    auto begin() const { return list.begin(); }
    auto end() const { return list.end(); }
};
struct Kwargs {
    Json dict = Json::object();
    const Json* find(std::string_view name) const { return detail::find_member(dict, name); }
};

// In a list of names: what comes behind can only be given by keyword.
struct KeywordOnly {};
inline constexpr KeywordOnly keyword_only{};

// One entry in a contract's list of names: a name, a name with its default, or keyword_only.
class ParameterSpec {
public:
    enum class Default { None, Null, Bool, Int, Float, Text };

    constexpr ParameterSpec() = default;
    constexpr ParameterSpec(const char* name) : name_(name) {}  // NOLINT: a list of names reads so
    constexpr ParameterSpec(KeywordOnly) : is_marker_(true) {}  // NOLINT
    template <Name N, class T>
    constexpr ParameterSpec(const Keyword<N, T>& given) : name_(Keyword<N, T>::name) {  // NOLINT
        set(given.value);
    }
    constexpr std::string_view name() const { return name_; }
    constexpr bool is_marker() const { return is_marker_; }
    constexpr Default kind() const { return kind_; }
    TASKWORKER_EXPORT Json fallback() const;  // the default as Json; null without one

private:
    template <class T>
    constexpr void set(const T& value) {
        if constexpr (std::same_as<T, bool>) {
            kind_ = Default::Bool, int_ = value ? 1 : 0;
        } else if constexpr (std::integral<T>) {
            kind_ = Default::Int, int_ = std::int64_t{value};
        } else if constexpr (std::floating_point<T>) {
            kind_ = Default::Float, float_ = value;
        } else if constexpr (std::same_as<T, std::nullopt_t> || std::same_as<T, std::nullptr_t>) {
            kind_ = Default::Null;
        } else {
            static_assert(
                std::convertible_to<T, std::string_view>,
                "a default is None (std::nullopt), a bool, an integer, a float or a text"
            );
            kind_ = Default::Text, text_ = value;
        }
    }
    std::string_view name_ = {};
    std::string_view text_ = {};
    std::int64_t int_ = 0;
    double float_ = 0;
    Default kind_ = Default::None;
    bool is_marker_ = false;
};

namespace detail {

template <class T>
inline constexpr bool is_keyword = false;
template <Name N, class T>
inline constexpr bool is_keyword<Keyword<N, T>> = true;

// Names that take up no place of their own in the types of a task.
template <class T>
inline constexpr bool is_variadic = std::same_as<T, Args> || std::same_as<T, Kwargs>;

// Throws std::logic_error; in a constant expression that is an error of the compiler.
constexpr void check_parameters(
    std::span<const ParameterSpec> specs,
    std::span<const Parameter::Kind> kinds,
    std::span<const bool> optional
) {
    using Kind = Parameter::Kind;
    bool behind_default = false;
    for (std::size_t i = 0; i < specs.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (specs[i].name() == specs[j].name())
                throw std::logic_error("two parameters of one name");
        }
        if (kinds[i] == Kind::Kwargs && i + 1 != specs.size()) {
            throw std::logic_error("tw::Kwargs must be the last parameter");
        }
        if (kinds[i] != Kind::Plain) continue;
        const bool required = !optional[i] && specs[i].kind() == ParameterSpec::Default::None;
        if (required && behind_default) {
            throw std::logic_error("a required parameter stands behind one that may be left out");
        }
        behind_default = behind_default || !required;
    }
}

// The specs of a task, one for each of its types, and the kinds that come of types and markers.
template <class... P>
struct ParameterTable {
    static constexpr std::size_t arity = sizeof...(P);
    std::array<ParameterSpec, arity> specs{};
    std::array<Parameter::Kind, arity> kinds{};

    constexpr ParameterTable(std::initializer_list<ParameterSpec> names) {
        constexpr std::array<bool, arity + 1> is_args{std::same_as<P, Args>..., false};
        constexpr std::array<bool, arity + 1> is_kwargs{std::same_as<P, Kwargs>..., false};
        constexpr std::array<bool, arity + 1> is_opt{is_optional<P>..., false};
        if (names.size() == 0 && (is_variadic<P> && ...)) {
            for (std::size_t i = 0; i < arity; ++i) specs[i] = is_args[i] ? "args" : "kwargs";
        }
        bool only_keywords = false;
        std::size_t at = 0;
        for (const ParameterSpec& spec : names) {
            if (spec.is_marker()) {
                only_keywords = true;
                continue;
            }
            if (at == arity) throw std::logic_error("more names than the task has parameters");
            if (only_keywords) kinds[at] = Parameter::Kind::KeywordOnly;
            specs[at++] = spec;
        }
        if (at != arity && !(is_variadic<P> && ...)) {
            throw std::logic_error("give each parameter of the task a name");
        }
        only_keywords = false;
        for (std::size_t i = 0; i < arity; ++i) {
            if (is_kwargs[i]) kinds[i] = Parameter::Kind::Kwargs;
            if (is_args[i]) kinds[i] = Parameter::Kind::Args;
            if (only_keywords && kinds[i] == Parameter::Kind::Plain) {
                kinds[i] = Parameter::Kind::KeywordOnly;  // Python's rule: behind *args
            }
            only_keywords = only_keywords || is_args[i];
        }
        check_parameters(specs, kinds, std::span(is_opt).first(arity));
    }
};

// Index of the parameter that a keyword names, or specs.size().
constexpr std::size_t find_parameter(std::span<const ParameterSpec> specs, std::string_view name) {
    std::size_t i = 0;
    while (i < specs.size() && specs[i].name() != name) ++i;
    return i;
}

[[noreturn]] TASKWORKER_EXPORT void refuse_call(
    std::string_view task, std::string_view argument, std::string_view why
);

}  // namespace detail
}  // namespace taskworker

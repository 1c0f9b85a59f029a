#pragma once

#include <concepts>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "taskworker/config.hpp"
#include "taskworker/convert.hpp"
#include "taskworker/task.hpp"

// How a body becomes what the worker calls: its types are erased here, once per task. Not for
// authors.

namespace taskworker {

class Context;

namespace detail {

// ---- the types of a body ----

template <class F>
struct Signatures;  // of a function: whether bound, result and parameters
template <class R, class... A>
struct Signatures<R(A...)> {
    static constexpr bool bound = false;
    using result = R;
    using parameters = std::tuple<A...>;
    using contract =
        std::conditional_t<std::is_convertible_v<R, const char*>, std::string, std::decay_t<R>>(
            std::decay_t<A>...
        );
};
template <class R, class... A>
struct Signatures<R(Context&, A...)> : Signatures<R(A...)> {
    static constexpr bool bound = true;
};

template <class Fn>
concept HasOneSignature = requires(Fn fn) {
    std::function{fn};
};

template <class Fn>
struct BodyTypes : Signatures<int()> {
    static_assert(
        HasOneSignature<Fn>,
        "a body is a function or a lambda whose parameters have types (no auto, no overloads)"
    );
};
template <class F>
struct BodyTypesOf;
template <class F>
struct BodyTypesOf<std::function<F>> : Signatures<F> {};
template <HasOneSignature Fn>
struct BodyTypes<Fn> : BodyTypesOf<decltype(std::function{std::declval<Fn>()})> {};

// ---- does it keep its contract? ----

// The type that is read for the contract's P and the body's B: std::optional<T> may arrive as T
// when the contract gives a default.
template <class P, class B>
using ReadAs = std::conditional_t<
    is_optional<P> && std::same_as<P, std::optional<std::remove_cvref_t<B>>>,
    std::remove_cvref_t<B>,
    P>;

template <class P, class B>
concept BodyTakes = std::same_as<std::remove_cvref_t<B>, ReadAs<P, B>> ||
    (!IsJson<P> && !is_variadic<P> && fits<std::remove_cvref_t<B>, P>() &&
     std::convertible_to<P, B>);
template <class B>
concept NotAMutableReference =
    !std::is_lvalue_reference_v<B> || std::is_const_v<std::remove_reference_t<B>>;

template <class R, class B>
concept BodyReturns = (std::is_void_v<R> && std::is_void_v<B>) ||
                      (!std::is_void_v<R> && !std::is_void_v<B> && (!IsJson<B> || IsJson<R>)&&[] {
                          if constexpr (std::is_void_v<R> || std::is_void_v<B>)
                              return false;
                          else
                              return fits<R, B>();
                      }());

// ---- erasure ----

struct ErasedBody {
    std::function<Json(Context&, std::vector<Json>&)> invoke;
    std::vector<bool> needs_value;  // the body takes no null where the contract says optional
    std::string signature;          // "(x: int, y: float | None = 1.0) -> str"
};

template <class T>
T take(Json& value, std::string_view name) {
    if constexpr (IsJson<T>) {
        return std::move(value);
    } else if constexpr (is_variadic<T>) {
        return T{std::move(value)};
    } else if constexpr (Text<T>) {
        read_string(value, Path(name));
        return std::move(value.template get_ref<std::string&>());
    } else {
        return from_json<T>(value, Path(name));
    }
}

template <class T>
std::string type_text();
template <class T>
std::string type_text_of_kind() {
    if constexpr (std::is_void_v<T> || std::same_as<T, std::nullptr_t>)
        return "None";
    else if constexpr (Bool<T>)
        return "bool";
    else if constexpr (std::integral<T>)
        return "int";
    else if constexpr (std::floating_point<T>)
        return "float";
    else if constexpr (Text<T> || std::is_enum_v<T>)
        return "str";
    else if constexpr (IsJson<T> || is_variant<T> || is_variadic<T>)
        return "Any";
    else if constexpr (is_optional<T>)
        return type_text<typename T::value_type>() + " | None";
    else if constexpr (Map<T>)
        return "dict[str, " + type_text<typename T::mapped_type>() + "]";
    else if constexpr (Sequence<T> || Set<T>)
        return "list[" + type_text<typename T::value_type>() + "]";
    else if constexpr (is_tuple<T> || is_std_array<T>)
        return "list";
    else
        return {};
}
TASKWORKER_EXPORT std::string class_name(const std::type_info& type);  // "shop.Order"

// A type as Python would call it.
template <class T>
std::string type_text() {
    auto text = type_text_of_kind<T>();
    return text.empty() ? class_name(typeid(T)) : text;
}
[[noreturn]] TASKWORKER_EXPORT void refuse_registration(
    std::string_view task, std::string_view why
);
using TypeText = std::string (*)();
TASKWORKER_EXPORT std::string signature_text(
    std::span<const ParameterSpec> specs, std::initializer_list<TypeText> types, TypeText result
);
TASKWORKER_EXPORT std::vector<std::string> names_of(std::span<const ParameterSpec> specs);

template <class R, class P, class B, bool Bound, class Fn>
struct Invoker;
template <class R, class... P, class... B, bool Bound, class Fn>
struct Invoker<R, std::tuple<P...>, std::tuple<B...>, Bound, Fn> {
    Fn body;
    std::vector<std::string> names;

    Json operator()(Context& context, std::vector<Json>& bound) const {
        return call(context, bound, std::index_sequence_for<P...>{});
    }
    template <std::size_t... I>
    Json
    call(Context& context, [[maybe_unused]] std::vector<Json>& bound, std::index_sequence<I...>)
        const {
        auto values = arguments(bound, std::index_sequence<I...>{});
        const auto run = [&]() -> decltype(auto) {
            if constexpr (Bound) {
                return std::invoke(body, context, std::get<I>(std::move(values))...);
            } else {
                static_cast<void>(context);
                return std::invoke(body, std::get<I>(std::move(values))...);
            }
        };
        if constexpr (std::is_void_v<R>) {
            run();
            return nullptr;
        } else {
            return argument<R>(run());
        }
    }
    template <std::size_t... I>
    std::tuple<ReadAs<P, B>...>
    arguments([[maybe_unused]] std::vector<Json>& bound, std::index_sequence<I...>) const {
        try {  // braces: from left to right, so that the first wrong argument is the one that is
               // named
            return std::tuple<ReadAs<P, B>...>{take<ReadAs<P, B>>(bound[I], names[I])...};
        } catch (const ConversionError& wrong) {
            throw BadArgument(wrong);
        }
    }
};

template <class R, class P, class B>
struct Contracted;
template <class R, class... P, class... B>
struct Contracted<R, std::tuple<P...>, std::tuple<B...>> {
    static constexpr bool takes = [] {
        if constexpr (sizeof...(P) == sizeof...(B))
            return (BodyTakes<P, B> && ...);
        else
            return true;
    }();
    static constexpr bool no_references = (NotAMutableReference<B> && ...);
    template <class Fn, bool Bound>
    static constexpr bool callable_as_const =
        Bound ? std::invocable<const Fn&, Context&, B...> : std::invocable<const Fn&, B...>;
    static std::vector<bool> needs_value() {
        return {(is_optional<P> && !is_optional<ReadAs<P, B>>)...};
    }
    static std::string text(std::span<const ParameterSpec> specs) {
        return signature_text(specs, {&type_text<P>...}, &type_text<R>);
    }
};

template <class R, class P, class Fn>
ErasedBody erase_body(Fn body, std::span<const ParameterSpec> specs) {
    using Types = BodyTypes<Fn>;
    using B = typename Types::parameters;
    using Fit = Contracted<R, P, B>;
    constexpr bool callable = HasOneSignature<Fn>;
    constexpr bool arity = std::tuple_size_v<P> == std::tuple_size_v<B>;
    constexpr bool returns = BodyReturns<R, typename Types::result>;
    static_assert(!callable || arity, "the body has not as many parameters as its contract");
    static_assert(!callable || Fit::takes, "a parameter of the body does not match its contract");
    static_assert(
        !callable || Fit::no_references, "a body takes its arguments by value or const reference"
    );
    static_assert(!callable || returns, "the result of the body does not match its contract");
    constexpr bool is_const = !callable || Fit::template callable_as_const<Fn, Types::bound>;
    static_assert(
        is_const, "a body is called from several threads: a mutable lambda cannot be one"
    );
    if constexpr (callable && arity && Fit::takes && Fit::no_references && returns && is_const) {
        return {
            Invoker<R, P, B, Types::bound, Fn>{std::move(body), names_of(specs)},
            Fit::needs_value(),
            Fit::text(specs)};
    } else {
        return {};
    }
}

// ---- resources ----

template <class T, class Factory>
std::shared_ptr<void> make_resource(const Factory& factory, const Settings& settings) {
    constexpr bool with_settings = std::invocable<const Factory&, const Settings&>;
    static_assert(
        with_settings || std::invocable<const Factory&>,
        "a resource's factory takes const tw::Settings& or nothing"
    );
    const auto make = [&]() -> decltype(auto) {
        if constexpr (with_settings)
            return factory(settings);
        else
            return factory();
    };
    using Made = std::remove_cvref_t<decltype(make())>;
    if constexpr (std::convertible_to<Made, std::shared_ptr<T>>) {
        std::shared_ptr<T> made = make();
        return made;
    } else {
        static_assert(
            std::same_as<Made, T>,
            "a resource's factory returns the resource, or a smart pointer to it"
        );
        return std::shared_ptr<T>(new T(make()));  // not make_shared: T need not be movable
    }
}

}  // namespace detail
}  // namespace taskworker

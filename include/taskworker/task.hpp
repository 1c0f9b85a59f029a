#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "taskworker/convert.hpp"
#include "taskworker/export.hpp"
#include "taskworker/json.hpp"
#include "taskworker/parameter.hpp"
#include "taskworker/signature.hpp"
#include "taskworker/task_def.hpp"

// The contract of a task: its name, its types and the names of its parameters. Producers and
// workers include the same contract; what does not fit does not compile.
//
//   inline constexpr tw::Task<std::string(std::string mobile, std::string code)> send_sms{
//       "shop.send_sms", {"mobile", "code"}, {.queue = "sms"}};
//
// A std::optional parameter may be left out. `"code"_arg = "0000"` in the list of names gives a
// parameter a default. tw::Args, tw::Kwargs and tw::keyword_only are Python's *args, **kwargs and
// *.

namespace taskworker {

namespace detail {

// May a From stand where a To is asked for? Nothing narrows, no bool is a number, no pointer a
// bool.
template <class To, class From>
consteval bool fits() {
    using F = std::decay_t<From>;
    if constexpr (std::same_as<F, To> || IsJson<F>) {
        return true;
    } else if constexpr (IsJson<To>) {
        return ToJson<F>;
    } else if constexpr (Bool<To>) {
        return false;
    } else if constexpr (std::is_arithmetic_v<To>) {
        if constexpr (!std::is_arithmetic_v<F> || Bool<F>) {
            return false;
        } else if constexpr (std::floating_point<To> && std::integral<F>) {
            return std::numeric_limits<F>::digits <= std::numeric_limits<To>::digits;
        } else {
            return requires(F from) { To{from}; };
        }
    } else if constexpr (is_optional<To>) {
        if constexpr (std::same_as<F, std::nullopt_t>) {
            return true;
        } else if constexpr (is_optional<F>) {
            return fits<typename To::value_type, typename F::value_type>();
        } else {
            return fits<typename To::value_type, From>();
        }
    } else if constexpr (Text<To>) {
        return std::convertible_to<F, std::string_view> && !std::same_as<F, std::nullptr_t>;
    } else if constexpr (std::convertible_to<F, To>) {
        return true;
    } else if constexpr ((Sequence<To> || Set<To>)&&(Sequence<F> || Set<F>)) {
        return fits<typename To::value_type, typename F::value_type>();
    } else {
        return false;
    }
}

template <class To, class From>
Json argument(From&& value) {
    using F = std::decay_t<From>;
    if constexpr (IsJson<F>) {
        return std::forward<From>(value);
    } else if constexpr (std::is_arithmetic_v<To> && std::is_arithmetic_v<F>) {
        return Json(static_cast<To>(value));  // 5 for a double goes out as 5.0
    } else if constexpr (std::same_as<F, std::nullopt_t>) {
        return Json(nullptr);
    } else if constexpr (Text<To>) {
        return Json(std::string(std::string_view(value)));
    } else if constexpr (!IsJson<To> && !is_optional<To> && std::convertible_to<F, To>) {
        return Json(static_cast<To>(std::forward<From>(value)));
    } else {
        return Json(std::forward<From>(value));
    }
}

}  // namespace detail

struct ContractOptions {
    std::string_view queue{};  // where producers send it; empty = routed as Celery does
};

// A typed name of a task. A constexpr value: put it into a header as `inline constexpr`.
template <class F>
class Task;

template <class R, class... P>
class Task<R(P...)> {
public:
    using result_type = R;
    using function_type = R(P...);
    static constexpr std::size_t arity = sizeof...(P);
    static_assert(
        (std::same_as<P, std::remove_cvref_t<P>> && ...),
        "the parameters of a contract are values: std::string, not const std::string&"
    );
    static_assert(
        ((detail::is_variadic<P> || FromJson<P>)&&...),
        "a parameter of this contract cannot come from JSON (convert.hpp)"
    );
    static_assert(
        std::is_void_v<R> || ToJson<R>,
        "the result of this contract cannot become JSON (convert.hpp)"
    );

    // Wrong lists of names (too few, one twice …) are refused by the compiler where the task is
    // constexpr.
    constexpr Task(
        std::string_view name,
        std::initializer_list<ParameterSpec> parameters = {},
        ContractOptions options = {}
    )
        : name_(name), table_(parameters), options_(options) {}

    constexpr std::string_view name() const { return name_; }
    constexpr std::string_view queue() const { return options_.queue; }
    constexpr std::span<const ParameterSpec> parameters() const { return table_.specs; }
    constexpr const detail::ParameterTable<P...>& table() const { return table_; }

    // A call with these arguments, or with the first of them: in a chain the result of the task
    // before comes in front. Arguments that do not fit do not compile. A keyword that the task does
    // not know, or whose value does not fit, throws std::invalid_argument; tw::call<task>(…)
    // refuses it at compile time.
    template <class... G>
    Call<R(P...), std::tuple<std::decay_t<G>...>, false> s(G&&... given) const {
        return make<false>(std::forward<G>(given)...);
    }
    // The same, immutable: takes no result of the task before it.
    template <class... G>
    Call<R(P...), std::tuple<std::decay_t<G>...>, true> si(G&&... given) const {
        return make<true>(std::forward<G>(given)...);
    }

    // Are these arguments all that the task needs, and no more? By types; names are not looked at.
    template <class... G>
    static consteval bool accepts() {
        return !too_many<G...>() && positional_fit<G...>() && required() <= sizeof...(G);
    }
    template <class... G>
    static consteval bool too_many() {
        constexpr bool args = (std::same_as<P, Args> || ...),
                       kwargs = (std::same_as<P, Kwargs> || ...);
        constexpr std::size_t plain = arity - (args ? 1 : 0) - (kwargs ? 1 : 0);
        return (!args && positional<G...>() > plain) || (!args && !kwargs && sizeof...(G) > plain);
    }
    template <class... G>
    static consteval bool positional_fit() {
        return fit_from<0, G...>();
    }
    template <class... G>
    static consteval std::size_t positional() {
        return (std::size_t{0} + ... + (detail::is_keyword<std::decay_t<G>> ? 0 : 1));
    }
    static consteval std::size_t required() {
        return (std::size_t{0} + ... + (detail::is_optional<P> || detail::is_variadic<P> ? 0 : 1));
    }
    // Does this keyword name a parameter, and may its value stand there?
    template <class K>
    constexpr bool knows() const {
        if constexpr (detail::is_keyword<K>) {
            using Value = decltype(K::value);
            constexpr std::array<bool, arity + 1> fit{keyword_fits<P, Value>()..., false};
            const auto i = detail::find_parameter(parameters(), K::name);
            return i < arity ? fit[i] : (std::same_as<P, Kwargs> || ...);
        } else {
            return true;
        }
    }

private:
    template <class To, class Value>
    static consteval bool keyword_fits() {
        if constexpr (detail::is_variadic<To>) {
            return false;
        } else {
            return detail::fits<To, Value>();
        }
    }
    // The type of the parameter that takes the positional argument I.
    template <std::size_t I>
    static consteval auto parameter() {
        constexpr std::array<bool, arity + 1> is_args{std::same_as<P, Args>..., false};
        constexpr bool behind_args = [] {
            for (std::size_t i = 0; i <= I && i < arity; ++i) {
                if (std::array<bool, arity + 1>{std::same_as<P, Args>..., false}[i]) return true;
            }
            return false;
        }();
        if constexpr (behind_args || I >= arity) {
            return std::type_identity<Json>{};
        } else {
            static_assert(!is_args[I]);
            return std::type_identity<std::tuple_element_t<I, std::tuple<P...>>>{};
        }
    }
    template <std::size_t I, class First, class... Rest>
    static consteval bool fit_from() {
        if constexpr (detail::is_keyword<std::decay_t<First>>) {
            return ((detail::is_keyword<std::decay_t<Rest>>)&&...);  // positional ones come first
        } else {
            using To = typename decltype(parameter<I>())::type;
            return !std::same_as<To, Kwargs> && detail::fits<To, First>() &&
                   fit_from<I + 1, Rest...>();
        }
    }
    template <std::size_t I>
    static consteval bool fit_from() {
        return true;
    }

    template <bool Immutable, class... G>
    auto make(G&&... given) const {
        static_assert(!too_many<G...>(), "more arguments than the task has parameters");
        static_assert(
            positional_fit<G...>(),
            "an argument does not fit its parameter (nothing narrows, a bool is no number, "
            "positional "
            "arguments come before keywords)"
        );
        Call<R(P...), std::tuple<std::decay_t<G>...>, Immutable> call;
        call.task = name_;
        call.immutable = Immutable;
        if (!options_.queue.empty()) call.options["queue"] = std::string(options_.queue);
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (put<I>(call, std::forward<G>(given)), ...);
        }
        (std::make_index_sequence<sizeof...(G)>{});
        return call;
    }
    template <std::size_t I, class T>
    void put(Signature& call, T&& value) const {
        using K = std::decay_t<T>;
        if constexpr (detail::is_keyword<K>) {
            const auto i = detail::find_parameter(parameters(), K::name);
            if (!knows<K>()) {
                detail::refuse_call(
                    name_, K::name, i < arity ? "wrong type" : "unexpected keyword argument"
                );
            }
            if (i < arity && i < call.args.size() && table_.kinds[i] == Parameter::Kind::Plain) {
                detail::refuse_call(name_, K::name, "multiple values");
            }
            call.kwargs[std::string(K::name)] = Json(std::forward<T>(value).value);
        } else {
            if (I < arity && table_.kinds[I] == Parameter::Kind::KeywordOnly) {
                detail::refuse_call(name_, table_.specs[I].name(), "must be given by keyword");
            }
            call.args.push_back(
                detail::argument<typename decltype(parameter<I>())::type>(std::forward<T>(value))
            );
        }
    }

    std::string_view name_;
    detail::ParameterTable<P...> table_;
    ContractOptions options_;
};

template <class R, class... P, class... G, bool Immutable>
struct Call<R(P...), std::tuple<G...>, Immutable> : TypedSignature<R> {
    static constexpr bool complete = Task<R(P...)>::template accepts<G...>();
    template <class Prev>
    static constexpr bool follows = Immutable ? complete
                                              : Task<R(P...)>::template accepts<Prev, G...>();

    // The same call with one more option of apply_async: .set("countdown", 5).
    Call set(std::string_view option, Json value) const {
        Call changed = *this;
        changed.options[std::string(option)] = std::move(value);
        return changed;
    }
};

// A complete call, checked whole by the compiler, keywords included:
//   tw::call<shop::send_sms>("138…", "code"_arg = "1234")
template <const auto& task, class... G>
auto call(G&&... given) {
    using Contract = std::remove_cvref_t<decltype(task)>;
    static_assert(
        (task.template knows<std::decay_t<G>>() && ...),
        "the task knows no such keyword, or its value does not fit"
    );
    static_assert(
        Contract::template accepts<G...>(), "too few, too many or unfitting arguments for this task"
    );
    return task.s(std::forward<G>(given)...);
}

// Functions that take a contract and its arguments ask for this: client.delay(), testing::run().
template <class T, class... G>
concept AcceptedBy = T::template accepts<G...>();

}  // namespace taskworker

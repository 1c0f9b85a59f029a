#pragma once

#include <concepts>
#include <type_traits>
#include <utility>
#include <vector>

#include "taskworker/export.hpp"
#include "taskworker/json.hpp"
#include "taskworker/signature.hpp"
#include "taskworker/task.hpp"

// Signatures put together, as in celery.canvas. What is built is a Signature again: for a Client to
// send, for ctx.send() and ctx.replace().
//
//   shop::price.s(7) | shop::discount.s() | shop::mail.s("me@example.org")      a chain
//   tw::group(shop::price.s(7), shop::price.s(8)) | shop::total.s()             a chord
//   tw::chord(calls, shop::total.s())                                           a vector of calls
//
// A step must take the result of the step before it: where both have types the compiler looks.

namespace taskworker {

// A group whose members have results of one type (Json if they differ), or a chain that ends in
// such a group.
template <class R>
struct TypedGroup : Signature {
    using result_type = std::vector<R>;
    using member_type = R;
};

namespace detail {

TASKWORKER_EXPORT Signature join(const Signature& left, const Signature& right);
TASKWORKER_EXPORT Signature chain_of(std::vector<Signature> steps);
TASKWORKER_EXPORT Signature group_of(std::vector<Signature> members);
TASKWORKER_EXPORT Signature chord_of(std::vector<Signature> header, const Signature& body);
TASKWORKER_EXPORT void add_link(Signature& to, const Signature& callback);
TASKWORKER_EXPORT void add_errback(Signature& to, const Signature& errback);

template <class S>
concept AnySignature = std::derived_from<std::remove_cvref_t<S>, Signature>;
template <class S>
concept HasResult = requires {
    typename S::result_type;
};
template <class S>
concept IsGroup = requires {
    typename S::member_type;
};
template <class S>
concept IsCall = requires {
    S::complete;
};

// The type of a result; Json where nobody knows it, and for a task that returns nothing.
template <class S>
struct ResultOf {
    using type = Json;
};
template <HasResult S>
struct ResultOf<S> {
    using type =
        std::conditional_t<std::is_void_v<typename S::result_type>, Json, typename S::result_type>;
};
template <class S>
using result_of = typename ResultOf<S>::type;

template <class Left, class Right>
consteval bool may_follow() {
    if constexpr (IsCall<Right>) {
        return Right::template follows<result_of<Left>>;
    } else {
        return true;
    }
}

template <class First, class... Rest>
struct MemberOf {
    using type = std::conditional_t<
        (std::same_as<result_of<First>, result_of<Rest>> && ...),
        result_of<First>,
        Json>;
};

// The joined signature, with the result type of what it ends in.
template <class Last>
auto with_result_of(Signature joined) {
    if constexpr (IsGroup<Last>) {
        return TypedGroup<typename Last::member_type>{std::move(joined)};
    } else if constexpr (HasResult<Last>) {
        return TypedSignature<typename Last::result_type>{std::move(joined)};
    } else {
        return joined;
    }
}

}  // namespace detail

// `a | b`: b runs after a, with its result. Behind a group it is the body of a chord.
template <detail::AnySignature Left, detail::AnySignature Right>
auto operator|(const Left& left, const Right& right) {
    static_assert(
        detail::may_follow<Left, Right>(),
        "this task does not take the result of the one before it, with the arguments that it was "
        "given"
    );
    return detail::with_result_of<Right>(detail::join(left, right));
}

template <detail::AnySignature First, detail::AnySignature... Rest>
auto chain(const First& first, const Rest&... rest) {
    return (first | ... | rest);
}
// As many steps as there are, one after the other.
template <detail::AnySignature S>
Signature chain(const std::vector<S>& steps) {
    return detail::chain_of({steps.begin(), steps.end()});
}

template <detail::AnySignature First, detail::AnySignature... Rest>
auto group(const First& first, const Rest&... rest) {
    using Member = typename detail::MemberOf<First, Rest...>::type;
    return TypedGroup<Member>{detail::group_of({first, rest...})};
}
template <detail::AnySignature S>
auto group(const std::vector<S>& members) {
    return TypedGroup<detail::result_of<S>>{detail::group_of({members.begin(), members.end()})};
}

// The body gets the list of the header's results.
template <detail::AnySignature S, detail::AnySignature Body>
auto chord(const std::vector<S>& header, const Body& body) {
    using Header = TypedGroup<detail::result_of<S>>;
    static_assert(
        detail::may_follow<Header, Body>(),
        "the body does not take the list of the header's results"
    );
    return detail::with_result_of<Body>(detail::chord_of({header.begin(), header.end()}, body));
}
template <class R, detail::AnySignature Body>
auto chord(const TypedGroup<R>& header, const Body& body) {
    return header | body;
}

// The same signature with a callback, or with an errback (Celery's link, on_error).
template <detail::AnySignature S>
S linked(S signature, const Signature& callback) {
    detail::add_link(signature, callback);
    return signature;
}
template <detail::AnySignature S>
S on_error(S signature, const Signature& errback) {
    detail::add_errback(signature, errback);
    return signature;
}

// Celery's dict form, there and back. signature_from_json throws std::invalid_argument that says
// what is wrong.
TASKWORKER_EXPORT Json signature_to_json(const Signature& signature);
TASKWORKER_EXPORT Signature signature_from_json(const Json& json);

}  // namespace taskworker

#pragma once

#include <array>
#include <string_view>
#include <tuple>

// How an author declares structs and enums to convert.hpp.

namespace taskworker {

template <class Member>
struct FieldOf {
    std::string_view name;
    Member member;
};
template <class E>
struct NamedEnumerator {
    E value;
    std::string_view name;
};

}  // namespace taskworker

#define TASKWORKER_DETAIL_FIELD(member) \
    ::taskworker::FieldOf { std::string_view(#member), &TwType::member }
#define TASKWORKER_DETAIL_MORE() TASKWORKER_DETAIL_AGAIN
#define TASKWORKER_DETAIL_AGAIN(a, ...) \
    TASKWORKER_DETAIL_FIELD(a)          \
    __VA_OPT__(, TASKWORKER_DETAIL_MORE TASKWORKER_DETAIL_PARENS(__VA_ARGS__))
#define TASKWORKER_DETAIL_PARENS ()
#define TASKWORKER_DETAIL_EXPAND(...) \
    TASKWORKER_DETAIL_EXPAND3(TASKWORKER_DETAIL_EXPAND3(TASKWORKER_DETAIL_EXPAND3(__VA_ARGS__)))
#define TASKWORKER_DETAIL_EXPAND3(...) \
    TASKWORKER_DETAIL_EXPAND2(TASKWORKER_DETAIL_EXPAND2(TASKWORKER_DETAIL_EXPAND2(__VA_ARGS__)))
#define TASKWORKER_DETAIL_EXPAND2(...) \
    TASKWORKER_DETAIL_EXPAND1(TASKWORKER_DETAIL_EXPAND1(TASKWORKER_DETAIL_EXPAND1(__VA_ARGS__)))
#define TASKWORKER_DETAIL_EXPAND1(...) __VA_ARGS__

// Right behind a struct, in its namespace: its members as the members of a JSON object. A missing
// member is an error unless it is std::optional; unknown members are passed over.
//   struct Order { std::int64_t goods; std::optional<std::string> note; };
//   TASKWORKER_FIELDS(Order, goods, note)
#define TASKWORKER_FIELDS(Type, ...)                                                            \
    [[maybe_unused]] constexpr auto taskworker_fields(const Type*) {                            \
        using TwType = Type;                                                                    \
        return std::make_tuple(TASKWORKER_DETAIL_EXPAND(TASKWORKER_DETAIL_AGAIN(__VA_ARGS__))); \
    }

// Right behind an enum, in its namespace: the texts that stand for its values.
//   TASKWORKER_ENUM(Colour, {Colour::Red, "red"}, {Colour::Blue, "blue"})
#define TASKWORKER_ENUM(Type, ...)                                                \
    [[maybe_unused]] constexpr auto taskworker_enumerators(const Type*) {         \
        return std::to_array<::taskworker::NamedEnumerator<Type>>({__VA_ARGS__}); \
    }

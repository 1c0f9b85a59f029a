#pragma once

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "taskworker/conversion_error.hpp"
#include "taskworker/export.hpp"
#include "taskworker/fields.hpp"
#include "taskworker/json.hpp"

// How C++ values become Json and come back. Strict, also inside containers and structs: 3.7 is no
// int, true is no 1, 2^40 is no 32-bit int, a number is no text. What does not fit is a
// ConversionError that names the place: "goods[2].price: expected int, got 3.7".
//
// Known are: bool, integers, double, float, std::string, Json; sequences (std::vector …), sets,
// std::array, maps with text or integer keys, pair, tuple, optional, variant (the first alternative
// that fits); structs with TASKWORKER_FIELDS; enums with TASKWORKER_ENUM; the value types of
// values.hpp; and whatever has a specialisation of Convert.

namespace taskworker {

// Specialise it for a type of your own that is no struct of fields:
//   template <> struct taskworker::Convert<Money> {
//       static Json to_json(const Money&);
//       static Money from_json(const Json&, const Path&);   // throws ConversionError
//   };
template <class T>
struct Convert;

template <class T>
T from_json(const Json& json, const Path& path = {});

namespace detail {

// What does not depend on the type is compiled once, in the library.
TASKWORKER_EXPORT bool read_bool(const Json& json, const Path& path);
TASKWORKER_EXPORT std::int64_t read_signed(
    const Json& json, const Path& path, std::int64_t least, std::int64_t most
);
TASKWORKER_EXPORT std::uint64_t read_unsigned(
    const Json& json, const Path& path, std::uint64_t most
);
TASKWORKER_EXPORT double read_double(const Json& json, const Path& path);
TASKWORKER_EXPORT float read_float(const Json& json, const Path& path);
TASKWORKER_EXPORT const std::string& read_string(const Json& json, const Path& path);
TASKWORKER_EXPORT const Json& read_list(const Json& json, const Path& path);
TASKWORKER_EXPORT const Json& read_list(const Json& json, const Path& path, std::size_t size);
TASKWORKER_EXPORT const Json& read_dict(const Json& json, const Path& path);
TASKWORKER_EXPORT const Json* find_member(const Json& dict, std::string_view name);
TASKWORKER_EXPORT Json key_as_json(std::string_view key, const Path& path);  // "12" → 12

template <class T>
concept Bool = std::same_as<T, bool>;
template <class T>
concept Integer = std::integral<T> && !Bool<T>;
template <class T>
concept IsJson = std::same_as<T, Json>;
template <class T>
concept HasConvert = requires(const T& value, const Json& json, const Path& path) {
    { Convert<T>::to_json(value) } -> std::convertible_to<Json>;
    { Convert<T>::from_json(json, path) } -> std::convertible_to<T>;
};
template <class T>
concept HasFields = requires(const T* type) {
    taskworker_fields(type);
};
template <class T>
concept NamedEnum = std::is_enum_v<T> && requires(const T* type) {
    taskworker_enumerators(type);
};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_variant = false;
template <class... T>
inline constexpr bool is_variant<std::variant<T...>> = true;
template <class T>
inline constexpr bool is_std_array = false;
template <class T, std::size_t N>
inline constexpr bool is_std_array<std::array<T, N>> = true;
template <class T>
inline constexpr bool is_tuple = false;
template <class... T>
inline constexpr bool is_tuple<std::tuple<T...>> = true;
template <class A, class B>
inline constexpr bool is_tuple<std::pair<A, B>> = true;

template <class T>
concept Text = std::same_as<T, std::string>;
template <class T>
concept Map = requires {
    typename T::mapped_type;
    typename T::key_type;
}
&&!IsJson<T> && (Text<typename T::key_type> || Integer<typename T::key_type>);
template <class T>
concept Sequence = !Text<T> && !IsJson<T> && requires(T & list, typename T::value_type item) {
    list.push_back(std::move(item));
    list.begin();
};
template <class T>
concept Set = !Map<T> && requires(T & set, typename T::key_type item) {
    requires std::same_as<typename T::key_type, typename T::value_type>;
    set.insert(std::move(item));
};
template <class T>
concept OwnKind = HasConvert<T> || HasFields<T> || NamedEnum<T> || is_optional<T> ||
    is_variant<T> ||(Map<T>&& Integer<typename T::key_type>);

template <Integer T>
T read_integer(const Json& json, const Path& path) {
    using Limits = std::numeric_limits<T>;
    if constexpr (std::signed_integral<T>) {
        return static_cast<T>(read_signed(json, path, Limits::min(), Limits::max()));
    } else {
        return static_cast<T>(read_unsigned(json, path, Limits::max()));
    }
}

template <Map T>
T read_map(const Json& json, const Path& path) {
    T map;
    for (const auto& [key, value] :
         read_dict(json, path).template get_ref<const Json::object_t&>()) {
        const Path at(path, key);
        if constexpr (Text<typename T::key_type>) {
            map.emplace(key, from_json<typename T::mapped_type>(value, at));
        } else {
            map.emplace(
                from_json<typename T::key_type>(key_as_json(key, at), at),
                from_json<typename T::mapped_type>(value, at)
            );
        }
    }
    return map;
}

template <class T>
T read_items(const Json& json, const Path& path) {
    T items;
    const Json& list = read_list(json, path);
    if constexpr (requires { items.reserve(list.size()); }) items.reserve(list.size());
    for (std::size_t i = 0; i < list.size(); ++i) {
        auto item = from_json<typename T::value_type>(list[i], Path(path, i));
        if constexpr (Sequence<T>) {
            items.push_back(std::move(item));
        } else {
            items.insert(std::move(item));
        }
    }
    return items;
}

template <class T>
T read_tuple(const Json& json, const Path& path) {
    const Json& list = read_list(json, path, std::tuple_size_v<T>);
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return T{from_json<std::tuple_element_t<I, T>>(list[I], Path(path, I))...};
    }
    (std::make_index_sequence<std::tuple_size_v<T>>{});
}

template <class Member>
Member read_member(const Json& dict, std::string_view name, const Path& path) {
    if (const Json* value = find_member(dict, name))
        return from_json<Member>(*value, Path(path, name));
    if constexpr (is_optional<Member>) {
        return Member{};
    } else {
        throw ConversionError(Path(path, name), std::string("missing"));
    }
}

template <HasFields T>
T read_fields(const Json& json, const Path& path) {
    const Json& dict = read_dict(json, path);
    T value{};
    std::apply(
        [&](const auto&... field) {
            ((value.*field.member = read_member<std::remove_cvref_t<decltype(value.*field.member)>>(
                  dict, field.name, path
              )),
             ...);
        },
        taskworker_fields(static_cast<const T*>(nullptr))
    );
    return value;
}

template <NamedEnum T>
T read_enum(const Json& json, const Path& path) {
    const std::string& text = read_string(json, path);
    for (const auto& known : taskworker_enumerators(static_cast<const T*>(nullptr))) {
        if (known.name == text) return known.value;
    }
    throw ConversionError(path, "one of the names of the enumeration", json);
}

template <class... A>
std::variant<A...>
read_variant(const Json& json, const Path& path, std::type_identity<std::variant<A...>>) {
    std::optional<std::variant<A...>> found;
    const auto try_one = [&]<class T>(std::type_identity<T>) {
        if (found) return;
        try {
            found.emplace(from_json<T>(json, path));
        } catch (const ConversionError&) {
            return;  // the next alternative may fit
        }
    };
    (try_one(std::type_identity<A>{}), ...);
    if (!found) throw ConversionError(path, "one of the types of a variant", json);
    return *std::move(found);
}

template <class T>
concept Readable = Bool<T> || Integer<T> || std::same_as<T, double> || std::same_as<T, float> ||
    Text<T> || IsJson<T> || std::same_as<T, std::monostate> || std::same_as<T, std::nullptr_t> ||
    OwnKind<T> || Map<T> || Sequence<T> || Set<T> || is_std_array<T> || is_tuple<T> ||
    std::same_as<T, Json::binary_t>;

}  // namespace detail

// Json → T. Throws ConversionError. `path` names the value in the error's text.
template <class T>
T from_json(const Json& json, const Path& path) {
    using namespace detail;
    static_assert(
        !std::is_enum_v<T> || NamedEnum<T> || HasConvert<T>,
        "an enum needs TASKWORKER_ENUM(Type, {Type::A, \"a\"}, …) behind its definition"
    );
    static_assert(
        Readable<T> || std::is_enum_v<T>,
        "this type cannot come from JSON: give the struct TASKWORKER_FIELDS(Type, members…), or "
        "specialise "
        "taskworker::Convert (text is std::string, not const char* or std::string_view)"
    );
    if constexpr (HasConvert<T>) {
        return Convert<T>::from_json(json, path);
    } else if constexpr (IsJson<T>) {
        return json;
    } else if constexpr (Bool<T>) {
        return read_bool(json, path);
    } else if constexpr (Integer<T>) {
        return read_integer<T>(json, path);
    } else if constexpr (std::same_as<T, double>) {
        return read_double(json, path);
    } else if constexpr (std::same_as<T, float>) {
        return read_float(json, path);
    } else if constexpr (Text<T>) {
        return read_string(json, path);
    } else if constexpr (std::same_as<T, std::monostate> || std::same_as<T, std::nullptr_t>) {
        if (!json.is_null()) throw ConversionError(path, "None", json);
        return {};
    } else if constexpr (is_optional<T>) {
        if (json.is_null()) return std::nullopt;
        return from_json<typename T::value_type>(json, path);
    } else if constexpr (is_variant<T>) {
        return read_variant(json, path, std::type_identity<T>{});
    } else if constexpr (NamedEnum<T>) {
        return read_enum<T>(json, path);
    } else if constexpr (HasFields<T>) {
        return read_fields<T>(json, path);
    } else if constexpr (std::same_as<T, Json::binary_t>) {
        if (!json.is_binary()) throw ConversionError(path, "binary", json);
        return json.get_binary();
    } else if constexpr (Map<T>) {
        return read_map<T>(json, path);
    } else if constexpr (is_std_array<T>) {
        T array{};
        const Json& list = read_list(json, path, array.size());
        for (std::size_t i = 0; i < array.size(); ++i) {
            array[i] = from_json<typename T::value_type>(list[i], Path(path, i));
        }
        return array;
    } else if constexpr (is_tuple<T>) {
        return read_tuple<T>(json, path);
    } else if constexpr (Sequence<T> || Set<T>) {
        return read_items<T>(json, path);
    }
}

namespace detail {

// Json values of the kinds that nlohmann does not know, or knows in another way than Python.
template <class T>
Json write(const T& value) {
    if constexpr (HasConvert<T>) {
        return Convert<T>::to_json(value);
    } else if constexpr (is_optional<T>) {
        return value ? Json(*value) : Json(nullptr);
    } else if constexpr (is_variant<T>) {
        return std::visit(
            []<class A>(const A& held) {
                if constexpr (std::same_as<A, std::monostate>) {
                    return Json(nullptr);
                } else {
                    return Json(held);
                }
            },
            value
        );
    } else if constexpr (NamedEnum<T>) {
        for (const auto& known : taskworker_enumerators(static_cast<const T*>(nullptr))) {
            if (known.value == value) return Json(std::string(known.name));
        }
        throw ConversionError(
            Path{}, std::string("an enumerator without a name cannot become JSON")
        );
    } else if constexpr (HasFields<T>) {
        Json dict = Json::object();
        std::apply(
            [&](const auto&... field) {
                ((dict[std::string(field.name)] = Json(value.*field.member)), ...);
            },
            taskworker_fields(static_cast<const T*>(nullptr))
        );
        return dict;
    } else {  // a map with integers as keys: Python writes them as text
        Json dict = Json::object();
        for (const auto& [key, item] : value) dict[std::to_string(key)] = Json(item);
        return dict;
    }
}

}  // namespace detail

// The door through which nlohmann's own constructors and get<T>() come. Not for std::optional and
// std::variant: Json would convert to them in two ways (use tw::from_json<T>).
template <class T, class>
struct JsonConvert {
    template <class J, class V>
    requires(detail::OwnKind<T>) static void to_json(J& json, V&& value) {
        json = detail::write<T>(value);
    }
    template <class J, class V>
    requires(!detail::OwnKind<T> && !std::is_enum_v<T>) static auto to_json(J& json, V&& value)
        -> decltype(nlohmann::to_json(json, std::forward<V>(value)), void()) {
        nlohmann::to_json(json, std::forward<V>(value));
    }
    template <class J>
    requires(detail::Readable<T> && !detail::is_optional<T> && !detail::is_variant<T>) static void from_json(
        const J& json, T& value
    ) {
        value = taskworker::from_json<T>(json);
    }
    template <class J, class X = T>
    requires(detail::Readable<X> && !std::is_default_constructible_v<X>) static X
        from_json(const J& json) {
        return taskworker::from_json<X>(json);
    }
};

// What may be an argument or a result.
template <class T>
concept FromJson = detail::Readable<T>;
template <class T>
concept ToJson = std::same_as<std::remove_cvref_t<T>, Json> || std::constructible_from<Json, T>;

}  // namespace taskworker

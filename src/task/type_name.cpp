#include "task/type_name.hpp"

#include <cxxabi.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace taskworker {
namespace {

std::string demangle(const char* mangled) {
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> text(
        abi::__cxa_demangle(mangled, nullptr, nullptr, &status), &std::free
    );
    return status == 0 && text ? std::string(text.get()) : std::string(mangled);
}

std::string_view without_wrapper(std::string_view name) {
    static constexpr std::array<std::string_view, 3> kWrappers = {
        "std::_Nested_exception<", "boost::wrapexcept<", "boost::exception_detail::clone_impl<"};
    for (bool again = true; again;) {
        again = false;
        for (const auto wrapper : kWrappers) {
            if (!name.starts_with(wrapper) || !name.ends_with('>')) continue;
            name = name.substr(wrapper.size(), name.size() - wrapper.size() - 1);
            while (name.ends_with(' ')) name.remove_suffix(1);
            again = true;
        }
    }
    return name;
}

// Calls `part` for each component between the "::" that are not inside brackets.
template <class Part>
void split(std::string_view name, Part part) {
    int depth = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        if (c == '<' || c == '(' || c == '{' || c == '[') ++depth;
        if (c == '>' || c == ')' || c == '}' || c == ']') --depth;
        if (depth == 0 && name.substr(i, 2) == "::") {
            part(name.substr(begin, i - begin));
            begin = i += 2;
            --i;
        }
    }
    part(name.substr(begin));
}

}  // namespace

TypeName type_name(const std::type_info& type) {
    const std::string demangled = demangle(type.name());
    TypeName result;
    split(without_wrapper(demangled), [&](std::string_view part) {
        const bool is_place = result.name.empty() || result.name.find('(') != std::string::npos;
        if (!is_place) result.scope += (result.scope.empty() ? "" : ".") + result.name;
        result.name = part;
    });
    return result;
}

}  // namespace taskworker

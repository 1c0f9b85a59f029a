#pragma once

#include <string>
#include <typeinfo>

namespace taskworker {

// A C++ class as Python would name it: `shop::GatewayError` → {"GatewayError", "shop"}. Wrappers
// that only carry an exception (std::throw_with_nested, boost::throw_exception) are looked through;
// anonymous namespaces and functions around a local class are left out of the scope.
struct TypeName {
    std::string name;
    std::string scope;  // namespaces and classes around it, joined with dots; may be empty
};
TypeName type_name(const std::type_info& type);

}  // namespace taskworker

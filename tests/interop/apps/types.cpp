#include "types.hpp"

#include "taskworker/values.hpp"

namespace conformance {
namespace {

struct Names {
    std::string_view kind, type;
};

Names typed_names(std::string_view marker) {
    if (marker == "datetime") return {"datetime", "datetime.datetime"};
    if (marker == "date") return {"date", "datetime.date"};
    if (marker == "time") return {"time", "datetime.time"};
    if (marker == "decimal") return {"decimal", "decimal.Decimal"};
    if (marker == "uuid") return {"uuid", "UUID"};
    if (marker == "bytes" || marker == "base64") return {"bytes", "bytes"};
    return {"unknown", "object"};
}

Names names(const tw::Json& value) {
    if (const auto marker = tw::typed_marker(value); !marker.empty()) return typed_names(marker);
    switch (value.type()) {
        case tw::Json::value_t::null:
            return {"null", "NoneType"};
        case tw::Json::value_t::boolean:
            return {"bool", "bool"};
        case tw::Json::value_t::number_integer:
        case tw::Json::value_t::number_unsigned:
        case tw::Json::value_t::binary:
            return {"int", "int"};
        case tw::Json::value_t::number_float:
            return {"float", "float"};
        case tw::Json::value_t::string:
            return {"str", "str"};
        case tw::Json::value_t::array:
            return {"list", "list"};
        case tw::Json::value_t::object:
            return {"dict", "dict"};
        case tw::Json::value_t::discarded:
            break;
    }
    return {"unknown", "object"};
}

}  // namespace

std::string_view kind_of(const tw::Json& value) { return names(value).kind; }

std::string_view type_name(const tw::Json& value) { return names(value).type; }

void refuse_operands(char operation, const tw::Json& x, const tw::Json& y) {
    throw type_error(
        std::string("unsupported operand type(s) for ") + operation + ": '" +
        std::string(type_name(x)) + "' and '" + std::string(type_name(y)) + "'"
    );
}

}  // namespace conformance

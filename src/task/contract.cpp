#include <stdexcept>

#include "message/python_repr.hpp"
#include "taskworker/body.hpp"
#include "taskworker/task.hpp"

namespace taskworker {

Json ParameterSpec::fallback() const {
    switch (kind_) {
        case Default::Bool:
            return Json(int_ != 0);
        case Default::Int:
            return Json(int_);
        case Default::Float:
            return Json(float_);
        case Default::Text:
            return Json(std::string(text_));
        case Default::None:
        case Default::Null:
            break;
    }
    return nullptr;
}

namespace detail {

void refuse_call(std::string_view task, std::string_view argument, std::string_view why) {
    std::string text(task);
    text.append("(): ").append(why).append(" for '").append(argument).append("'");
    throw std::invalid_argument(text);
}

std::vector<std::string> names_of(std::span<const ParameterSpec> specs) {
    std::vector<std::string> names;
    for (const auto& spec : specs) names.emplace_back(spec.name());
    return names;
}

std::string signature_text(
    std::span<const ParameterSpec> specs, std::initializer_list<TypeText> types, TypeText result
) {
    std::string text = "(";
    for (std::size_t i = 0; i < specs.size(); ++i) {
        const auto type = std::data(types)[i]();
        if (i != 0) text += ", ";
        text.append(specs[i].name()).append(": ").append(type);
        if (specs[i].kind() != ParameterSpec::Default::None)
            text += " = " + python_repr(specs[i].fallback());
    }
    return text + ") -> " + result();
}

}  // namespace detail
}  // namespace taskworker

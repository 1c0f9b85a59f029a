#include "worker/control_arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <csignal>
#include <cstring>

#include "message/python_repr.hpp"

namespace taskworker {
namespace {

constexpr std::size_t kMostTexts = 100'000;

std::optional<double> as_number(const Json& value) {
    if (const auto* n = value.get_ptr<const double*>()) return *n;
    if (const auto* n = value.get_ptr<const std::int64_t*>()) return static_cast<double>(*n);
    if (const auto* n = value.get_ptr<const std::uint64_t*>()) return static_cast<double>(*n);
    const auto* text = value.get_ptr<const std::string*>();
    if (!text || text->empty()) return std::nullopt;
    double number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
    return number;
}

}  // namespace

CommandError::CommandError(std::string_view type, std::string_view text)
    : std::runtime_error(fmt::format("{}({})", type, quoted_repr(text))) {}

const Json* ControlArguments::find(const char* name) const {
    const auto found = arguments_.find(name);
    return found == arguments_.end() || found->is_null() ? nullptr : &*found;
}

const Json& ControlArguments::required(const char* name) const {
    const auto found = arguments_.find(name);
    if (found != arguments_.end()) return *found;
    throw CommandError(
        "TypeError",
        fmt::format("{}() missing 1 required positional argument: '{}'", command_, name)
    );
}

void ControlArguments::wrong(const char* name, const char* rule) const {
    throw CommandError("TypeError", fmt::format("{}(): {} must be {}", command_, name, rule));
}

std::string ControlArguments::text(const char* name) const {
    const auto& value = required(name);
    if (!value.is_string()) wrong(name, "a text");
    return value.get_ref<const std::string&>();
}

std::string ControlArguments::text_or(const char* name, std::string fallback) const {
    const auto* value = find(name);
    if (!value) return fallback;
    if (!value->is_string()) wrong(name, "a text");
    return value->get_ref<const std::string&>();
}

std::optional<double> ControlArguments::number(const char* name) const {
    const auto* value = find(name);
    if (!value) return std::nullopt;
    const auto number = as_number(*value);
    if (!number || !std::isfinite(*number)) wrong(name, "a number");
    return number;
}

int ControlArguments::whole(const char* name, int fallback, int most) const {
    const auto given = number(name);
    if (!given) return fallback;
    if (std::trunc(*given) != *given || *given < 0 || *given > most)
        wrong(name, fmt::format("a whole number from 0 to {}", most).c_str());
    return static_cast<int>(*given);
}

bool ControlArguments::truth(const char* name) const {
    const auto* value = find(name);
    if (!value) return false;
    if (const auto* flag = value->get_ptr<const bool*>()) return *flag;
    if (const auto* text = value->get_ptr<const std::string*>())
        return !(
            text->empty() || *text == "false" || *text == "no" || *text == "0" || *text == "off"
        );
    if (const auto number = as_number(*value)) return *number != 0;
    return !value->empty();
}

std::vector<std::string> ControlArguments::texts(const char* name) const {
    required(name);
    return texts_or_none(name);
}

std::vector<std::string> ControlArguments::texts_or_none(const char* name) const {
    const auto* value = find(name);
    if (!value) return {};
    if (value->is_string()) return {value->get_ref<const std::string&>()};
    if (!value->is_array() || value->size() > kMostTexts) wrong(name, "a text or a list of texts");
    std::vector<std::string> texts;
    for (const auto& item : *value) {
        if (!item.is_string()) wrong(name, "a text or a list of texts");
        texts.push_back(item.get_ref<const std::string&>());
    }
    return texts;
}

int signal_number(const Json* given) {
    if (!given) return SIGTERM;
    if (given->is_number_integer()) {
        const auto number = as_number(*given).value_or(0);
        if (number > 0 && number <= SIGRTMAX) return static_cast<int>(number);
        throw CommandError("ValueError", "signal number out of range");
    }
    const auto* text = given->get_ptr<const std::string*>();
    const bool upper = text && std::none_of(text->begin(), text->end(), [](unsigned char c) {
                           return c >= 'a' && c <= 'z';
                       });
    if (!upper || text->empty())
        throw CommandError("TypeError", "signal name must be uppercase string.");
    const std::string_view name =
        text->starts_with("SIG") ? std::string_view(*text).substr(3) : std::string_view(*text);
    for (int number = 1; number < NSIG; ++number) {
        const char* known = ::sigabbrev_np(number);
        if (known && name == known) return number;
    }
    throw CommandError(
        "AttributeError", fmt::format("module 'signal' has no attribute 'SIG{}'", name)
    );
}

}  // namespace taskworker

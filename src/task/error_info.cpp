#include "task/error_info.hpp"

#include <any>
#include <filesystem>
#include <ios>
#include <new>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <typeinfo>
#include <variant>

#include "message/python_repr.hpp"
#include "task/type_name.hpp"
#include "taskworker/convert.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

constexpr int kMostCauses = 20;

template <class... E>
bool is_any_of(const std::exception& error) {
    return ((dynamic_cast<const E*>(&error) != nullptr) || ...);
}

// The kin of a class of the standard library; most derived first.
std::string builtin_kin(const std::exception& error) {
    if (is_any_of<std::bad_alloc>(error)) return "MemoryError";
    if (is_any_of<std::system_error>(error))
        return "OSError";  // filesystem_error and ios failure too
    if (is_any_of<std::out_of_range>(error)) return "IndexError";
    if (is_any_of<std::invalid_argument, std::domain_error, std::length_error, std::range_error>(
            error
        )) {
        return "ValueError";
    }
    if (is_any_of<std::overflow_error>(error)) return "OverflowError";
    if (is_any_of<std::underflow_error>(error)) return "ArithmeticError";
    if (is_any_of<
            std::bad_cast,
            std::bad_typeid,
            std::bad_variant_access,
            std::bad_optional_access>(error)) {
        return "TypeError";
    }
    return "RuntimeError";
}

// nlohmann's exceptions come from a body's own use of Json.
std::string json_kin(const std::exception& error) {
    if (is_any_of<nlohmann::json::type_error>(error)) return "TypeError";
    if (is_any_of<nlohmann::json::out_of_range>(error)) return "LookupError";
    return "ValueError";
}

bool inside(const TypeName& type, std::string_view scope) {
    return type.scope == scope || type.scope.starts_with(std::string(scope) + ".");
}

Failure builtin(std::string type, Json args, std::string message) {
    Failure failure;
    failure.type = std::move(type);
    failure.args = std::move(args);
    failure.message = std::move(message);
    return failure;
}

Failure os_error(const std::system_error& error) {
    const int number = error.code().value();
    return builtin(
        "OSError",
        Json::array({number, error.what()}),
        "[Errno " + std::to_string(number) + "] " + error.what()
    );
}

Failure with_args(std::string type, std::string module, Json args) {
    Failure failure;
    failure.message = exception_text(type, args);
    failure.type = std::move(type);
    failure.module = std::move(module);
    failure.args = std::move(args);
    return failure;
}

Failure describe_one(const std::exception& error) {
    if (const auto* own = dynamic_cast<const TaskError*>(&error)) {
        return with_args(own->type(), own->module(), own->args());
    }
    if (is_any_of<SoftTimeLimitExceeded>(error)) {  // str() of it is billiard's own
        auto failure = builtin("SoftTimeLimitExceeded", Json::array(), "SoftTimeLimitExceeded()");
        failure.module = "billiard.exceptions";
        return failure;
    }
    if (is_any_of<ConversionError>(error)) {
        return builtin("TypeError", Json::array({error.what()}), error.what());
    }
    const auto* os = dynamic_cast<const std::system_error*>(&error);
    const TypeName type = type_name(typeid(error));
    if (inside(type, "std")) {
        if (os != nullptr && os->code().category() != std::iostream_category())
            return os_error(*os);
        const auto kin = builtin_kin(error);
        if (kin == "MemoryError") return builtin(kin, Json::array(), "");
        return builtin(kin, Json::array({error.what()}), error.what());
    }
    if (inside(type, "nlohmann")) {
        return builtin(json_kin(error), Json::array({error.what()}), error.what());
    }
    // A made-up module where there is no namespace: `builtins` would be searched for the name.
    auto failure = builtin(type.name, Json::array({error.what()}), error.what());
    failure.module = type.scope.empty() ? "cpp" : type.scope;
    return failure;
}

// Calls `use` with the exception, or with null for what is none.
template <class Use>
auto look_at(const std::exception_ptr& error, Use use) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& known) {
        return use(&known);
    } catch (...) {
        return use(static_cast<const std::exception*>(nullptr));
    }
}

std::string causes_text(const std::exception_ptr& error, std::string_view task, int depth) {
    return look_at(error, [&](const std::exception* known) -> std::string {
        const auto* outer = dynamic_cast<const std::nested_exception*>(known);
        if (outer == nullptr || !outer->nested_ptr() || depth == kMostCauses) return {};
        const auto cause = outer->nested_ptr();
        std::string text = causes_text(cause, task, depth + 1);
        const Failure failure = look_at(cause, [](const std::exception* inner) {
            return inner == nullptr
                       ? builtin("RuntimeError", Json::array(), "unknown C++ exception")
                       : describe_one(*inner);
        });
        return text + traceback_text(task, failure) + std::string(kDirectCause);
    });
}

}  // namespace

std::string traceback_text(std::string_view task, const Failure& failure) {
    const auto function = task.substr(task.rfind('.') + 1);
    std::string text = "Traceback (most recent call last):\n  File \"";
    text.append(task).append("\", in ").append(function).append("\n");
    if (failure.module != "builtins") text.append(failure.module).append(".");
    text.append(failure.type);
    if (!failure.message.empty()) text.append(": ").append(failure.message);
    return text.append("\n");
}

Failure describe_error(
    const std::exception_ptr& error, std::string_view task, const ExceptionFilter& expected
) {
    Failure failure = look_at(error, [](const std::exception* known) {
        if (known != nullptr) return describe_one(*known);
        constexpr const char* kText = "unknown C++ exception";
        return builtin("RuntimeError", Json::array({kText}), kText);
    });
    failure.traceback = causes_text(error, task, 0) + traceback_text(task, failure);
    failure.expected = expected.matches(error);
    return failure;
}

Failure python_error(std::string type, std::string module, Json args, std::string_view task) {
    Failure failure = with_args(std::move(type), std::move(module), std::move(args));
    failure.traceback = traceback_text(task, failure);
    return failure;
}

}  // namespace taskworker

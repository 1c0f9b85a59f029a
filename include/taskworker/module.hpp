#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>

#include "taskworker/app.hpp"
#include "taskworker/context.hpp"
#include "taskworker/export.hpp"
#include "taskworker/outcome.hpp"
#include "taskworker/request.hpp"
#include "taskworker/version.hpp"

// TASKWORKER_MODULE(app) { app.task(…); } makes a shared library a module that `taskworker -A`
// loads: exactly one in a library. It exports two C functions:
//   const char* taskworker_abi()              the stamp of the build, compared before anything else
//   is called void taskworker_module(taskworker::App*)  fills the app; may throw

namespace taskworker {

// The stamp of libtaskworker itself, and what differs between it and a module's: empty when they go
// together, else "built with nlohmann 3.11.2, this worker with 3.11.3; …".
TASKWORKER_EXPORT const char* abi_stamp();
TASKWORKER_EXPORT std::string abi_mismatch(std::string_view module_stamp);

namespace detail {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr const char* kSanitizer = "address";
#elif defined(__SANITIZE_THREAD__)
inline constexpr const char* kSanitizer = "thread";
#else
inline constexpr const char* kSanitizer = "none";
#endif
#if defined(_GLIBCXX_DEBUG)
inline constexpr const char* kCheckedContainers = "on";
#else
inline constexpr const char* kCheckedContainers = "off";
#endif
#if defined(JSON_DIAGNOSTICS) && JSON_DIAGNOSTICS
inline constexpr const char* kJsonDiagnostics = "on";
#else
inline constexpr const char* kJsonDiagnostics = "off";
#endif

// Hidden: a module must not take the library's copy of this function for its own.
[[gnu::visibility("hidden")]] inline std::string make_abi_stamp() {
    std::string stamp;
    const auto add = [&](std::string_view name, const std::string& value) {
        stamp.append(name).append("=").append(value).append(";");
    };
    add("taskworker", TASKWORKER_VERSION);
    add("nlohmann",
        std::to_string(NLOHMANN_JSON_VERSION_MAJOR) + "." +
            std::to_string(NLOHMANN_JSON_VERSION_MINOR) + "." +
            std::to_string(NLOHMANN_JSON_VERSION_PATCH));
    add("compiler ABI", std::to_string(__GXX_ABI_VERSION));
    add("_GLIBCXX_USE_CXX11_ABI", std::to_string(_GLIBCXX_USE_CXX11_ABI));
    add("_GLIBCXX_DEBUG", kCheckedContainers);
    add("JSON_DIAGNOSTICS", kJsonDiagnostics);
    add("sanitizer", kSanitizer);
    std::string sizes;
    for (const std::size_t size :
         {sizeof(App),
          sizeof(Context),
          sizeof(Json),
          sizeof(Settings),
          sizeof(TaskDef),
          sizeof(Parameter),
          sizeof(TaskOptions),
          sizeof(Request),
          sizeof(RetryOptions),
          sizeof(TaskError),
          sizeof(ResourceFactory),
          sizeof(Handlers),
          sizeof(ParameterSpec),
          sizeof(Outcome)}) {
        sizes += (sizes.empty() ? "" : ",") + std::to_string(size);
    }
    add("sizes", sizes);
    return stamp;
}

}  // namespace detail
}  // namespace taskworker

#define TASKWORKER_MODULE(app)                                                       \
    static void taskworker_module_body(::taskworker::App& app);                      \
    extern "C" TASKWORKER_EXPORT const char* taskworker_abi() {                      \
        static const std::string stamp = ::taskworker::detail::make_abi_stamp();     \
        return stamp.c_str();                                                        \
    }                                                                                \
    extern "C" TASKWORKER_EXPORT void taskworker_module(::taskworker::App* filled) { \
        taskworker_module_body(*filled);                                             \
    }                                                                                \
    static void taskworker_module_body([[maybe_unused]] ::taskworker::App& app)

#include "cli/versions.hpp"

#include <fmt/format.h>
#include <gnu/libc-version.h>
#include <hiredis/hiredis.h>
#include <openssl/opensslv.h>
#include <simdjson.h>
#include <spdlog/version.h>
#include <toml++/impl/version.h>
#include <CLI/Version.hpp>
#include <nlohmann/json.hpp>

#include "taskworker/version.hpp"

namespace taskworker {
namespace {

std::string three(int major, int minor, int patch) {
    return fmt::format("{}.{}.{}", major, minor, patch);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> library_versions() {
    return {
        {"hiredis", three(HIREDIS_MAJOR, HIREDIS_MINOR, HIREDIS_PATCH)},
        {"simdjson",
         three(
             simdjson::SIMDJSON_VERSION_MAJOR,
             simdjson::SIMDJSON_VERSION_MINOR,
             simdjson::SIMDJSON_VERSION_REVISION
         )},
        {"nlohmann-json",
         three(
             NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH
         )},
        {"spdlog", three(SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH)},
        {"fmt", three(FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
        {"toml++", three(TOML_LIB_MAJOR, TOML_LIB_MINOR, TOML_LIB_PATCH)},
        {"CLI11", CLI11_VERSION},
        {"OpenSSL", OPENSSL_VERSION_STR},
        {"glibc", ::gnu_get_libc_version()},
    };
}

std::string compiler_version() {
#if defined(__clang__)
    return "Clang " + three(__clang_major__, __clang_minor__, __clang_patchlevel__);
#else
    return "GCC " + three(__GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
}

std::string version_text() {
    auto text = fmt::format("taskworker {}\n{}", TASKWORKER_VERSION, compiler_version());
    for (const auto& [name, version] : library_versions())
        text += fmt::format(", {} {}", name, version);
    return text + '\n';
}

}  // namespace taskworker

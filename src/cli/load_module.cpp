#include "cli/load_module.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdlib>
#include <exception>

#include "cli/nearest.hpp"
#include "taskworker/errors.hpp"
#include "taskworker/module.hpp"
#include "taskworker/version.hpp"

namespace taskworker {
namespace {

namespace fs = std::filesystem;

bool is_path(std::string_view given) {
    return given.find('/') != std::string_view::npos || given.ends_with(".so");
}

bool is_file(const fs::path& path) {
    std::error_code error;
    return fs::is_regular_file(path, error);
}

std::vector<fs::path> directories(const ModulePlaces& places) {
    std::vector<fs::path> all;
    std::string_view rest = places.path;
    while (!rest.empty()) {
        const auto colon = std::min(rest.find(':'), rest.size());
        if (colon > 0) all.emplace_back(rest.substr(0, colon));
        rest.remove_prefix(std::min(colon + 1, rest.size()));
    }
    all.push_back(places.directory);
    all.push_back(places.directory / "tasks");
    all.push_back(places.directory / "build" / "tasks");
    if (!places.installed.empty()) all.push_back(places.installed);
    return all;
}

// Modules that do stand in the directories, for the hint.
std::vector<std::string> modules_in(const std::vector<fs::path>& directories) {
    std::vector<std::string> names;
    for (const auto& directory : directories) {
        std::error_code error;
        for (const auto& entry : fs::directory_iterator(directory, error)) {
            if (entry.path().extension() != ".so") continue;
            auto name = entry.path().stem().string();
            names.push_back(name.starts_with("lib") ? name.substr(3) : name);
        }
    }
    return names;
}

[[noreturn]] void report_miss(std::string_view name, const std::vector<fs::path>& looked) {
    const auto there = modules_in(looked);
    const std::vector<std::string_view> names(there.begin(), there.end());
    std::string places;
    for (const auto& directory : looked)
        places += (places.empty() ? "" : ", ") + directory.string();
    throw ConfigError(fmt::format(
        "-A {0}: no module of this name{1} (looked for {0}.so and lib{0}.so in {2}; "
        "TASKWORKER_PATH adds directories)",
        name,
        suggestion(nearest(name, names)),
        places
    ));
}

std::string dl_error() {
    const char* text = ::dlerror();
    return text ? text : "unknown error";
}

template <class F>
F symbol(void* library, const char* name, const fs::path& file) {
    void* found = ::dlsym(library, name);
    if (!found)
        throw ConfigError(fmt::format(
            "{}: no task module, it has no {}(); write TASKWORKER_MODULE(app) {{ … }} in it",
            file.string(),
            name
        ));
    return reinterpret_cast<F>(found);
}

}  // namespace

ModulePlaces module_places() {
    ModulePlaces places;
    if (const char* path = std::getenv("TASKWORKER_PATH")) places.path = path;
    std::error_code error;
    places.directory = fs::current_path(error);
    // <prefix>/lib/<triplet>/libtaskworker.so → <prefix>/lib/<triplet>/taskworker
    // (cmake/Install.cmake)
    Dl_info info{};
    if (::dladdr(reinterpret_cast<const void*>(&abi_stamp), &info) && info.dli_fname)
        places.installed = fs::absolute(info.dli_fname, error).parent_path() / "taskworker";
    return places;
}

fs::path find_module(std::string_view given, const ModulePlaces& places) {
    if (given.empty())
        throw ConfigError("-A: the name of a module or the path of a .so is missing");
    if (is_path(given)) {
        const auto path = places.directory / fs::path(given);
        if (!is_file(path))
            throw ConfigError(
                fmt::format("-A {}: no such file (looked for {})", given, path.string())
            );
        return path;
    }
    const auto looked = directories(places);
    for (const auto& directory : looked) {
        for (const auto& file : {fmt::format("{}.so", given), fmt::format("lib{}.so", given)})
            if (is_file(directory / file)) return directory / file;
    }
    report_miss(given, looked);
}

void load_module(const fs::path& file, App& app) {
    // NOW: a missing symbol is told here and not in the middle of a task. LOCAL: two modules, or a
    // module and a library of ours, may define the same name. Exceptions and typeinfo cross all the
    // same: their names are compared as text, and what both sides share has its one home in
    // libtaskworker, which the module is linked with.
    void* library = ::dlopen(fs::absolute(file).c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const auto why = dl_error();
        // Before its stamp can be asked for: most often it was built with another taskworker.
        const bool foreign = why.find("undefined symbol") != std::string::npos;
        throw ConfigError(fmt::format(
            "-A: cannot load the module: {}{}",
            why,
            foreign
                ? "; it was probably built with another taskworker than this " TASKWORKER_VERSION
                  ", or linked with a library that is not there: build it again"
                : ""
        ));
    }
    const auto stamp = symbol<const char* (*)()>(library, "taskworker_abi", file);
    if (const auto differs = abi_mismatch(stamp()); !differs.empty())
        throw ConfigError(fmt::format(
            "{}: does not go with this taskworker: {}; build it again", file.string(), differs
        ));
    const auto fill = symbol<void (*)(App*)>(library, "taskworker_module", file);
    try {
        fill(&app);
    } catch (const ConfigError& error) {
        throw ConfigError(fmt::format("{}: {}", file.string(), error.what()));
    } catch (const std::exception& error) {
        throw ConfigError(
            fmt::format("{}: its module function threw: {}", file.string(), error.what())
        );
    } catch (...) {
        throw ConfigError(
            fmt::format("{}: its module function threw something unknown", file.string())
        );
    }
}

}  // namespace taskworker

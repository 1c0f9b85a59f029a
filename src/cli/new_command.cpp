#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/new_module.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

namespace fs = std::filesystem;

// Nothing that is there is touched.
void must_be_free(const fs::path& folder) {
    std::error_code error;
    if (!fs::exists(folder, error)) return;
    if (!fs::is_directory(folder, error) || !fs::is_empty(folder, error))
        throw ConfigError(fmt::format(
            "new: {} is there already and not empty; say --directory DIR", folder.string()
        ));
}

void write(const fs::path& file, const std::string& text) {
    std::ofstream out(file, std::ios::binary);
    out << text;
    out.close();
    if (!out) throw ConfigError(fmt::format("new: {} cannot be written", file.string()));
}

}  // namespace

int run_new_command(const NewCommand& options) {
    const auto files = new_module(options.name);
    const fs::path folder = options.directory.empty() ? options.name : options.directory;
    must_be_free(folder);
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) throw ConfigError(fmt::format("new: {}: {}", folder.string(), error.message()));
    for (const auto& file : files) write(folder / file.name, file.text);
    fmt::print(
        "{0}: a module with the tasks {1}.add and {1}.greet. Go on with\n\n"
        "  cd {0}\n"
        "  cmake -S . -B build && cmake --build build && ctest --test-dir build\n"
        "  taskworker -A build/{1}.so worker -l info\n",
        folder.string(),
        options.name
    );
    return kDone;
}

}  // namespace taskworker

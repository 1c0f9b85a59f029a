// What people write as settings: a TOML file, or variables of the environment, one a line. All of
// it is taken or refused with a ConfigError.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/url.hpp"
#include "broker/transport_options.hpp"
#include "cli/load_config.hpp"
#include "taskworker/errors.hpp"

using namespace taskworker;

namespace {

std::vector<std::pair<std::string, std::string>> variables_in(const std::string& text) {
    std::vector<std::pair<std::string, std::string>> environment;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const auto at = line.find('=');
        if (at != line.npos)
            environment.emplace_back("CELERY_" + line.substr(0, at), line.substr(at + 1));
    }
    return environment;
}

void read(bool file, const std::string& text) {
    ConfigSources sources;
    const int fd = file ? ::memfd_create("settings", 0) : -1;
    if (file) {
        if (::write(fd, text.data(), text.size()) < 0) return;
        sources.file = "/proc/self/fd/" + std::to_string(fd);
    } else {
        sources.environment = variables_in(text);
    }
    try {
        const auto loaded = load_config(sources);
        parse_transport_options(loaded.settings.broker_transport_options);
        parse_redis_url(loaded.settings.broker_url);
    } catch (const ConfigError&) {
    }
    if (fd >= 0) ::close(fd);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    read(data[0] % 2 == 0, std::string(reinterpret_cast<const char*>(data + 1), size - 1));
    return 0;
}

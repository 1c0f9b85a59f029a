#include "cli/log_setup.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "base/log_format.hpp"
#include "cli/node_format.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

void must_open(const std::string& path) {
    const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0) throw ConfigError(fmt::format("--logfile {}: {}", path, std::strerror(errno)));
    ::close(file);
}

}  // namespace

log::Options log_options(const Settings& settings, log::Level level, const std::string& node) {
    log::Options options{.level = level};
    // As in Celery colours are for terminals, whoever asks for them.
    if (!settings.worker_log_color.value_or(true)) options.colour = false;
    if (settings.worker_log_type == "json") options.form = log::Form::Json;
    options.format = std::make_shared<const log::LineFormat>(settings.worker_log_format);
    options.task_format = std::make_shared<const log::LineFormat>(settings.worker_task_log_format);
    if (const auto& file = settings.worker_logfile; file && !file->empty()) {
        options.file = [file = *file, node](int index) {
            return format_for_node(file, node, index, "--logfile");
        };
        must_open(options.file(0));
    }
    return options;
}

}  // namespace taskworker

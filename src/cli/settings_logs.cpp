#include <charconv>

#include "base/log.hpp"
#include "base/log_format.hpp"
#include "cli/nearest.hpp"
#include "cli/settings_rows.hpp"
#include "cli/used_setting.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

// "%(lvlname)s" is answered with the field that was probably meant.
std::string nearest_field(std::string_view format) {
    const auto known = log::LineFormat::field_names();
    for (auto at = format.find("%("); at != format.npos; at = format.find("%(", at + 2)) {
        const auto close = std::min(format.find(')', at), format.size());
        const auto name = format.substr(at + 2, close - std::min(at + 2, close));
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        return suggestion(nearest(name, known));
    }
    return {};
}

Broken log_format(const std::string& value) {
    try {
        log::LineFormat{value};
        return std::nullopt;
    } catch (const ConfigError& error) {
        return error.what() + nearest_field(value);
    }
}

Broken log_level(const std::string& value) {
    if (log::level_from(value)) return std::nullopt;
    return "must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL, FATAL";
}

Broken log_type(const std::string& value) {
    if (value == "text" || value == "json") return std::nullopt;
    return "must be one of text, json";
}

// A user or group: its name, or its number as a number.
Setting name_or_number(
    std::string_view name, std::optional<std::string> Settings::*member, std::string_view help
) {
    Setting setting{.area = Area::Worker, .name = name, .shape = Shape::Any, .help = help};
    setting.assign = [member](Settings& settings, const Json& value) -> Broken {
        auto& to = settings.*member;
        if (value.is_null()) return to.reset(), std::nullopt;
        if (const auto* text = value.get_ptr<const std::string*>(); text && !text->empty())
            return to = *text, std::nullopt;
        int number = 0;
        if (convert(value, number) || number < 0) return "must be a name or a number";
        return to = std::to_string(number), std::nullopt;
    };
    setting.read = [member](const Settings& settings) { return as_json(settings.*member); };
    return setting;
}

// As Celery reads it: text with a 0 in front is octal (celery/platforms.py: DaemonContext).
std::optional<int> mode_of(const Json& value) {
    int mode = -1;
    if (const auto* text = value.get_ptr<const std::string*>()) {
        const auto* end = text->data() + text->size();
        const auto read = std::from_chars(text->data(), end, mode, text->starts_with('0') ? 8 : 10);
        if (text->empty() || read.ec != std::errc() || read.ptr != end) return std::nullopt;
    } else if (convert(value, mode)) {
        return std::nullopt;
    }
    return mode >= 0 && mode <= 0777 ? std::optional(mode) : std::nullopt;
}

Setting umask_row() {
    Setting setting{.area = Area::Worker, .name = "worker_umask", .shape = Shape::Any};
    setting.help = "File mode bits that a detached worker takes away, e.g. 022 (--umask)";
    setting.assign = [](Settings& settings, const Json& value) -> Broken {
        if (value.is_null()) return settings.worker_umask.reset(), std::nullopt;
        const auto mode = mode_of(value);
        if (!mode) return "must be file mode bits like 022, from 0 to 0777";
        settings.worker_umask = mode;
        return std::nullopt;
    };
    setting.read = [](const Settings& settings) { return as_json(settings.worker_umask); };
    return setting;
}

using S = Settings;

}  // namespace

// clang-format off
std::vector<Setting> log_and_daemon_settings() {
    using enum Area;
    return {
        used(Worker, "worker_log_color", &S::worker_log_color,
             "Colours, on a terminal only; null = yes"),
        used(Worker, "worker_log_format", &S::worker_log_format,
             "Form of the log's lines, as Python's logging has it", &log_format),
        used(Worker, "worker_task_log_format", &S::worker_task_log_format,
             "Form of the lines that a task logs with ctx.log(); also has task_name and task_id", &log_format),
        used(Worker, "worker_log_type", &S::worker_log_type,
             "Ours. text, or json: one object per line (--log-format)", &log_type),
        used(Worker, "worker_logfile", &S::worker_logfile,
             "Where the log goes, with %n %h %d %p %i %I (-f); null = stderr"),
        used(Worker, "worker_redirect_stdouts", &S::worker_redirect_stdouts,
             "What tasks print becomes lines of the log"),
        used(Worker, "worker_redirect_stdouts_level", &S::worker_redirect_stdouts_level,
             "Level of these lines", &log_level),
        used(Worker, "worker_pidfile", &S::worker_pidfile,
             "Holds the worker's process id while it runs, with %n %h %d %p (--pidfile)"),
        name_or_number("worker_uid", &S::worker_uid, "The user that the worker becomes; only root may (--uid)"),
        name_or_number("worker_gid", &S::worker_gid, "The group that the worker gets; only root may (--gid)"),
        umask_row(),
    };
}
// clang-format on

}  // namespace taskworker

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "taskworker/time.hpp"

namespace taskworker::log {

// All that is known of a line. Texts are owned by whoever made it.
struct Record {
    Level level = Level::Info;
    TimePoint at{};
    std::string_view process;  // "MainProcess", "ForkPoolWorker-1"
    int pid = 0;
    std::string_view logger;    // "celery.worker"
    std::string_view task, id;  // empty: of no task
    std::string_view text;
};

// A log format as Python's logging writes it, "[%(asctime)s: %(levelname)s/%(processName)s]
// %(message)s" (logging.PercentStyle): all fields of its LogRecord, and Celery's task_name and
// task_id. A value.
class LineFormat {
public:
    static constexpr std::string_view kCelery =
        "[%(asctime)s: %(levelname)s/%(processName)s] %(message)s";
    static constexpr std::string_view kCeleryTask =
        "[%(asctime)s: %(levelname)s/%(processName)s] %(task_name)s[%(task_id)s]: %(message)s";

    // Throws ConfigError, which says what is wrong with the text.
    explicit LineFormat(std::string_view text);

    // No line break at the end. What is of the message or of a name cannot pass for a line of its
    // own: control characters are escaped, and a line of it that begins with '[' is indented.
    void append(std::string& out, const Record& record) const;

    static std::span<const std::string_view> field_names();

private:
    struct Part {
        std::string before;  // text that stands in front of the field
        int field = -1;      // index into field_names(); -1: text only
        char conversion = 's';
        bool left = false, zeros = false;
        std::size_t width = 0;
        int precision = -1;
    };
    static Part read_field(std::string_view& rest);
    static void append_field(std::string& out, const Part& part, const Record& record);

    std::vector<Part> parts_;
};

// One line as a JSON object: time (UTC), level, logger, process, pid, message, and task_name and
// task_id where there is a task.
void append_json(std::string& out, const Record& record);

}  // namespace taskworker::log

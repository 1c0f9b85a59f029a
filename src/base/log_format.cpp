#include "base/log_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <iterator>
#include <span>

#include "base/log_line.hpp"
#include "taskworker/errors.hpp"

namespace taskworker::log {
namespace {

// The order is that of kNames.
enum Field {
    kAsctime,
    kCreated,
    kMsecs,
    kRelativeCreated,
    kLevelname,
    kLevelno,
    kName,
    kMessage,
    kProcess,
    kProcessName,
    kThread,
    kThreadName,
    kTaskName,
    kTaskId,
    kPathname,
    kFilename,
    kModule,
    kFuncName,
    kLineno
};
constexpr std::array<std::string_view, 19> kNames = {
    "asctime",
    "created",
    "msecs",
    "relativeCreated",
    "levelname",
    "levelno",
    "name",
    "message",
    "process",
    "processName",
    "thread",
    "threadName",
    "task_name",
    "task_id",
    "pathname",
    "filename",
    "module",
    "funcName",
    "lineno"};

const TimePoint kStart = std::chrono::system_clock::now();

bool is_number(int field) {
    switch (field) {
        case kCreated:
        case kMsecs:
        case kRelativeCreated:
        case kLevelno:
        case kProcess:
        case kThread:
        case kLineno:
            return true;
        default:
            return false;
    }
}

// Python's numbers: DEBUG is 10, CRITICAL 50.
int level_number(Level level) { return (static_cast<int>(level) + 1) * 10; }

double millis(TimePoint at, TimePoint since) {
    return std::chrono::duration<double, std::milli>(at - since).count();
}

double number_of(int field, const Record& record) {
    switch (field) {
        case kCreated:
            return millis(record.at, TimePoint()) / 1000;
        case kMsecs:
            return millis(record.at, std::chrono::floor<std::chrono::seconds>(record.at));
        case kRelativeCreated:
            return millis(record.at, kStart);
        case kLevelno:
            return level_number(record.level);
        case kProcess:
            return record.pid;
        default:
            return 0;
    }
}

// Where a line was written in our code says nothing to anybody; Python's own words for "not known".
void append_text(std::string& out, int field, const Record& record) {
    switch (field) {
        case kAsctime:
            return append_time(out, record.at);
        case kLevelname:
            out += name_of(record.level);
            return;
        case kName:
            out += record.logger;
            return;
        case kMessage:
            return append_safe(out, record.text);
        case kProcessName:
            return append_safe_word(out, record.process);
        case kThreadName:
            out += "MainThread";
            return;
        case kTaskName:
            return append_safe_word(out, record.task.empty() ? "???" : record.task);
        case kTaskId:
            return append_safe_word(out, record.id.empty() ? "???" : record.id);
        case kModule:
            out += "Unknown module";
            return;
        case kFuncName:
            out += "(unknown function)";
            return;
        default:
            out += "(unknown file)";
    }
}

std::string number_text(char conversion, int precision, double value) {
    if (conversion == 'f') return fmt::format("{:.{}f}", value, precision < 0 ? 6 : precision);
    return fmt::format("{}", static_cast<long long>(value));
}

[[noreturn]] void wrong(std::string_view why) {
    throw ConfigError(fmt::format("must be a log format of Python: {}", why));
}

std::size_t read_size(std::string_view& rest) {
    std::size_t size = 0;
    for (; !rest.empty() && rest.front() >= '0' && rest.front() <= '9'; rest.remove_prefix(1))
        size =
            std::min<std::size_t>(size * 10 + static_cast<std::size_t>(rest.front() - '0'), 1000);
    return size;
}

}  // namespace

std::span<const std::string_view> LineFormat::field_names() { return kNames; }

// `rest` begins behind "%(".
LineFormat::Part LineFormat::read_field(std::string_view& rest) {
    const auto close = rest.find(')');
    if (close == rest.npos) wrong("a ')' is missing");
    const auto name = rest.substr(0, close);
    const auto at = std::find(kNames.begin(), kNames.end(), name);
    if (at == kNames.end()) wrong(fmt::format("it has no field %({})s", name.substr(0, 40)));
    rest.remove_prefix(close + 1);

    Part part{.field = static_cast<int>(at - kNames.begin())};
    for (; !rest.empty() && std::string_view("-0+ #").find(rest.front()) != rest.npos;
         rest.remove_prefix(1)) {
        part.left = part.left || rest.front() == '-';
        part.zeros = part.zeros || rest.front() == '0';
    }
    part.width = read_size(rest);
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        part.precision = static_cast<int>(read_size(rest));
    }
    part.conversion = rest.empty() ? '\0' : rest.front();
    const bool fits = part.conversion == 's' ||
                      (is_number(part.field) && (part.conversion == 'd' || part.conversion == 'i' ||
                                                 part.conversion == 'f'));
    if (!fits)
        wrong(fmt::format(
            "%({}) must be followed by s{}", name, is_number(part.field) ? ", d or f" : ""
        ));
    rest.remove_prefix(1);
    return part;
}

LineFormat::LineFormat(std::string_view text) {
    std::string before;
    for (auto rest = text; !rest.empty();) {
        if (rest.starts_with("%%")) {
            before += '%';
            rest.remove_prefix(2);
        } else if (rest.starts_with("%(")) {
            rest.remove_prefix(2);
            parts_.push_back(read_field(rest));
            parts_.back().before = std::exchange(before, {});
        } else if (rest.front() == '%') {
            wrong("a '%' must be followed by '(' or '%'");
        } else {
            before += rest.front();
            rest.remove_prefix(1);
        }
    }
    if (parts_.empty()) wrong("it has no field, e.g. %(message)s");
    if (!before.empty()) parts_.push_back({.before = std::move(before)});
}

void LineFormat::append_field(std::string& out, const Part& part, const Record& record) {
    const auto begin = out.size();
    if (is_number(part.field)) {
        out += number_text(part.conversion, part.precision, number_of(part.field, record));
    } else {
        append_text(out, part.field, record);
        if (part.precision >= 0 && out.size() - begin > static_cast<std::size_t>(part.precision))
            out.resize(begin + static_cast<std::size_t>(part.precision));
    }
    const auto size = out.size() - begin;
    if (size >= part.width) return;
    const bool zeros = part.zeros && !part.left && is_number(part.field);
    out.insert(part.left ? out.size() : begin, part.width - size, zeros ? '0' : ' ');
}

void LineFormat::append(std::string& out, const Record& record) const {
    for (const auto& part : parts_) {
        out += part.before;
        if (part.field >= 0) append_field(out, part, record);
    }
}

void append_json(std::string& out, const Record& record) {
    auto to = std::back_inserter(out);
    const auto time = std::chrono::floor<std::chrono::milliseconds>(record.at);
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    fmt::format_to(
        to,
        R"({{"time": "{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}.{:03d}Z", "level": "{}", "logger": )",
        utc.tm_year + 1900,
        utc.tm_mon + 1,
        utc.tm_mday,
        utc.tm_hour,
        utc.tm_min,
        utc.tm_sec,
        (time - std::chrono::floor<std::chrono::seconds>(time)).count(),
        name_of(record.level)
    );
    append_json_text(out, record.logger);
    out += R"(, "process": )";
    append_json_text(out, record.process);
    fmt::format_to(to, R"(, "pid": {})", record.pid);
    if (!record.task.empty()) {
        out += R"(, "task_name": )";
        append_json_text(out, record.task);
    }
    if (!record.id.empty()) {
        out += R"(, "task_id": )";
        append_json_text(out, record.id);
    }
    out += R"(, "message": )";
    append_json_text(out, record.text);
    out += '}';
}

}  // namespace taskworker::log

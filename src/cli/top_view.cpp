#include "cli/top_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/log_line.hpp"
#include "base/moment.hpp"
#include "base/utf8.hpp"
#include "cli/shown_text.hpp"
#include "message/python_repr.hpp"

namespace taskworker {
namespace {

using Style = TopLine::Style;
constexpr std::size_t kLeastTasks =
    3;  // lines that running tasks get however many queues there are

const Json* member(const Json& object, const char* name) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(name);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::int64_t whole(const Json* value) {
    if (!value) return 0;
    if (const auto* n = value->get_ptr<const std::int64_t*>()) return *n;
    if (const auto* n = value->get_ptr<const std::uint64_t*>())
        return static_cast<std::int64_t>(std::min<std::uint64_t>(*n, INT64_MAX));
    return 0;
}

std::optional<double> real(const Json* value) {
    if (!value) return std::nullopt;
    if (const auto* n = value->get_ptr<const double*>()) return *n;
    return value->is_number() ? std::optional(static_cast<double>(whole(value))) : std::nullopt;
}

std::string words(const Json* value) {
    return value ? shown_text(python_str(*value)) : std::string();
}

// "celery.concurrency.prefork:TaskPool" → "prefork"
std::string pool_name(const std::string& implementation) {
    const auto colon = implementation.find(':');
    const auto path = implementation.substr(0, colon);
    const auto dot = path.rfind('.');
    const auto name = path.substr(dot == path.npos ? 0 : dot + 1);
    return name == "thread" ? "threads" : name;
}

TopWorker worker_of(const Control::Reply& reply) {
    TopWorker worker;
    worker.name = shown_text(reply.node);
    worker.pid = whole(member(reply.body, "pid"));
    if (const auto* pool = member(reply.body, "pool")) {
        worker.pool = pool_name(words(member(*pool, "implementation")));
        worker.slots = whole(member(*pool, "max-concurrency"));
    }
    if (const auto* total = member(reply.body, "total"); total && total->is_object())
        for (const auto& [task, count] : total->items()) worker.done += whole(&count);
    return worker;
}

TopTask task_of(const std::string& worker, const Json& info, TimePoint at) {
    TopTask task{.worker = worker};
    task.id = words(member(info, "id"));
    task.name = words(member(info, "name"));
    task.pid = whole(member(info, "worker_pid"));
    if (const auto began = real(member(info, "time_start")))
        task.seconds = std::max(0.0, unix_time(at) - *began);
    task.arguments = words(member(info, "args"));
    if (const auto named = words(member(info, "kwargs")); !named.empty() && named != "{}")
        task.arguments += " " + named;
    return task;
}

std::string cut(std::string text, std::size_t columns) {
    std::size_t at = 0;
    for (std::size_t n = 0; n < columns && at < text.size(); ++n) next_code_point(text, at);
    text.resize(std::min(at, text.size()));
    return text;
}

// A column: longer texts lose their end to "…".
std::string column(const std::string& text, std::size_t width) {
    const auto size = count_code_points(text);
    if (size <= width) return text + std::string(width - size, ' ');
    return cut(text, width - 1) + "…";
}

std::string duration(std::optional<double> seconds) {
    if (!seconds) return "-";
    if (*seconds < 100) return fmt::format("{:.1f}s", *seconds);
    const auto whole = static_cast<std::int64_t>(std::min(*seconds, 1e15));
    if (whole < 6000) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
    return fmt::format("{:.1f}h", *seconds / 3600);
}

std::string steps_of(const RedisSurvey::Queue& queue) {
    std::string text;
    for (const auto& [step, count] : queue.steps)
        if (count > 0) text += fmt::format("{}{}:{}", text.empty() ? "" : " ", step, count);
    return text;
}

std::string clock_of(TimePoint at) {
    std::string text;
    log::append_time(text, at);  // "2024-05-01 10:00:00,123"
    return text.size() >= 19 ? text.substr(11, 8) : text;
}

std::string plural(std::size_t n, std::string_view what) {
    return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

TopLine headline(const TopLook& look, const std::string& broker) {
    std::int64_t slots = 0;
    double rate = 0;
    for (const auto& worker : look.workers) {
        slots += worker.slots;
        rate += worker.rate.value_or(0);
    }
    return {
        fmt::format(
            "taskworker top  {}  {}  {}, {} of {} slots busy, {:.1f} tasks/s",
            clock_of(look.at),
            broker,
            plural(look.workers.size(), "worker"),
            look.running.size(),
            slots,
            rate
        ),
        Style::Bold};
}

std::string rate_text(const std::optional<double>& rate) {
    return rate ? fmt::format("{:.1f}", *rate) : "-";
}

// The first of `all`, with a word about the others.
template <class T, class Draw>
void add_some(std::vector<TopLine>& lines, const std::vector<T>& all, std::size_t most, Draw draw) {
    for (std::size_t i = 0; i < std::min(all.size(), most); ++i) lines.push_back(draw(all[i]));
    if (all.size() > most) lines.push_back({fmt::format("… and {} more", all.size() - most)});
}

void add_workers(std::vector<TopLine>& lines, const TopLook& look, std::size_t most) {
    lines.push_back(
        {fmt::format(
             "{:<28} {:<9} {:>5} {:>5} {:>10} {:>8} {:>8}",
             "WORKER",
             "POOL",
             "SLOTS",
             "BUSY",
             "DONE",
             "RATE/S",
             "PID"
         ),
         Style::Reverse}
    );
    add_some(lines, look.workers, most, [](const TopWorker& worker) -> TopLine {
        return {fmt::format(
            "{} {} {:>5} {:>5} {:>10} {:>8} {:>8}",
            column(worker.name, 28),
            column(worker.pool, 9),
            worker.slots,
            worker.busy,
            worker.done,
            rate_text(worker.rate),
            worker.pid
        )};
    });
    if (look.workers.empty()) lines.push_back({"nobody answers", Style::Warning});
}

void add_queues(std::vector<TopLine>& lines, const TopLook& look, std::size_t most) {
    lines.push_back({""});
    lines.push_back(
        {fmt::format("{:<28} {:>9}  {:<20} {}", "QUEUE", "MESSAGES", "BY PRIORITY", "NEXT"),
         Style::Reverse}
    );
    add_some(lines, look.queues, most, [](const RedisSurvey::Queue& queue) -> TopLine {
        return {fmt::format(
            "{} {:>9}  {} {}",
            column(shown_text(queue.name), 28),
            queue.total(),
            column(steps_of(queue), 20),
            shown_text(queue.next.value_or("-"))
        )};
    });
    const bool dead = look.totals.dead_letters > 0;
    lines.push_back(
        {fmt::format(
             "in hand: {}, begun and acknowledged: {}, waiting for their time: {}, dead letters: "
             "{}",
             look.totals.unacked - std::min(look.totals.parked, look.totals.unacked),
             look.totals.started,
             look.totals.parked,
             look.totals.dead_letters
         ),
         dead ? Style::Warning : Style::Plain}
    );
}

std::string task_line(const TopTask& task, bool selected) {
    return fmt::format(
        "{}{:>7}  {} {} {:>8}  {}  {}",
        selected ? '>' : ' ',
        duration(task.seconds),
        column(task.name, 28),
        column(task.worker, 20),
        task.pid,
        column(task.id, 36),
        task.arguments
    );
}

// As many as there is room for, the selected one among them.
void add_tasks(
    std::vector<TopLine>& lines, const TopLook& look, const TopState& state, std::size_t room
) {
    lines.push_back({""});
    lines.push_back(
        {fmt::format(
             "{:>8}  {:<28} {:<20} {:>8}  {:<36}  {}",
             "RUNNING",
             "TASK",
             "WORKER",
             "PID",
             "ID",
             "ARGUMENTS"
         ),
         Style::Reverse}
    );
    const auto all = look.running.size();
    const auto row = selected_row(look, state);
    std::size_t first = 0;
    if (row < all && row >= room) first = row - room + 1;
    for (auto i = first; i < std::min(all, first + room); ++i)
        lines.push_back(
            {task_line(look.running[i], i == row), i == row ? Style::Bold : Style::Plain}
        );
    if (all == 0) lines.push_back({"nothing runs"});
}

TopLine bottom(const TopState& state) {
    if (!state.ask.empty())
        return {fmt::format("terminate {} by SIGTERM? y / n", state.ask), Style::Warning};
    if (!state.told.empty()) return {state.told, Style::Bold};
    return {"q quit   ↑ ↓ select   r revoke   t terminate", Style::Plain};
}

}  // namespace

TopLook look_of(
    TimePoint at,
    const std::vector<Control::Reply>& stats,
    const std::vector<Control::Reply>& active,
    std::vector<RedisSurvey::Queue> queues,
    const RedisSurvey::Totals& totals
) {
    TopLook look{.at = at, .queues = std::move(queues), .totals = totals};
    for (const auto& reply : stats) look.workers.push_back(worker_of(reply));
    for (const auto& reply : active) {
        if (!reply.body.is_array()) continue;
        const auto name = shown_text(reply.node);
        for (const auto& info : reply.body) look.running.push_back(task_of(name, info, at));
        for (auto& worker : look.workers)
            if (worker.name == name) worker.busy = reply.body.size();
    }
    std::stable_sort(look.running.begin(), look.running.end(), [](const auto& a, const auto& b) {
        return a.seconds.value_or(0) > b.seconds.value_or(0);
    });
    return look;
}

void add_rates(TopLook& look, const TopLook& before) {
    const double seconds = Seconds(look.at - before.at).count();
    if (seconds <= 0) return;
    for (auto& worker : look.workers)
        for (const auto& old : before.workers)  // a new process counts from the beginning
            if (old.name == worker.name && old.pid == worker.pid && old.done <= worker.done)
                worker.rate = static_cast<double>(worker.done - old.done) / seconds;
}

std::vector<TopLine> draw_top(
    const TopLook& look,
    const TopState& state,
    const std::string& broker,
    std::size_t rows,
    std::size_t columns
) {
    std::vector<TopLine> lines = {headline(look, broker)};
    if (!look.trouble.empty()) lines.push_back({look.trouble, Style::Warning});
    lines.push_back({""});
    add_workers(lines, look, std::max<std::size_t>(rows / 3, 3));
    add_queues(lines, look, std::max<std::size_t>(rows / 4, 3));
    constexpr std::size_t kAround = 3;  // heading of the tasks, and the last line
    const auto least = kLeastTasks + kAround;
    lines.resize(std::min(lines.size(), rows > least ? rows - least : 1));
    const auto room = rows > lines.size() + kAround ? rows - lines.size() - kAround : 0;
    add_tasks(lines, look, state, room);
    lines.resize(std::max<std::size_t>(rows, 1) - 1);
    if (rows > 0) lines.push_back(bottom(state));
    for (auto& line : lines) line.text = cut(line.text, columns);
    return lines;
}

}  // namespace taskworker

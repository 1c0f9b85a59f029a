#include "base/time_zone.hpp"

#include <date/tz.h>
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <ctime>

#include "base/iso_time.hpp"

namespace taskworker {
namespace {

const date::time_zone* zone_named(std::string_view name) {
    try {
        return date::locate_zone(std::string(name));
    } catch (const std::exception&) {  // no such zone, or no database
        return nullptr;
    }
}

std::chrono::seconds machines_offset(TimePoint time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm local{};
    return std::chrono::seconds(::localtime_r(&seconds, &local) ? local.tm_gmtoff : 0);
}

std::chrono::seconds offset_of(const date::time_zone& zone, TimePoint time) {
    return zone.get_info(std::chrono::floor<std::chrono::seconds>(time)).offset;
}

std::string offset_text(std::chrono::seconds offset) {
    const auto size = std::abs(offset.count());
    auto text =
        fmt::format("{}{:02}:{:02}", offset.count() < 0 ? '-' : '+', size / 3600, size / 60 % 60);
    return size % 60 ? text + fmt::format(":{:02}", size % 60) : text;
}

// As UTC with the local digits, and then the true offset.
std::string with_offset(TimePoint time, std::chrono::seconds offset) {
    auto text = format_iso_time(time + offset);
    text.resize(text.size() - std::string_view("+00:00").size());
    return text + offset_text(offset);
}

}  // namespace

bool is_time_zone(std::string_view name) { return zone_named(name) != nullptr; }

std::string format_iso_time(TimePoint time, const Settings& settings) {
    const auto& name = settings.timezone;
    if (name == "UTC" || (name.empty() && settings.enable_utc)) return format_iso_time(time);
    if (name.empty()) return with_offset(time, machines_offset(time));
    const auto* zone = zone_named(name);
    return zone ? with_offset(time, offset_of(*zone, time)) : format_iso_time(time);
}

}  // namespace taskworker

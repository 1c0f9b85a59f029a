#pragma once

#include <chrono>

namespace taskworker {

using Seconds = std::chrono::duration<double>;  // what Celery's settings and options count in
using TimePoint = std::chrono::system_clock::time_point;

inline TimePoint operator+(TimePoint t, Seconds s) {
    return t + std::chrono::duration_cast<TimePoint::duration>(s);
}
inline double unix_time(TimePoint t) { return Seconds(t.time_since_epoch()).count(); }
inline TimePoint from_unix(double seconds) { return TimePoint{} + Seconds(seconds); }

}  // namespace taskworker

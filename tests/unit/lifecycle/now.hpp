#pragma once

#include "taskworker/time.hpp"

namespace taskworker::testing {

inline const TimePoint kNow = TimePoint(std::chrono::microseconds(1'714'557'600'123'456));
inline constexpr const char* kNowText = "2024-05-01T10:00:00.123456+00:00";

}  // namespace taskworker::testing

#pragma once

namespace taskworker {

// docs/operations.md has the table.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;  // the task, or the run
inline constexpr int kUsage = 2;   // a bad option, setting, URL or module
inline constexpr int kNotFound = 3;
inline constexpr int kUnavailable = 69;   // sysexits.h: EX_UNAVAILABLE; no connection
inline constexpr int kCannotCreate = 73;  // EX_CANTCREAT: the pidfile is another's

}  // namespace taskworker

#pragma once

#include <cstdint>

namespace taskworker {

// Resident memory of this process in KiB; 0 when it cannot be told.
std::uint64_t resident_kib();

}  // namespace taskworker

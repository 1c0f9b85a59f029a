#include "base/heap.hpp"

#include <malloc.h>

namespace taskworker {

void keep_freed_memory() {
    constexpr int kMiB = 1 << 20;
    ::mallopt(M_MMAP_THRESHOLD, 4 * kMiB);
    ::mallopt(M_TRIM_THRESHOLD, 16 * kMiB);
}

}  // namespace taskworker

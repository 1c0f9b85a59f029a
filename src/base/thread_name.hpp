#pragma once

#include <pthread.h>

namespace taskworker {

// For people who look at a running worker (top -H, USR1). At most 15 signs.
inline void name_this_thread(const char* name) { ::pthread_setname_np(::pthread_self(), name); }

}  // namespace taskworker

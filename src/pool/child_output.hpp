#pragma once

#include "pool/shared_page.hpp"

namespace taskworker {

// In a child whose stdout and stderr are a pipe to its parent (worker_redirect_stdouts).

// Lines are written when they end, not when a buffer is full.
void write_lines_at_once();

// Writes what the job has printed, and waits until the parent has taken it: only then can the
// parent tell what is of this job and what of the next.
void hand_over_output(const SharedPage& page);

}  // namespace taskworker

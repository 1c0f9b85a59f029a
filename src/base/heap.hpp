#pragma once

namespace taskworker {

// Lets the heap keep a few MiB that were freed instead of giving them back at once: large messages
// would fault in their pages anew at every copy, a third of what they cost.
void keep_freed_memory();

}  // namespace taskworker

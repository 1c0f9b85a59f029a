#pragma once

#include <sys/types.h>

namespace taskworker {

// The signals of a pool child. INT, TERM, QUIT, HUP, USR1 and USR2 reach the whole process group or
// cgroup (a terminal's ^C, `systemctl stop`, supervisord) while the parent does a warm shutdown and
// wants the children to finish: they count only from the parent (cancel with a signal) and from the
// child itself (a task that kills its process), and then do what they do by default. Celery ignores
// INT only, and loses running tasks to a TERM to the group. KILL ends a child from anywhere. PIPE
// is ignored as Python does, but programs that a task starts get the default back.
void install_child_signals(pid_t parent);

// SIGKILL when the parent's spawning thread dies; false when the parent is gone already.
bool die_with_parent(pid_t parent);

}  // namespace taskworker

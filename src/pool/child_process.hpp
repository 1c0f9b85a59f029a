#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "pool/file_descriptor.hpp"
#include "pool/shared_page.hpp"

namespace taskworker {

// Where a child finds what it inherits; every other descriptor but 0, 1 and 2 is closed.
inline constexpr int kChildSocket = 3;
inline constexpr int kChildMemory = 4;
inline constexpr int kChildExecutable = 5;  // of no use after the exec: the child closes it

inline constexpr int kExitRecycled = 0x9B;  // over its memory bound; billiard's EX_RECYCLE

// A running child of ours. It must be reaped before it is destroyed.
struct ChildProcess {
    pid_t pid = 0;
    FileDescriptor socket;  // non-blocking
    FileDescriptor pidfd;   // readable when it is dead; none on kernels or jails without pidfd_open
    FileDescriptor output;  // what it writes to stdout and stderr; non-blocking; none: not captured
    SharedPage page;

    void kill(int signal) const;
    std::optional<int> reap() const;  // waitpid's status when it is dead; does not wait
};

// Starts children from one executable file that was opened once: a binary that is replaced while we
// run must not slip in. spawn() must be called from a thread that outlives the children, for they
// die with it (PR_SET_PDEATHSIG).
class ChildLauncher {
public:
    // `capture`: the children's stdout and stderr are a pipe to us. Throws Error.
    explicit ChildLauncher(const std::string& executable, bool capture = false);
    // argv is {title, arguments...}. Throws Error.
    ChildProcess spawn(const std::string& title, const std::vector<std::string>& arguments) const;

private:
    FileDescriptor executable_;
    bool capture_;
};

}  // namespace taskworker

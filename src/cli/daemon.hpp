#pragma once

#include <optional>
#include <string>

#include "taskworker/config.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {

// The process as a daemon (celery/platforms.py).

// A file with our process id in it, removed when this object goes, if it is still ours. A file of a
// process that is gone is taken over. Celery's pidfile: the id and a line break.
class Pidfile {
public:
    // Throws PidfileTaken when another process holds it, ConfigError when it cannot be written.
    explicit Pidfile(std::string path);
    ~Pidfile() { remove(); }
    Pidfile(const Pidfile&) = delete;
    Pidfile& operator=(const Pidfile&) = delete;
    void remove();

    // Throws as the constructor does if it is another's, and changes nothing.
    static void check(const std::string& path);

private:
    std::string path_;
    int owner_;
};

// Celery's two lines; exit code 73.
class PidfileTaken final : public Error {
public:
    PidfileTaken(const std::string& path, int pid);
    ~PidfileTaken() override;
};

// Becomes the user and the group that the settings name, for good (maybe_drop_privileges). Throws
// ConfigError.
void become(const std::optional<std::string>& user, const std::optional<std::string>& group);

// Celery's check_privileges(): throws Error for root with pickle among the contents that are
// read, unless C_FORCE_ROOT is set; returns a warning for root without.
std::optional<std::string> check_privileges(const Settings& settings);

// Goes on in the background: returns in the new process, while the old one waits until ready() is
// called there and ends with 0, or ends with 1 because the new one has ended.
class Detached {
public:
    explicit Detached(std::optional<int> umask);
    // From here on nobody waits and nobody sees what is printed.
    void ready();
    ~Detached();
    Detached(const Detached&) = delete;
    Detached& operator=(const Detached&) = delete;

private:
    int told_ = -1;
};

// Whether this process was detached already, before it restarted itself in place.
bool is_detached();

}  // namespace taskworker

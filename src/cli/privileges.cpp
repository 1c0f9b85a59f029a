#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "cli/daemon.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

std::optional<unsigned> number_in(const std::string& text) {
    unsigned number = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

const passwd* find_user(const std::string& user) {
    const auto number = number_in(user);
    return number ? ::getpwuid(*number) : ::getpwnam(user.c_str());
}

gid_t find_group(const std::string& group) {
    if (const auto number = number_in(group)) return *number;
    const auto* entry = ::getgrnam(group.c_str());
    if (!entry) throw ConfigError(fmt::format("--gid {}: there is no such group", group));
    return entry->gr_gid;
}

void must(int result, const char* option, const std::string& value) {
    if (result == 0) return;
    throw ConfigError(fmt::format(
        "{} {}: {}", option, value, errno == EPERM ? "only root may do that" : std::strerror(errno)
    ));
}

bool in_use(const char* group) {
    const auto* entry = ::getgrnam(group);
    return entry && (entry->gr_gid == ::getgid() || entry->gr_gid == ::getegid());
}

std::string who_we_are() {
    return fmt::format(
        "uid={} euid={} gid={} egid={}", ::getuid(), ::geteuid(), ::getgid(), ::getegid()
    );
}

}  // namespace

void become(const std::optional<std::string>& user, const std::optional<std::string>& group) {
    if (!user) {
        if (!group) return;
        const auto gid = find_group(*group);
        if (gid != ::getgid()) must(::setgid(gid), "--gid", *group);
        return;
    }
    const auto* entry = find_user(*user);
    if (!entry) throw ConfigError(fmt::format("--uid {}: there is no such user", *user));
    const auto uid = entry->pw_uid;
    const std::string name = entry->pw_name;
    const gid_t gid = group ? find_group(*group) : entry->pw_gid;
    if (uid == ::getuid() && uid == ::geteuid() && gid == ::getgid()) return;
    // The groups first: afterwards we may not any more.
    must(::setgid(gid), "--uid", *user);
    must(::initgroups(name.c_str(), gid), "--uid", *user);
    must(::setuid(uid), "--uid", *user);
    if (uid != 0 && ::setuid(0) == 0)
        throw Error("non-root user able to restore privileges after setuid.");
    ::prctl(PR_SET_DUMPABLE, 1);  // who becomes another loses the right to look at itself in /proc
}

std::optional<std::string> check_privileges(const Settings& settings) {
    const bool risky = ::getuid() == 0 || ::geteuid() == 0 || in_use("sudo") || in_use("wheel");
    const char* forced = std::getenv("C_FORCE_ROOT");
    if (!risky || (forced && *forced)) return std::nullopt;
    const auto& accepted = settings.accept_content;
    const bool pickle = std::any_of(accepted.begin(), accepted.end(), [](const std::string& type) {
        return type == "pickle" || type.ends_with("python-serialize");
    });
    if (pickle)
        throw Error(fmt::format(
            "Running a worker with superuser privileges when the worker accepts messages "
            "serialized with pickle is a very bad idea! If you really want to continue then you "
            "have to set the C_FORCE_ROOT environment variable. ({})",
            who_we_are()
        ));
    return fmt::format(
        "You're running the worker with superuser privileges: this is absolutely not recommended! "
        "Please specify a different user using the --uid option. ({})",
        who_we_are()
    );
}

}  // namespace taskworker

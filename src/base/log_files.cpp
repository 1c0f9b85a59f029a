#include "base/log_files.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace taskworker::log {
namespace {

bool is_at(int descriptor, const std::string& path) {
    struct stat ours {
    }, theirs{};
    return ::fstat(descriptor, &ours) == 0 && ::stat(path.c_str(), &theirs) == 0 &&
           ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

}  // namespace

void write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto n = ::write(descriptor, bytes.data(), bytes.size());
        if (n > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(n));
        } else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            pollfd ready{descriptor, POLLOUT, 0};
            if (::poll(&ready, 1, 1000) <= 0) return;
        } else if (n == 0 || errno != EINTR) {
            return;
        }
    }
}

bool LogFiles::append(int index, std::string_view bytes) {
    const int descriptor = descriptor_of(name_(index));
    if (descriptor < 0) return false;
    write_all(descriptor, bytes);
    return true;
}

void LogFiles::close() {
    for (const auto& [path, descriptor] : open_) ::close(descriptor);
    open_.clear();
}

int LogFiles::descriptor_of(const std::string& path) {
    const auto known = open_.find(path);
    if (known != open_.end()) {
        if (is_at(known->second, path)) return known->second;
        ::close(known->second);
        open_.erase(known);
    }
    const int fresh = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (fresh >= 0) open_[path] = fresh;
    return fresh;
}

}  // namespace taskworker::log

#include "pool/process_memory.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <string_view>

#include "pool/file_descriptor.hpp"

namespace taskworker {

std::uint64_t resident_kib() {
    const FileDescriptor file(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC));
    char text[128];
    const auto size = ::read(file.get(), text, sizeof text);
    if (size <= 0) return 0;
    // "total resident shared …", in pages
    std::string_view fields(text, static_cast<std::size_t>(size));
    fields.remove_prefix(std::min(fields.find(' '), fields.size() - 1) + 1);
    std::uint64_t pages = 0;
    std::from_chars(fields.data(), fields.data() + fields.size(), pages);
    return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) / 1024;
}

}  // namespace taskworker

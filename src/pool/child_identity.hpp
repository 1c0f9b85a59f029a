#pragma once

#include <cstdint>
#include <string>

namespace taskworker {

// What parent and child must agree on: the code and the registered tasks.
struct ChildIdentity {
    std::string build_id;
    std::uint64_t registry_hash = 0;
    bool operator==(const ChildIdentity&) const = default;
};

// The linker's build id (hex) of the loaded file that `address` lies in; empty when it has none.
std::string build_id_of(const void* address);

// Of the loaded file with this path; empty when no such file is loaded, or it has none. What is
// read is what was loaded, whatever lies under that path by now.
std::string build_id_of_file(const std::string& path);

// Of this library.
std::string own_build_id();

}  // namespace taskworker

#include "pool/child_identity.hpp"

#include <elf.h>
#include <fmt/format.h>
#include <link.h>

#include <cstring>
#include <filesystem>
#include <functional>
#include <span>
#include <system_error>

namespace taskworker {
namespace {

std::size_t padded(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

// The notes of one segment: {name size, description size, type}, name, description.
std::string build_id_in(std::span<const unsigned char> notes) {
    while (notes.size() > sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) head;
        std::memcpy(&head, notes.data(), sizeof head);
        notes = notes.subspan(sizeof head);
        const auto name = padded(head.n_namesz), description = padded(head.n_descsz);
        if (name > notes.size() || description > notes.size() - name) break;
        const bool is_it = head.n_type == NT_GNU_BUILD_ID && head.n_namesz == 4 &&
                           std::memcmp(notes.data(), "GNU", 4) == 0;
        if (is_it) {
            std::string hex;
            for (const auto byte : notes.subspan(name, head.n_descsz))
                hex += fmt::format("{:02x}", byte);
            return hex;
        }
        notes = notes.subspan(name + description);
    }
    return {};
}

bool holds(const dl_phdr_info& file, std::uintptr_t address) {
    for (const auto& part : std::span(file.dlpi_phdr, file.dlpi_phnum)) {
        const auto begin = file.dlpi_addr + part.p_vaddr;
        if (part.p_type == PT_LOAD && address >= begin && address - begin < part.p_memsz)
            return true;
    }
    return false;
}

using IsIt = std::function<bool(const dl_phdr_info&)>;
struct Search {
    const IsIt& is_it;
    std::string found;
};

int look_at(dl_phdr_info* file, std::size_t, void* data) {
    auto& search = *static_cast<Search*>(data);
    if (!search.is_it(*file)) return 0;
    for (const auto& part : std::span(file->dlpi_phdr, file->dlpi_phnum)) {
        if (part.p_type != PT_NOTE || !search.found.empty()) continue;
        const auto* at = reinterpret_cast<const unsigned char*>(file->dlpi_addr + part.p_vaddr);
        search.found = build_id_in({at, part.p_memsz});
    }
    return 1;
}

std::string build_id_where(const IsIt& is_it) {
    Search search{is_it, {}};
    ::dl_iterate_phdr(&look_at, &search);
    return search.found;
}

std::filesystem::path resolved(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::weakly_canonical(std::filesystem::absolute(path, ignored), ignored);
}

}  // namespace

std::string build_id_of(const void* address) {
    const auto at = reinterpret_cast<std::uintptr_t>(address);
    return build_id_where([at](const dl_phdr_info& file) { return holds(file, at); });
}

std::string build_id_of_file(const std::string& path) {
    if (path.empty()) return {};
    return build_id_where([wanted = resolved(path)](const dl_phdr_info& file) {
        const std::string name = file.dlpi_name;
        return !name.empty() && resolved(name) == wanted;
    });
}

std::string own_build_id() { return build_id_of(reinterpret_cast<const void*>(&own_build_id)); }

}  // namespace taskworker

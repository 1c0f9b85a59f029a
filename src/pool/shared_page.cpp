#include "pool/shared_page.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <new>

#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

void* map(const FileDescriptor& memory, std::size_t bytes) {
    void* at = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory.get(), 0);
    if (at == MAP_FAILED)
        throw Error(fmt::format("mmap of a child's page: {}", std::strerror(errno)));
    return at;
}

}  // namespace

SharedPage SharedPage::create() {
    FileDescriptor memory(::memfd_create("taskworker-child", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!memory || ::ftruncate(memory.get(), kBytes) != 0) {
        throw Error(fmt::format("memory for a child's page: {}", std::strerror(errno)));
    }
    ::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
    void* at = map(memory, kBytes);
    ::new (at) Header;
    return SharedPage(std::move(memory), at);
}

SharedPage SharedPage::open(FileDescriptor memory) {
    void* at = map(memory, kBytes);
    return SharedPage(std::move(memory), at);
}

SharedPage::SharedPage(FileDescriptor memory, void* at)
    : memory_(std::move(memory)), header_(static_cast<Header*>(at)) {}

SharedPage::SharedPage(SharedPage&& other) noexcept
    : memory_(std::move(other.memory_)), header_(std::exchange(other.header_, nullptr)) {}

SharedPage::~SharedPage() {
    if (header_) ::munmap(header_, kBytes);
}

char* SharedPage::buffer() const { return reinterpret_cast<char*>(header_ + 1); }

void SharedPage::begin(std::uint64_t seq, SteadyPoint at) {
    using Nanos = std::chrono::nanoseconds;
    // The time first: who sees the number sees its time, or a later job's.
    header_->begun_at.store(std::chrono::floor<Nanos>(at.time_since_epoch()).count());
    header_->begun.store(seq);
}

SharedPage::Begun SharedPage::begun() const {
    Begun begun;
    for (int tries = 0; tries < 3; ++tries) {
        begun.seq = header_->begun.load();
        begun.at = SteadyPoint(std::chrono::nanoseconds(header_->begun_at.load()));
        if (header_->begun.load() == begun.seq) break;
    }
    return begun;
}

void SharedPage::take_output(std::size_t bytes) { header_->output_taken.fetch_add(bytes); }

bool SharedPage::append(std::string_view bytes) {
    const auto used = header_->appended.load(std::memory_order_relaxed);
    if (bytes.size() > kRoom - used) return false;
    std::memcpy(buffer() + used, bytes.data(), bytes.size());
    header_->appended.store(used + bytes.size(), std::memory_order_release);
    return true;
}

std::string_view SharedPage::unsent() const {
    return {buffer(), header_->appended.load(std::memory_order_relaxed)};
}

void SharedPage::sent() {
    // In this order a death in between leaves an empty buffer at a position already received.
    const auto bytes = header_->appended.exchange(0);
    header_->base.fetch_add(bytes);
}

void SharedPage::sent_past(std::size_t bytes) { header_->base.fetch_add(bytes); }

std::string_view SharedPage::rest_of_stream(std::uint64_t received) const {
    const auto base = header_->base.load(std::memory_order_acquire);
    const auto appended = header_->appended.load(std::memory_order_acquire);
    if (appended > kRoom || received < base || received - base >= appended) return {};
    return std::string_view(buffer(), appended).substr(received - base);
}

}  // namespace taskworker

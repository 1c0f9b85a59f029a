#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace taskworker {

// Appends and reads the fields of a frame: fixed-width numbers as they lie in memory (both ends are
// one binary on one machine), texts with a 32-bit length before them.
class FrameOut {
public:
    explicit FrameOut(std::string& out) : out_(out) {}

    template <class T>
    requires std::integral<T> || std::floating_point<T> FrameOut& put(T number) {
        const auto at = out_.size();
        out_.resize(at + sizeof number);
        std::memcpy(out_.data() + at, &number, sizeof number);
        return *this;
    }
    FrameOut& put(std::string_view text) {
        put(static_cast<std::uint32_t>(text.size()));
        out_.append(text);
        return *this;
    }
    FrameOut& put(const std::string& text) { return put(std::string_view(text)); }
    template <class T>
    FrameOut& put(const std::optional<T>& value) {
        put(static_cast<std::uint8_t>(value.has_value()));
        if (value) put(*value);
        return *this;
    }

private:
    std::string& out_;
};

// Reads never go beyond the bytes: then, and for a flag that is none, ok() is false and every value
// is empty. What was read counts only when done() is true at the end.
class FrameIn {
public:
    explicit FrameIn(std::string_view bytes) : bytes_(bytes) {}

    template <class T>
    requires std::integral<T> || std::floating_point<T> T number() {
        T value{};
        if (!take(sizeof value)) return value;
        std::memcpy(&value, taken_.data(), sizeof value);
        return value;
    }
    std::string_view text() {
        const auto size = number<std::uint32_t>();
        return take(size) ? taken_ : std::string_view();
    }
    bool flag() {
        const auto byte = number<std::uint8_t>();
        if (byte > 1) fail();
        return byte == 1;
    }
    template <class T, class Read>
    std::optional<T> maybe(Read read) {
        if (!flag()) return std::nullopt;
        return T(read());
    }
    void fail() { ok_ = false; }
    bool ok() const { return ok_; }
    bool done() const { return ok_ && bytes_.empty(); }
    std::size_t left() const { return bytes_.size(); }

private:
    bool take(std::size_t size) {
        if (!ok_ || size > bytes_.size()) {
            ok_ = false;
            return false;
        }
        taken_ = bytes_.substr(0, size);
        bytes_.remove_prefix(size);
        return true;
    }

    std::string_view bytes_, taken_;
    bool ok_ = true;
};

}  // namespace taskworker

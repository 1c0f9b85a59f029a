#include "base/base64.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace taskworker {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint32_t kBad = 0x0100'0000;  // above the 24 bits that four signs carry

// kSigns[n][c]: sign c as the n-th of four, already shifted; so a group is four look-ups and one
// OR.
using SignTable = std::array<std::array<std::uint32_t, 256>, 4>;
constexpr SignTable make_signs() {
    SignTable table{};
    for (auto& column : table) column.fill(kBad);
    for (std::uint32_t value = 0; value < 64; ++value) {
        for (std::size_t n = 0; n < 4; ++n) {
            table[n][static_cast<unsigned char>(kAlphabet[value])] = value << (18 - 6 * n);
        }
    }
    return table;
}
constexpr SignTable kSigns = make_signs();

// Both signs of twelve bits.
using PairTable = std::array<std::array<char, 2>, 4096>;
constexpr PairTable make_pairs() {
    PairTable table{};
    for (std::size_t bits = 0; bits < table.size(); ++bits)
        table[bits] = {kAlphabet[bits >> 6], kAlphabet[bits & 63]};
    return table;
}
constexpr PairTable kPairs = make_pairs();

std::uint32_t group(const char* in) {
    const auto sign = [&](std::size_t n) { return kSigns[n][static_cast<unsigned char>(in[n])]; };
    return sign(0) | sign(1) | sign(2) | sign(3);
}

void store(char* out, std::uint32_t bits) {
    out[0] = static_cast<char>(bits >> 16);
    out[1] = static_cast<char>(bits >> 8);
    out[2] = static_cast<char>(bits);
}

std::optional<std::string> decode_plain(std::string_view text) {
    if (text.empty()) return std::string();
    if (text.size() % 4 != 0) return std::nullopt;
    const std::size_t padding = text[text.size() - 2] == '=' ? 2 : text.back() == '=' ? 1 : 0;
    if (padding == 2 && text.back() != '=') return std::nullopt;
    const std::size_t whole = text.size() / 4 - (padding > 0);
    std::string out(whole * 3 + (padding > 0 ? 3 - padding : 0), '\0');
    std::uint32_t seen = 0;
    char* to = out.data();
    for (std::size_t i = 0; i < whole; ++i, to += 3) {
        const auto bits = group(text.data() + i * 4);
        seen |= bits;
        store(to, bits);
    }
    if (padding > 0) {
        char last[4] = {'A', 'A', 'A', 'A'}, bytes[3];
        text.copy(last, 4 - padding, whole * 4);
        const auto bits = group(last);
        seen |= bits;
        store(bytes, bits);
        std::copy_n(bytes, 3 - padding, to);
    }
    if (seen & kBad) return std::nullopt;
    return out;
}

}  // namespace

std::optional<std::string> base64_decode(std::string_view text) {
    if (auto bytes = decode_plain(text)) return bytes;
    if (text.find('\n') == std::string_view::npos) return std::nullopt;
    std::string joined;
    joined.reserve(text.size());
    for (const char c : text) {
        if (c != '\r' && c != '\n') joined += c;
    }
    return decode_plain(joined);
}

void base64_append(std::string& out, std::string_view bytes) {
    const auto at = out.size();
    out.resize(at + (bytes.size() + 2) / 3 * 4, '=');
    char* to = out.data() + at;
    const auto byte = [&](std::size_t i) -> std::uint32_t {
        return static_cast<unsigned char>(bytes[i]);
    };
    std::size_t i = 0;
    for (; i + 3 <= bytes.size(); i += 3, to += 4) {
        const std::uint32_t bits = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
        std::memcpy(to, kPairs[bits >> 12].data(), 2);
        std::memcpy(to + 2, kPairs[bits & 4095].data(), 2);
    }
    const auto left = bytes.size() - i;
    if (left == 0) return;
    const std::uint32_t bits = byte(i) << 16 | (left == 2 ? byte(i + 1) << 8 : 0);
    to[0] = kAlphabet[bits >> 18];
    to[1] = kAlphabet[bits >> 12 & 63];
    if (left == 2) to[2] = kAlphabet[bits >> 6 & 63];
}

std::string base64_encode(std::string_view bytes) {
    std::string out;
    base64_append(out, bytes);
    return out;
}

}  // namespace taskworker

#pragma once

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace taskworker {

// Looks at eight bytes a step. The masks have the high bit set in the bytes that are looked for;
// bytes above the lowest hit may be wrong, the lowest is right.
namespace byte_scan {

inline constexpr std::uint64_t kOnes = 0x0101010101010101u, kHigh = 0x8080808080808080u;

inline std::uint64_t below(std::uint64_t word, std::uint64_t n) {
    return (word - kOnes * n) & ~word & kHigh;
}
inline std::uint64_t equal(std::uint64_t word, unsigned char c) {
    return below(word ^ kOnes * c, 1);
}

template <class Mask, class Test>
std::size_t find(std::string_view text, std::size_t at, Mask mask, Test test) {
    for (; at + 8 <= text.size(); at += 8) {
        std::uint64_t word;
        std::memcpy(&word, text.data() + at, 8);
        if (const auto hits = mask(word))
            return at + static_cast<std::size_t>(__builtin_ctzll(hits)) / 8;
    }
    while (at < text.size() && !test(static_cast<unsigned char>(text[at]))) ++at;
    return at;
}

}  // namespace byte_scan

// The first byte from `at` on that is '"', '\\' or a control character; the size when there is
// none.
inline std::size_t find_end_of_plain_json(std::string_view text, std::size_t at) {
    using namespace byte_scan;
#ifdef __SSE2__  // a third of the instructions: an envelope is sixty strings
    for (; at + 16 <= text.size(); at += 16) {
        const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
        const auto is = [&](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
        const auto control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
        const auto hits = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(is('"'), is('\\')), control));
        if (hits != 0)
            return at + static_cast<std::size_t>(__builtin_ctz(static_cast<unsigned>(hits)));
    }
#endif
    return find(
        text,
        at,
        [](std::uint64_t w) { return below(w, 0x20) | equal(w, '"') | equal(w, '\\'); },
        [](unsigned char c) { return c < 0x20 || c == '"' || c == '\\'; }
    );
}

// The first byte from `at` on that json.dumps escapes with ensure_ascii.
inline std::size_t find_escaped_by_dumps(std::string_view text, std::size_t at) {
    using namespace byte_scan;
    return find(
        text,
        at,
        [](std::uint64_t w) {
            return below(w, 0x20) | equal(w, '"') | equal(w, '\\') | equal(w, 0x7f) | (w & kHigh);
        },
        [](unsigned char c) { return c < 0x20 || c >= 0x7f || c == '"' || c == '\\'; }
    );
}

}  // namespace taskworker

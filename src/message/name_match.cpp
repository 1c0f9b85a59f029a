#include "message/name_match.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <memory>

namespace taskworker {
namespace {

constexpr std::size_t kMostPattern = 1024;
constexpr std::uint32_t kMostSteps = 100'000;

// One [set] that begins at `at`: moves behind it and says whether it holds `c`. An unclosed bracket
// is a plain sign, as in Python.
bool in_set(std::string_view pattern, std::size_t& at, char c) {
    std::size_t i = at + 1;
    const bool negated = i < pattern.size() && pattern[i] == '!';
    if (negated) ++i;
    const auto close = pattern.find(']', i + 1);
    if (close == pattern.npos) {
        ++at;
        return c == '[';
    }
    bool found = false;
    while (i < close) {
        if (i + 2 < close && pattern[i + 1] == '-') {
            found |= pattern[i] <= c && c <= pattern[i + 2];
            i += 3;
        } else {
            found |= pattern[i++] == c;
        }
    }
    at = close + 1;
    return found != negated;
}

bool one_matches(std::string_view pattern, std::size_t& at, char c) {
    if (pattern[at] == '[') return in_set(pattern, at, c);
    const char p = pattern[at++];
    return p == '?' || p == c;
}

}  // namespace

// Going back to the last star only is enough, so this is quadratic at worst.
bool glob_matches(std::string_view pattern, std::string_view name) {
    if (pattern.size() > kMostPattern) return false;
    std::size_t p = 0, n = 0, star = pattern.npos, mark = 0;
    while (n < name.size()) {
        auto next = p;
        if (p < pattern.size() && pattern[p] == '*') {
            star = ++p;
            mark = n;
        } else if (p < pattern.size() && one_matches(pattern, next, name[n])) {
            p = next;
            ++n;
        } else if (star != pattern.npos) {
            p = star;
            n = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

bool regex_matches(std::string_view pattern, std::string_view name) {
    if (pattern.size() > kMostPattern) return false;
    int error = 0;
    PCRE2_SIZE where = 0;
    const std::unique_ptr<pcre2_code, decltype(&pcre2_code_free)> code(
        pcre2_compile(
            reinterpret_cast<PCRE2_SPTR>(pattern.data()),
            pattern.size(),
            PCRE2_ANCHORED | PCRE2_UTF,
            &error,
            &where,
            nullptr
        ),
        &pcre2_code_free
    );
    if (!code) return false;
    const std::unique_ptr<pcre2_match_context, decltype(&pcre2_match_context_free)> bounds(
        pcre2_match_context_create(nullptr), &pcre2_match_context_free
    );
    const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> match(
        pcre2_match_data_create_from_pattern(code.get(), nullptr), &pcre2_match_data_free
    );
    if (!bounds || !match) return false;
    pcre2_set_match_limit(bounds.get(), kMostSteps);
    pcre2_set_depth_limit(bounds.get(), kMostSteps);
    return pcre2_match(
               code.get(),
               reinterpret_cast<PCRE2_SPTR>(name.data()),
               name.size(),
               0,
               0,
               match.get(),
               bounds.get()
           ) >= 0;
}

}  // namespace taskworker

#include "base/moment.hpp"

#include <random>

namespace taskworker {

Luck Luck::seeded_by_the_system() {
    std::random_device device;
    return Luck((std::uint64_t{device()} << 32) | device());
}

std::uint64_t Luck::next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

double Luck::uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

std::string Luck::uuid() {
    static constexpr char kHex[] = "0123456789abcdef";
    static constexpr std::string_view kShape = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
    std::string text(kShape);
    std::uint64_t bits = 0;
    int left = 0;
    for (char& c : text) {
        if (c != 'x' && c != 'y') continue;
        if (left == 0) bits = next(), left = 16;
        const auto digit = bits & 15u;
        c = kHex[c == 'x' ? digit : (digit & 3u) | 8u];
        bits >>= 4;
        --left;
    }
    return text;
}

}  // namespace taskworker

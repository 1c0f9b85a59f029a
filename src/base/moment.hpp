#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "taskworker/config.hpp"
#include "taskworker/time.hpp"

namespace taskworker {

// Dice with a seed: a test that gives the seed knows the throws. Not thread-safe, not for secrets.
class Luck {
public:
    explicit Luck(std::uint64_t seed) : state_(seed) {}
    static Luck seeded_by_the_system();

    double uniform();    // [0, 1)
    std::string uuid();  // version 4, "3f0c…-…": task ids, delivery tags

private:
    std::uint64_t next();  // splitmix64
    std::uint64_t state_;
};

// All that a pure decision may know of the world. No other door: whoever needs more adds it here.
struct Moment {
    TimePoint now;
    Luck& luck;
    std::string_view node;  // "celery@host"
    const Settings& settings;
    // Whether this task is registered here as an errback of the new style; empty: none is.
    std::function<bool(std::string_view task)> is_errback = {};
};

}  // namespace taskworker

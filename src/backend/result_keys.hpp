#pragma once

#include <string>
#include <string_view>

#include "message/serializer.hpp"
#include "taskworker/config.hpp"

namespace taskworker {

// Where results lie in Redis (celery/backends/base.py: KeyValueStoreBackend). A value.
struct ResultKeys {
    std::string prefix;         // global_keyprefix of the result backend, completed
    std::string ttl = "86400";  // seconds as text, for SETEX; "0" = for ever

    bool chord_ordered = true;  // result_chord_ordered: parts in a sorted set, else in a list
    Serializer serializer = Serializer::JsonText;

    explicit ResultKeys(const Settings& settings);
    std::string task(std::string_view id) const;  // also the channel that tells of it
    // Of a group: its saved tree; with .j, .s and .t behind it the parts of a chord.
    std::string group(std::string_view id) const;
    std::string chords() const;  // ours: chords that are complete and not finished
};

}  // namespace taskworker

#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "broker/tags.hpp"

namespace taskworker {

// What one worker says of itself in Redis, shared by all its connections. Thread-safe.
class Presence {
public:
    Presence(std::string id, std::string node, std::size_t slots)
        : id_(std::move(id)), node_(std::move(node)), slots_(slots), tags_(id_) {}

    const std::string& id() const { return id_; }
    const std::string& node() const { return node_; }
    TagSource& tags() { return tags_; }

    // The lists we take from, from now on. Those of before stay in the record: something may still
    // lie in their inboxes.
    void serve(std::vector<std::string> lists);
    std::vector<std::string> served() const;

    // Value of the hash taskworker.inboxes: layout version and slots, then all lists, one a line.
    // Where a reaper looks for inboxes, and how many tasks can have been running when we died.
    std::string record() const;

private:
    const std::string id_, node_;
    const std::size_t slots_;
    TagSource tags_;
    mutable std::mutex mutex_;
    std::vector<std::string> served_, known_;  // guarded by mutex_
};

}  // namespace taskworker

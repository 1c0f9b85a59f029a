#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "message/message.hpp"
#include "taskworker/json.hpp"

namespace taskworker {

// Stamps whose tasks must not run here (celery/worker/state.py: revoked_stamps). Values accumulate
// under their header, up to a bound. Not thread-safe.
class RevokedStamps {
public:
    static constexpr std::size_t kMostValues = 50'000;

    void add(const std::string& header, const std::vector<std::string>& values);
    bool empty() const { return by_header_.empty(); }
    // One of the message's stamps is among them. Reads the stamps where they lie, in its headers.
    bool match(const Message& message) const;

private:
    std::map<std::string, std::set<std::string>, std::less<>> by_header_;
    std::size_t values_ = 0;
};

// A stamp's value, or the values of a list of them, as texts to compare: what is no text stands as
// its JSON.
std::vector<std::string> stamp_values(const Json& value);

// The values that the message's stamp of this name has.
std::vector<std::string> stamps_of(const Message& message, std::string_view header);

}  // namespace taskworker

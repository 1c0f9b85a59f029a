#pragma once

#include <string_view>

namespace taskworker {

// kombu/matcher.py, for node names. Patterns come from strangers: neither can run away.

// Python's fnmatch: *, ?, [abc], [!abc], [a-z]; a backslash is a sign like any other.
bool glob_matches(std::string_view pattern, std::string_view name);

// re.match(): anchored at the start only. A pattern that is none, or that costs too much, matches
// nothing.
bool regex_matches(std::string_view pattern, std::string_view name);

}  // namespace taskworker

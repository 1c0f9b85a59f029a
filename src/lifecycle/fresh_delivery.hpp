#pragma once

#include <string>

namespace taskworker {

// A message as if it had never been delivered: without the mark of a redelivery and without the
// count of deaths, so that a replayed dead letter has all its tries again. Everything else stays as
// it is. If the bytes cannot be read they come back unchanged.
std::string as_fresh_delivery(const std::string& raw);

}  // namespace taskworker

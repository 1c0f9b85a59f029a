#pragma once

#include <string>
#include <string_view>

namespace taskworker {

// The host name of this machine, never empty: "localhost" when it has none.
std::string host_name();

// The node name that -n stands for (celery/bin/worker.py: Hostname): "w1@h" stays, "w1@" →
// "w1@<host>", "" → "celery@<host>", and a text without '@' is the host: "w1" → "celery@w1".
// Expands %h (host), %n (the host's first label), %d (its domain), %i (0), %I (nothing) and %%.
// Throws ConfigError: an unknown %x, or a name that others cannot address.
std::string expand_node_name(std::string_view given, const std::string& host);

}  // namespace taskworker

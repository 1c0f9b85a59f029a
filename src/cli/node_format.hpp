#pragma once

#include <string>
#include <string_view>

namespace taskworker {

// The name of a file of a node (celery/utils/nodenames.py: node_format): %h host, %n the node's
// name, %d the host's domain, %p the whole node name, %i the index of the pool process (0: main),
// %I
// "-<index>" (main: nothing), %%. Throws ConfigError, which names the option, for another %x.
std::string format_for_node(
    std::string_view text, std::string_view node, int index, std::string_view option
);

}  // namespace taskworker

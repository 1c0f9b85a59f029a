#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "message/message.hpp"
#include "taskworker/request.hpp"

namespace taskworker {

// A message that is leased to us: it must end in exactly one Settlement with this tag.
struct Delivery {
    std::string tag;          // member of unacked_index, key in unacked
    std::string queue;        // without the priority suffix
    std::string list;         // the list it came from, suffix included: where a requeue goes
    Message message;
    Request request;          // headers decoded; the body is still closed
};

// A message that could not be read. The broker has already moved it to the dead-letter list.
struct DiscardedMessage {
    std::string queue;
    std::string why;
    std::string head;         // of the bytes, for the log
};

}  // namespace taskworker

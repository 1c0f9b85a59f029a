#pragma once

#include "pool/frame_bytes.hpp"
#include "taskworker/outcome.hpp"

namespace taskworker {

// An Outcome as fields of a frame; Json values travel as JSON text. A Success arrives without
// `value`: its `encoded` is what is stored, and the parent builds no DOM of it.
void put_outcome(FrameOut& out, const Outcome& outcome);
Outcome get_outcome(FrameIn& in);  // in.ok() tells whether it is one

// JSON text of a value that may be anything user code made: never throws for what cannot be
// written.
std::string json_text_or_repr(const Json& value);

}  // namespace taskworker

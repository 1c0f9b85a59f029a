#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "message/compression.hpp"

namespace taskworker {

// The expanding halves of the codecs, behind one shape. Each owns the state of its library.
class Decoder {
public:
    enum class Step {
        More,    // output is full or input is used up: go on
        End,     // a stream ended; there may be input left
        Broken,  // this is none of its streams
    };
    Decoder() = default;
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;
    virtual ~Decoder() = default;

    // Takes bytes off the front of `in`, writes at most `room` bytes to `out` and says how many.
    virtual Step step(std::string_view& in, char* out, std::size_t room, std::size_t& made) = 0;
    virtual bool restart() = 0;  // for the next stream; false: there is at most one
    // What Python does with bytes behind the end that are no stream: pass over, or refuse.
    virtual bool refuses_rest() const = 0;
};

std::unique_ptr<Decoder> make_decoder(Codec codec);  // never null

}  // namespace taskworker

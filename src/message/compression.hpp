#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "message/message.hpp"

namespace taskworker {

// How bodies are compressed (kombu/compression.py). Pure.
enum class Codec { Zlib, Bzip2, Xz, Zstd, Brotli };

// By alias ("gzip", "zlib", "bzip", "bzip2", "lzma", "xz", "zstd", "zstandard", "brotli") or by
// content type, as kombu looks it up. "gzip" is a zlib stream on the wire: so kombu writes and
// reads it.
std::optional<Codec> codec_named(std::string_view name);
std::string_view content_type_of(Codec codec);  // what stands in the header `compression`

// The whole of the compressed bytes, expanded to at most `most` bytes: a bomb ends there and never
// takes more memory than that. Malformed for corrupt, truncated and too large streams. As Python's
// decoders: several bzip2, xz and zstd streams in a row are one; what follows the end of a zlib,
// bzip2 or xz stream is passed over. Also reads real gzip files, which Python does not.
std::variant<std::string, Malformed> decompress(
    std::string_view bytes, Codec codec, std::size_t most
);

// The first bytes only, to see what it is: at most `size`, fewer if there are no more.
std::variant<std::string, Malformed> decompress_head(
    std::string_view bytes, Codec codec, std::size_t size
);

std::string compress(std::string_view bytes, Codec codec);

}  // namespace taskworker

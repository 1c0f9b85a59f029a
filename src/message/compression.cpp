#include "message/compression.hpp"

#include <brotli/encode.h>
#include <bzlib.h>
#include <fmt/format.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <new>

#include "message/decoders.hpp"

namespace taskworker {
namespace {

struct CodecName {
    std::string_view name;
    Codec codec;
};
constexpr std::array kCodecNames = {
    CodecName{"application/x-gzip", Codec::Zlib},
    CodecName{"gzip", Codec::Zlib},
    CodecName{"zlib", Codec::Zlib},
    CodecName{"application/x-bz2", Codec::Bzip2},
    CodecName{"bzip2", Codec::Bzip2},
    CodecName{"bzip", Codec::Bzip2},
    CodecName{"application/x-lzma", Codec::Xz},
    CodecName{"lzma", Codec::Xz},
    CodecName{"xz", Codec::Xz},
    CodecName{"application/zstd", Codec::Zstd},
    CodecName{"zstd", Codec::Zstd},
    CodecName{"zstandard", Codec::Zstd},
    CodecName{"application/x-brotli", Codec::Brotli},
    CodecName{"brotli", Codec::Brotli},
};

Malformed corrupt(Codec codec) {
    return {fmt::format("the body is no {} stream, or a damaged one", content_type_of(codec))};
}
Malformed truncated(Codec codec) {
    return {fmt::format("the body is a truncated {} stream", content_type_of(codec))};
}

// Grows by doubling, but never beyond what is allowed (and the one byte that shows there is more).
void make_room(std::string& out, std::size_t most) {
    constexpr std::size_t kFirst = 16 << 10;
    const auto wanted = std::max(kFirst, out.size() * 2);
    out.resize(std::min(wanted, most));
}

class Expansion {
public:
    Expansion(std::string_view in, Codec codec, std::size_t most)
        : in_(in), codec_(codec), most_(most), decoder_(make_decoder(codec)) {}

    // Stops at `most_` bytes, or at the end; `ended()` says which.
    std::optional<Malformed> run() {
        while (size_ < most_) {
            if (size_ == out_.size()) make_room(out_, most_);
            const auto before = in_.size();
            std::size_t made = 0;
            const auto step = decoder_->step(in_, out_.data() + size_, out_.size() - size_, made);
            size_ += made;
            if (step == Decoder::Step::Broken) return broken();
            if (step == Decoder::Step::End) {
                ++streams_;
                if (in_.empty() || !next_stream()) return refused_rest();
            } else if (made == 0 && before == in_.size()) {
                return in_.empty() ? truncated(codec_) : corrupt(codec_);
            }
        }
        return std::nullopt;
    }

    bool ended() const { return ended_; }
    std::size_t size() const { return size_; }
    std::string take() && {
        out_.resize(size_);
        return std::move(out_);
    }

private:
    bool next_stream() {
        stream_begin_ = size_;
        return decoder_->restart();
    }
    // Garbage behind a whole stream.
    std::optional<Malformed> broken() {
        if (streams_ == 0 || decoder_->refuses_rest()) return corrupt(codec_);
        size_ = stream_begin_;
        ended_ = true;
        return std::nullopt;
    }
    std::optional<Malformed> refused_rest() {
        if (!in_.empty() && decoder_->refuses_rest()) return corrupt(codec_);
        ended_ = true;
        return std::nullopt;
    }

    std::string_view in_;
    const Codec codec_;
    const std::size_t most_;
    std::unique_ptr<Decoder> decoder_;
    std::string out_;
    std::size_t size_ = 0, stream_begin_ = 0;
    int streams_ = 0;
    bool ended_ = false;
};

std::string zlib_compressed(std::string_view bytes) {
    auto size = compressBound(bytes.size());
    std::string out(size, '\0');
    const auto* from = reinterpret_cast<const Bytef*>(bytes.data());
    if (::compress(reinterpret_cast<Bytef*>(out.data()), &size, from, bytes.size()) != Z_OK)
        throw std::bad_alloc();
    out.resize(size);
    return out;
}

std::string bzip2_compressed(std::string_view bytes) {
    auto size = static_cast<unsigned>(bytes.size() + bytes.size() / 100 + 600);
    std::string out(size, '\0');
    auto* from = const_cast<char*>(bytes.data());
    const auto given = static_cast<unsigned>(bytes.size());
    if (BZ2_bzBuffToBuffCompress(out.data(), &size, from, given, 9, 0, 0) != BZ_OK)
        throw std::bad_alloc();
    out.resize(size);
    return out;
}

std::string xz_compressed(std::string_view bytes) {
    std::string out(lzma_stream_buffer_bound(bytes.size()), '\0');
    std::size_t size = 0;
    const auto* from = reinterpret_cast<const std::uint8_t*>(bytes.data());
    auto* to = reinterpret_cast<std::uint8_t*>(out.data());
    const auto done = lzma_easy_buffer_encode(
        LZMA_PRESET_DEFAULT, LZMA_CHECK_CRC64, nullptr, from, bytes.size(), to, &size, out.size()
    );
    if (done != LZMA_OK) throw std::bad_alloc();
    out.resize(size);
    return out;
}

// In one go: the frame then tells its content's size, which kombu before 5.6 needs to read it.
std::string zstd_compressed(std::string_view bytes) {
    std::string out(ZSTD_compressBound(bytes.size()), '\0');
    const auto size =
        ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), ZSTD_CLEVEL_DEFAULT);
    if (ZSTD_isError(size)) throw std::bad_alloc();
    out.resize(size);
    return out;
}

std::string brotli_compressed(std::string_view bytes) {
    // Quality 11, Python's default, takes a hundred times as long as 5 for some percent.
    constexpr int kQuality = 5;
    auto size = BrotliEncoderMaxCompressedSize(bytes.size());
    std::string out(size, '\0');
    const auto* from = reinterpret_cast<const std::uint8_t*>(bytes.data());
    auto* to = reinterpret_cast<std::uint8_t*>(out.data());
    const bool done = BrotliEncoderCompress(
        kQuality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, bytes.size(), from, &size, to
    );
    if (!done) throw std::bad_alloc();
    out.resize(size);
    return out;
}

}  // namespace

std::optional<Codec> codec_named(std::string_view name) {
    for (const auto& known : kCodecNames)
        if (known.name == name) return known.codec;
    return std::nullopt;
}

std::string_view content_type_of(Codec codec) {
    for (const auto& known : kCodecNames)
        if (known.codec == codec) return known.name;
    return "";
}

std::variant<std::string, Malformed> decompress(
    std::string_view bytes, Codec codec, std::size_t most
) {
    Expansion expansion(bytes, codec, most + 1);
    if (auto why = expansion.run()) return *why;
    if (!expansion.ended() || expansion.size() > most)
        return Malformed{fmt::format("the body expands to more than {} bytes", most)};
    return std::move(expansion).take();
}

std::variant<std::string, Malformed> decompress_head(
    std::string_view bytes, Codec codec, std::size_t size
) {
    Expansion expansion(bytes, codec, size);
    if (auto why = expansion.run()) return *why;
    return std::move(expansion).take();
}

std::string compress(std::string_view bytes, Codec codec) {
    switch (codec) {
        case Codec::Zlib:
            return zlib_compressed(bytes);
        case Codec::Bzip2:
            return bzip2_compressed(bytes);
        case Codec::Xz:
            return xz_compressed(bytes);
        case Codec::Zstd:
            return zstd_compressed(bytes);
        case Codec::Brotli:
            return brotli_compressed(bytes);
    }
    return std::string(bytes);
}

}  // namespace taskworker

#include "message/decoders.hpp"

#include <brotli/decode.h>
#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>

namespace taskworker {
namespace {

// zlib and bzip2 count in 32 bits.
unsigned part_of(std::size_t size) {
    return static_cast<unsigned>(
        std::min<std::size_t>(size, std::numeric_limits<unsigned>::max() / 2)
    );
}

class ZlibDecoder final : public Decoder {
public:
    ZlibDecoder() {
        constexpr int kZlibOrGzip = 15 + 32;  // the header says which
        if (inflateInit2(&stream_, kZlibOrGzip) != Z_OK) throw std::bad_alloc();
    }
    ~ZlibDecoder() override { inflateEnd(&stream_); }

    Step step(std::string_view& in, char* out, std::size_t room, std::size_t& made) override {
        const auto given = part_of(in.size()), space = part_of(room);
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
        stream_.avail_in = given;
        stream_.next_out = reinterpret_cast<Bytef*>(out);
        stream_.avail_out = space;
        const int answer = inflate(&stream_, Z_NO_FLUSH);
        in.remove_prefix(given - stream_.avail_in);
        made = space - stream_.avail_out;
        if (answer == Z_STREAM_END) return Step::End;
        return answer == Z_OK || answer == Z_BUF_ERROR ? Step::More : Step::Broken;
    }
    bool restart() override { return false; }
    bool refuses_rest() const override { return false; }

private:
    z_stream stream_{};
};

class Bzip2Decoder final : public Decoder {
public:
    Bzip2Decoder() { start(); }
    ~Bzip2Decoder() override { BZ2_bzDecompressEnd(&stream_); }

    Step step(std::string_view& in, char* out, std::size_t room, std::size_t& made) override {
        const auto given = part_of(in.size()), space = part_of(room);
        stream_.next_in = const_cast<char*>(in.data());
        stream_.avail_in = given;
        stream_.next_out = out;
        stream_.avail_out = space;
        const int answer = BZ2_bzDecompress(&stream_);
        in.remove_prefix(given - stream_.avail_in);
        made = space - stream_.avail_out;
        if (answer == BZ_STREAM_END) return Step::End;
        return answer == BZ_OK ? Step::More : Step::Broken;
    }
    bool restart() override {
        BZ2_bzDecompressEnd(&stream_);
        start();
        return true;
    }
    bool refuses_rest() const override { return false; }

private:
    void start() {
        stream_ = {};
        if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) throw std::bad_alloc();
    }
    bz_stream stream_{};
};

class XzDecoder final : public Decoder {
public:
    XzDecoder() { start(); }
    ~XzDecoder() override { lzma_end(&stream_); }

    Step step(std::string_view& in, char* out, std::size_t room, std::size_t& made) override {
        stream_.next_in = reinterpret_cast<const std::uint8_t*>(in.data());
        stream_.avail_in = in.size();
        stream_.next_out = reinterpret_cast<std::uint8_t*>(out);
        stream_.avail_out = room;
        const auto answer = lzma_code(&stream_, LZMA_RUN);
        in.remove_prefix(in.size() - stream_.avail_in);
        made = room - stream_.avail_out;
        if (answer == LZMA_STREAM_END) return Step::End;
        return answer == LZMA_OK || answer == LZMA_BUF_ERROR ? Step::More : Step::Broken;
    }
    bool restart() override {
        start();
        return true;
    }
    bool refuses_rest() const override { return false; }

private:
    void start() {
        // The dictionary of the highest preset takes 65 MiB; a header may ask for 4 GiB.
        constexpr std::uint64_t kMostMemory = 80u << 20;
        if (lzma_auto_decoder(&stream_, kMostMemory, 0) != LZMA_OK) throw std::bad_alloc();
    }
    lzma_stream stream_ = LZMA_STREAM_INIT;
};

class ZstdDecoder final : public Decoder {
public:
    ZstdDecoder() : context_(ZSTD_createDCtx(), &ZSTD_freeDCtx) {
        if (!context_) throw std::bad_alloc();
    }

    Step step(std::string_view& in, char* out, std::size_t room, std::size_t& made) override {
        ZSTD_inBuffer from{in.data(), in.size(), 0};
        ZSTD_outBuffer to{out, room, 0};
        const auto answer = ZSTD_decompressStream(context_.get(), &to, &from);
        in.remove_prefix(from.pos);
        made = to.pos;
        if (ZSTD_isError(answer)) return Step::Broken;
        return answer == 0 ? Step::End : Step::More;
    }
    bool restart() override {
        return !ZSTD_isError(ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only));
    }
    bool refuses_rest() const override { return true; }

private:
    std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context_;
};

class BrotliDecoder final : public Decoder {
public:
    BrotliDecoder()
        : state_(
              BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), &BrotliDecoderDestroyInstance
          ) {
        if (!state_) throw std::bad_alloc();
    }

    Step step(std::string_view& in, char* out, std::size_t room, std::size_t& made) override {
        auto given = in.size(), space = room;
        const auto* next_in = reinterpret_cast<const std::uint8_t*>(in.data());
        auto* next_out = reinterpret_cast<std::uint8_t*>(out);
        const auto answer = BrotliDecoderDecompressStream(
            state_.get(), &given, &next_in, &space, &next_out, nullptr
        );
        in.remove_prefix(in.size() - given);
        made = room - space;
        if (answer == BROTLI_DECODER_RESULT_SUCCESS) return Step::End;
        return answer == BROTLI_DECODER_RESULT_ERROR ? Step::Broken : Step::More;
    }
    bool restart() override { return false; }
    bool refuses_rest() const override { return true; }

private:
    std::unique_ptr<BrotliDecoderState, decltype(&BrotliDecoderDestroyInstance)> state_;
};

}  // namespace

std::unique_ptr<Decoder> make_decoder(Codec codec) {
    switch (codec) {
        case Codec::Zlib:
            return std::make_unique<ZlibDecoder>();
        case Codec::Bzip2:
            return std::make_unique<Bzip2Decoder>();
        case Codec::Xz:
            return std::make_unique<XzDecoder>();
        case Codec::Zstd:
            return std::make_unique<ZstdDecoder>();
        case Codec::Brotli:
            return std::make_unique<BrotliDecoder>();
    }
    return std::make_unique<ZlibDecoder>();
}

}  // namespace taskworker

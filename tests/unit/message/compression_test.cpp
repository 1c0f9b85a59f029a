#include "message/compression.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "unit/message/message_builders.hpp"

namespace taskworker {
namespace {

constexpr Codec kAllCodecs[] = {Codec::Zlib, Codec::Bzip2, Codec::Xz, Codec::Zstd, Codec::Brotli};

std::string why(const std::variant<std::string, Malformed>& result) {
    const auto* malformed = std::get_if<Malformed>(&result);
    return malformed ? malformed->why : "";
}

std::string text(const std::variant<std::string, Malformed>& result) {
    EXPECT_EQ(why(result), "");
    return why(result).empty() ? std::get<std::string>(result) : "";
}

std::string noise(std::size_t size) {
    std::string out;
    std::uint32_t state = 1;
    for (std::size_t i = 0; i < size; ++i) {
        state = state * 1664525 + 1013904223;
        out += static_cast<char>(state >> 24);
    }
    return out;
}

TEST(Compression, ReadsWhatItWrites) {
    for (const auto codec : kAllCodecs)
        for (const auto& bytes :
             {std::string(), std::string("a"), noise(100'000), std::string(3'000'000, 'x')})
            EXPECT_EQ(text(decompress(compress(bytes, codec), codec, 4'000'000)), bytes);
}

TEST(Compression, IsKnownByAllOfKombusNames) {
    EXPECT_EQ(codec_named("zlib"), Codec::Zlib);
    EXPECT_EQ(codec_named("gzip"), Codec::Zlib);
    EXPECT_EQ(codec_named("application/x-gzip"), Codec::Zlib);
    EXPECT_EQ(codec_named("bzip"), Codec::Bzip2);
    EXPECT_EQ(codec_named("application/x-bz2"), Codec::Bzip2);
    EXPECT_EQ(codec_named("lzma"), Codec::Xz);
    EXPECT_EQ(codec_named("xz"), Codec::Xz);
    EXPECT_EQ(codec_named("application/x-lzma"), Codec::Xz);
    EXPECT_EQ(codec_named("zstandard"), Codec::Zstd);
    EXPECT_EQ(codec_named("application/zstd"), Codec::Zstd);
    EXPECT_EQ(codec_named("application/x-brotli"), Codec::Brotli);
    EXPECT_EQ(codec_named("GZIP"), std::nullopt);
    EXPECT_EQ(codec_named(""), std::nullopt);
    for (const auto codec : kAllCodecs) EXPECT_EQ(codec_named(content_type_of(codec)), codec);
}

TEST(Compression, StopsAtTheLimitAndSaysSo) {
    for (const auto codec : kAllCodecs) {
        const auto bomb = compress(std::string(10'000'000, '\0'), codec);
        EXPECT_LT(bomb.size(), 20'000U);
        EXPECT_EQ(
            why(decompress(bomb, codec, 9'999'999)), "the body expands to more than 9999999 bytes"
        );
        EXPECT_EQ(text(decompress(bomb, codec, 10'000'000)).size(), 10'000'000U);
    }
}

TEST(Compression, NamesATruncatedStream) {
    for (const auto codec : kAllCodecs) {
        const auto whole = compress(noise(5'000), codec);
        for (const std::size_t size :
             {std::size_t{0}, std::size_t{1}, whole.size() / 2, whole.size() - 1}) {
            const auto said =
                why(decompress(std::string_view(whole).substr(0, size), codec, 10'000));
            EXPECT_EQ(
                said, fmt::format("the body is a truncated {} stream", content_type_of(codec))
            ) << size;
        }
    }
}

TEST(Compression, NamesWhatIsNoStreamOfItsKind) {
    for (const auto codec : kAllCodecs) {
        const auto said = why(decompress("[[1, 2], {}, {\"callbacks\": null}]", codec, 10'000));
        const std::string type(content_type_of(codec));
        EXPECT_TRUE(
            said == "the body is no " + type + " stream, or a damaged one" ||
            said == "the body is a truncated " + type + " stream"
        ) << said;
    }
}

TEST(Compression, NeedsOnlyTheHeadToShowTheFirstBytes) {
    for (const auto codec : {Codec::Zlib, Codec::Zstd, Codec::Brotli}) {
        const auto whole = compress("[" + noise(500'000), codec);
        const auto head =
            text(decompress_head(std::string_view(whole).substr(0, 200'000), codec, 16));
        EXPECT_EQ(head.size(), 16U);
        EXPECT_EQ(head[0], '[');
    }
}

// bz2.decompress, lzma.decompress and zstd.decompress go on with the next stream.
TEST(Compression, ReadsStreamsInARowAsPythonDoes) {
    for (const auto codec : {Codec::Bzip2, Codec::Xz, Codec::Zstd}) {
        const auto two = compress("one,", codec) + compress("two", codec);
        EXPECT_EQ(text(decompress(two, codec, 100)), "one,two");
    }
}

TEST(Compression, TreatsWhatFollowsTheEndAsPythonDoes) {
    for (const auto codec : {Codec::Zlib, Codec::Bzip2, Codec::Xz})
        EXPECT_EQ(text(decompress(compress("x", codec) + "garbage of any kind", codec, 100)), "x");
    for (const auto codec : {Codec::Zstd, Codec::Brotli})
        EXPECT_NE(why(decompress(compress("x", codec) + "garbage of any kind", codec, 100)), "");
}

TEST(Compression, ReadsRealGzipFilesToo) {
    // gzip.compress(b"hello", mtime=0)
    const auto gzip = base64_decode("H4sIAAAAAAAC/8tIzcnJBwCGphA2BQAAAA==");
    ASSERT_TRUE(gzip);
    EXPECT_EQ(text(decompress(*gzip, Codec::Zlib, 100)), "hello");
}

// A header of 30 bytes may ask for a dictionary of 4 GiB.
TEST(Compression, DoesNotTakeTheMemoryThatAHeaderAsksFor) {
    std::string lzma = "\x5d";
    lzma.append("\xff\xff\xff\xff", 4).append(8, '\xff').append(20, '\0');
    EXPECT_NE(why(decompress(lzma, Codec::Xz, 1000)), "");
}

TEST(Compression, SurvivesAnyBytes) {
    for (const auto codec : kAllCodecs) {
        const auto whole = compress(kPlainBody + noise(3000), codec);
        const auto dice = noise(9000);
        int good = 0;
        for (std::size_t i = 0; i + 3 <= dice.size(); i += 3) {
            auto bytes = whole;
            const auto byte = [&](std::size_t n) {
                return static_cast<unsigned char>(dice[i + n]);
            };
            bytes[(byte(0) * 256u + byte(1)) % bytes.size()] = dice[i + 2];
            if (byte(2) % 3 == 0) bytes.resize(byte(0) * 12u % bytes.size());
            good += std::holds_alternative<std::string>(decompress(bytes, codec, 20'000));
        }
        EXPECT_LT(good, 3000);
    }
}

struct Compressed : AnEnvelope {
    explicit Compressed(const std::string& header, const std::string& bytes) {
        headers = R"({"task": "t", "id": "i", "compression": ")" + header + "\"}";
        body = bytes;
    }
};

TEST(Decode, OpensCompressedBodies) {
    for (const auto codec : kAllCodecs) {
        const Compressed envelope(std::string(content_type_of(codec)), compress(kPlainBody, codec));
        EXPECT_EQ(request_of(envelope).args, json_of("[1, 2]"));
    }
}

TEST(Decode, RefusesACompressionThatNobodyKnows) {
    EXPECT_EQ(refusal_of(Compressed("rot13", kPlainBody)), "compression 'rot13' is unknown");
}

TEST(Decode, RefusesABodyThatIsNotCompressedAsItSays) {
    EXPECT_EQ(
        refusal_of(Compressed("zlib", kPlainBody)),
        "the body is no application/x-gzip stream, or a damaged one"
    );
    const auto whole = compress(kPlainBody, Codec::Bzip2);
    EXPECT_EQ(
        refusal_of(Compressed("bzip2", whole.substr(0, whole.size() - 3))),
        "the body is a truncated application/x-bz2 stream"
    );
}

TEST(Decode, RefusesABombWhereItIsOpened) {
    const Compressed bomb(
        "zstd", compress("[[" + std::string(3'000'000, ' ') + "], {}, {}]", Codec::Zstd)
    );
    const auto message = message_of(bomb.raw());
    auto request = std::get<Request>(decode(message, kJsonOnly));
    EXPECT_EQ(
        decode_body(message, request, {.expanded_bytes = 1'000'000})->why,
        "the body expands to more than 1000000 bytes"
    );
}

}  // namespace
}  // namespace taskworker

#include "message/serializer.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "unit/message/message_builders.hpp"

namespace taskworker {
namespace {

std::string read(Serializer serializer, std::string_view bytes, const WireLimits& limits = {}) {
    const auto value = deserialize(serializer, bytes, limits);
    const auto* malformed = std::get_if<Malformed>(&value);
    return malformed ? "refused: " + malformed->why : to_json_text(std::get<Json>(value));
}
std::string yaml(std::string_view text, const WireLimits& limits = {}) {
    return read(Serializer::Yaml, text, limits);
}
std::string msgpack(std::string_view bytes, const WireLimits& limits = {}) {
    return read(Serializer::Msgpack, bytes, limits);
}
std::string refused_to_write(Serializer serializer, const Json& value) {
    try {
        return "written: " + serialize(serializer, value);
    } catch (const EncodeError& error) {
        return error.what();
    }
}

TEST(Yaml, MeansWhatPyYAMLMakesOfIt) {
    EXPECT_EQ(
        yaml("- [1, 0x1f, 017, 1_000, 190:20:30, -7]\n- [1.5, .5, 1e5, 1.0e+5, .inf]"),
        R"([[1, 31, 15, 1000, 685230, -7], [1.5, 0.5, "1e5", 100000.0, Infinity]])"
    );
    EXPECT_EQ(
        yaml("[yes, No, ~, '', \"1\", null, 'null', on]"),
        R"([true, false, null, "", "1", null, "null", true])"
    );
    EXPECT_EQ(yaml(""), "null");
    EXPECT_EQ(
        yaml("{1: a, true: b, null: c, x: d}"), R"({"1": "a", "true": "b", "null": "c", "x": "d"})"
    );
    EXPECT_EQ(yaml("!!set {a, b}"), R"(["a", "b"])");
    EXPECT_EQ(yaml("!!omap [a: 1, b: 2]"), R"([["a", 1], ["b", 2]])");
    EXPECT_EQ(yaml("0xffffffffffffffffff"), "4722366482869645213695");
    EXPECT_EQ(yaml("{a: 1, a: 2, b: 3}"), R"({"a": 2, "b": 3})");
}

TEST(Yaml, MakesTypedValues) {
    EXPECT_EQ(yaml("2024-01-02"), R"({"__type__": "date", "__value__": "2024-01-02"})");
    EXPECT_EQ(
        yaml("2024-1-2 3:04:05.5 +1:30"),
        R"({"__type__": "datetime", "__value__": "2024-01-02T03:04:05.500000+01:30"})"
    );
    EXPECT_EQ(yaml("!!binary //4="), R"({"__type__": "base64", "__value__": "//4="})");
}

TEST(Yaml, MergesAndFollowsAliases) {
    EXPECT_EQ(
        yaml("[&a {x: 1, y: 2}, *a, {<<: *a, y: 3}]"),
        R"([{"x": 1, "y": 2}, {"x": 1, "y": 2}, {"x": 1, "y": 3}])"
    );
}

TEST(Yaml, MergesMappingsOnly) {
    const auto refused = "refused: a merge of what is no mapping";
    EXPECT_EQ(yaml("{<<: [{x: 1}, {y: 2}]}"), R"({"y": 2, "x": 1})");
    EXPECT_EQ(yaml("<<: [!!binary aGk=]"), refused);
    EXPECT_EQ(yaml("<<: !!binary aGk="), refused);
    EXPECT_EQ(yaml("<<: [{x: 1}, 2024-01-02]"), refused);
}

TEST(Yaml, RefusesTagsThatWouldRunCode) {
    EXPECT_EQ(
        yaml("!!python/object/apply:os.system ['id']"),
        "refused: could not determine a constructor for the tag "
        "'tag:yaml.org,2002:python/object/apply:os.system'"
    );
    EXPECT_EQ(
        yaml("!!python/name:os.system ''"),
        "refused: could not determine a constructor for the tag "
        "'tag:yaml.org,2002:python/name:os.system'"
    );
}

TEST(Yaml, EndsABombOfAliases) {
    std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n";
    for (char c = 'b'; c < 'k'; ++c) {
        bomb += fmt::format("{0}: &{0} [", c);
        for (int i = 0; i < 10; ++i)
            bomb += fmt::format("{}*{}", i ? ", " : "", static_cast<char>(c - 1));
        bomb += "]\n";
    }
    EXPECT_EQ(yaml(bomb), "refused: aliases stand for too much");
    std::string large = "- &a '" + std::string(1'000'000, 'x') + "'\n";
    for (int i = 0; i < 200; ++i) large += "- *a\n";
    EXPECT_EQ(yaml(large), "refused: aliases stand for too much");
    EXPECT_EQ(yaml("&a [*a]"), "refused: alias a within itself");
}

TEST(Yaml, IsBounded) {
    EXPECT_EQ(yaml(std::string(300, '[') + std::string(300, ']')), "refused: depth over 200");
    EXPECT_NE(yaml(std::string(100'000, '[')), "");
    EXPECT_EQ(yaml("[1, 2, 3]", {.values = 3}), "refused: more than 3 values");
    EXPECT_EQ(
        yaml(std::string(5000, '7')),
        "refused: '" + std::string(60, '7') + "' is no value of its tag"
    );
}

TEST(Yaml, NamesWhatIsWrong) {
    EXPECT_EQ(yaml("[1, 2"), "refused: did not find expected ',' or ']' in line 2");
    EXPECT_EQ(yaml("a\n---\nb"), "refused: more than one document");
    EXPECT_EQ(yaml("*nobody"), "refused: alias nobody of nothing");
    EXPECT_EQ(yaml("{[1]: 2}"), "refused: a key that is neither text nor number");
    EXPECT_EQ(yaml("2024-13-45"), "refused: '2024-13-45' is no value of its tag");
    EXPECT_EQ(yaml("\xff\xfe\xfd"), "refused: incomplete UTF-16 character in line 1");
}

TEST(Yaml, IsWrittenAsSafeDumpDoes) {
    EXPECT_EQ(
        serialize(
            Serializer::Yaml,
            json_of(R"({"a": [1, 1.5, 1e16, NaN, null, true, "yes", "é", "1"], "e": [], "o": {}})")
        ),
        "a:\n- 1\n- 1.5\n- 1.0e+16\n- .nan\n- null\n- true\n- 'yes'\n- \"\\xE9\"\n- '1'\ne: []\no: "
        "{}\n"
    );
    EXPECT_EQ(
        serialize(
            Serializer::Yaml,
            json_of(R"([{"__type__": "datetime", "__value__": "2024-01-02T03:04:05+02:00"}])")
        ),
        "- 2024-01-02 03:04:05+02:00\n"
    );
    EXPECT_EQ(
        serialize(Serializer::Yaml, json_of(R"([{"__type__": "base64", "__value__": "//4="}])")),
        "- !!binary //4=\n"
    );
}

TEST(Yaml, HasNoFormForTheOtherTypes) {
    for (const std::string type : {"decimal", "time", "uuid"})
        EXPECT_TRUE(refused_to_write(
                        Serializer::Yaml, Json{{"__type__", type}, {"__value__", "1"}}
        ).starts_with("cannot represent")
        ) << type;
}

TEST(Msgpack, ReadsAllKindsOfValues) {
    EXPECT_EQ(msgpack("\x94\x01\xa1x\xc0\xc3"), R"([1, "x", null, true])");
    EXPECT_EQ(msgpack("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), "18446744073709551615");
    EXPECT_EQ(msgpack("\xc4\x02hi"), R"({"__type__": "bytes", "__value__": "hi"})");
    EXPECT_EQ(msgpack("\xc4\x01\xff"), R"({"__type__": "base64", "__value__": "/w=="})");
    EXPECT_EQ(msgpack("\x82\xa1k\x01\xa1k\x02"), R"({"k": 2})");
    EXPECT_EQ(msgpack(std::string_view("\xca\x3f\xc0\0\0", 5)), "1.5");
}

TEST(Msgpack, RefusesWhatItCannotRead) {
    EXPECT_EQ(msgpack(""), "refused: unexpected end or byte at 1");
    EXPECT_EQ(msgpack("\x92\x01"), "refused: unexpected end or byte at 3");
    EXPECT_EQ(msgpack("\x01\x02"), "refused: unexpected end or byte at 2");
    EXPECT_EQ(msgpack("\xc1"), "refused: unexpected end or byte at 1");
    EXPECT_EQ(
        msgpack(std::string_view("\xd6\xff\0\0\0\0", 6)),
        "refused: extension type -1 is not supported"
    );
    EXPECT_EQ(msgpack("\xa1\xff"), "refused: a text that is not UTF-8");
    EXPECT_EQ(msgpack("\x81\x01\x02"), "refused: unexpected end or byte at 2");
}

TEST(Msgpack, IsBounded) {
    EXPECT_EQ(msgpack(std::string(300, '\x91')), "refused: depth over 200");
    EXPECT_EQ(msgpack("\xdd\xff\xff\xff\xff\x01"), "refused: unexpected end or byte at 7");
    EXPECT_EQ(msgpack("\xdb\xff\xff\xff\xffx"), "refused: unexpected end or byte at 7");
    EXPECT_EQ(msgpack("\x93\x01\x02\x03", {.values = 3}), "refused: more than 3 values");
}

TEST(Msgpack, HasNoFormForBigIntegersAndOtherTypes) {
    EXPECT_EQ(
        refused_to_write(Serializer::Msgpack, json_of("[18446744073709551616]")),
        "Integer value out of range"
    );
    EXPECT_EQ(
        refused_to_write(
            Serializer::Msgpack, json_of(R"([{"__type__": "decimal", "__value__": "1.5"}])")
        ),
        "can not serialize 'decimal.Decimal' object"
    );
}

TEST(Msgpack, WritesNoTextThatPythonCouldNotRead) {
    const auto said = "'utf-8' codec can't encode a text: surrogates not allowed";
    EXPECT_EQ(refused_to_write(Serializer::Msgpack, json_of(R"("\ud800")")), said);
    EXPECT_EQ(refused_to_write(Serializer::Msgpack, json_of(R"({"\ud800": 1})")), said);
    EXPECT_EQ(serialize(Serializer::Yaml, json_of(R"("\ud800")")), "\"\\uD800\"\n");
}

TEST(CheckedJson, RefusesTypedValuesThatPythonRefuses) {
    const auto json = [](std::string_view text) { return read(Serializer::JsonText, text); };
    EXPECT_EQ(
        json(R"([{"__type__": "money", "__value__": 1}])"), "refused: unsupported __type__ 'money'"
    );
    EXPECT_EQ(
        json(R"({"__type\u005f_": "money", "__value__": 1})"),
        "refused: unsupported __type__ 'money'"
    );
    EXPECT_EQ(json(R"({"__type__": 5, "__value__": 1})"), "refused: unsupported __type__ 5");
    EXPECT_EQ(
        json(R"({"__type__": "date", "__value__": "2024-02-30"})"),
        "refused: '2024-02-30' is no value of __type__ 'date'"
    );
    EXPECT_EQ(
        json(R"({"__type__": "uuid", "__value__": {"hex": "12"}})"),
        "refused: {'hex': '12'} is no value of __type__ 'uuid'"
    );
    EXPECT_EQ(
        json(R"({"__type__": "money", "__value__": 1, "x": 1})"),
        R"({"__type__": "money", "__value__": 1, "x": 1})"
    );
}

// Changed, cut and doubled bytes of good bodies: any answer is right, as long as there is one.
TEST(Serializers, SurviveAnyBytes) {
    const auto body = json_of(
        R"([["é", 1.5, -7, 18446744073709551615, {"__type__": "base64", "__value__": "//4="}], {"k": ["yes", "1"]}, {"chain": null}])"
    );
    std::uint32_t state = 7;
    const auto dice = [&](std::size_t sides) {
        state = state * 1664525 + 1013904223;
        return (state >> 8) % sides;
    };
    int good = 0;
    for (const auto serializer : {Serializer::JsonText, Serializer::Yaml, Serializer::Msgpack}) {
        const auto whole = serialize(serializer, body) +
                           (serializer == Serializer::Yaml ? "- &a [*a]\n- !!set {a}\n" : "");
        for (int round = 0; round < 5000; ++round) {
            auto bytes = whole;
            for (auto n = dice(3) + 1; n > 0 && !bytes.empty(); --n) {
                const auto at = dice(bytes.size());
                if (dice(3) == 0) {
                    bytes.resize(at);
                } else if (dice(2) == 0) {
                    bytes[at] = static_cast<char>(dice(256));
                } else {
                    bytes.insert(at, bytes.substr(at, 3));
                }
            }
            const auto value = deserialize(serializer, bytes, {});
            if (std::holds_alternative<Json>(value)) ++good, to_json_text(std::get<Json>(value));
        }
    }
    EXPECT_GT(good, 100);
    EXPECT_LT(good, 15000);
}

TEST(Decode, RefusesAnUnknownTypedValueInABody) {
    AnEnvelope envelope;
    envelope.body = R"([[{"__type__": "money", "__value__": 1}], {}, null])";
    EXPECT_EQ(refusal_of(envelope), "the body is not JSON: unsupported __type__ 'money'");
}

TEST(Decode, RefusesSerializersThatAreNotAccepted) {
    AnEnvelope envelope;
    envelope.content_type = R"("application/x-yaml")";
    envelope.body = "[[1, 2], {}, {}]";
    EXPECT_EQ(
        refusal_of(envelope),
        "Refusing to deserialize untrusted content of type yaml (application/x-yaml)"
    );
    EXPECT_EQ(refusal_of(envelope.raw(), {"json", "yaml"}), "");
    EXPECT_EQ(refusal_of(envelope.raw(), {"application/x-yaml"}), "");
}

TEST(Decode, NeverReadsPickle) {
    AnEnvelope envelope;
    envelope.content_type = R"("application/x-python-serialize")";
    EXPECT_EQ(
        refusal_of(envelope),
        "Refusing to deserialize untrusted content of type pickle (application/x-python-serialize)"
    );
    EXPECT_EQ(
        refusal_of(envelope.raw(), {"pickle", "json"}),
        "content of type pickle (application/x-python-serialize) is not supported"
    );
}

TEST(Decode, ReadsHybridsInEverySerializer) {
    AnEnvelope envelope;
    envelope.headers = "{}";
    envelope.content_type = R"("application/x-yaml")";
    envelope.body = "task: t\nid: i\nargs: [1, 2]\nkwargs: {}\n";
    const auto message = message_of(envelope.raw());
    const std::vector<std::string> accept = {"yaml"};
    EXPECT_EQ(std::get<Request>(decode(message, accept)).args, json_of("[1, 2]"));
}

}  // namespace
}  // namespace taskworker

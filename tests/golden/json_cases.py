"""Cases for the JSON reader, writer and the two reprs: what Python itself makes of them."""
import json
import random
import struct
import uuid
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

from celery.utils.saferepr import saferepr
from kombu.utils import json as kombu_json

FLOATS = [
    "0.0", "-0.0", "1.0", "-1.5", "0.1", "1e-5", "1e-4", "0.0001", "0.00012345", "1e15", "1e16", "1e17", "123456789012345680.0",
    "9007199254740993.0", "1e21", "1e22", "1e23", "1.7976931348623157e308", "1e308", "1e309", "-1e309", "1e400",
    "5e-324", "2.2250738585072014e-308", "1e-324", "1e-400", "3.14159", "1E5", "1E+5", "1e+05", "100000.0e-3",
    "0.30000000000000004", "0e999999999999", "1e99999999999999999999", "1e-99999999999999999999",
    "0.000000000000000000000000000000000000000000001e46", "123e-2", "4.35", "2.5e-7", "123456789.123456789",
]
INTEGERS = [
    "0", "-0", "1", "-1", "2147483648", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    "-9223372036854775809", "18446744073709551615", "18446744073709551616", "9" * 100, "-" + "7" * 40,
]
REFUSED = [
    "", " ", "nul", "nulll", "True", "tru", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{", "}", "{1: 2}", '{"a"}',
    '{"a":}', '{"a": 1,}', '{"a" 1}', "{'a': 1}", "01", "1.", ".5", "1e", "1e+", "+1", "-", "--1", "- 1", "0x10", "1_0",
    "-NaN", "nan", "infinity", "+Infinity", '"', '"abc', '"\\', '"\\"', '"\\x41"', '"\\u12"', '"\\u12g4"', '"\\U0041"',
    '"tab\there"', '"nl\nhere"', '"nul\x00"', "[1] [2]", "1 1", "\ufeff1", "// c\n1", "[1]\x00", "\x0b1", "\u00a01",
]
TEXTS = [
    '""', '"a"', '"it\'s"', '"say \\"hi\\""', '"both \' and \\""', '"back\\\\slash"', '"sl\\/ash/"', '"\\b\\f\\n\\r\\t"',
    '"\\u0000\\u001f\\u007f\\u0080\\u00a0\\u00ad"', '"\u00e9\u00df\u4e2d\u6587"', '"\U0001f600"', '"\\ud83d\\ude00"',
    '"\\ud83d"', '"\\ude00"', '"\\ude00\\ud83d"', '"\\ud83d\\ud83d\\ude00"', '"\\ud83dx"', '"\\ud83d\\n"', '"\\ud83d\\u0041"',
    '"\\u2028\\u2029\\u200b\\ufeff"', '"\u0300combining"', '"\\u0378 unassigned"', '"\\ue000 private"', '"\\uffff"',
    '"\U000e0001\U0010ffff"', '"\u3000 wide space"', '"\u05d0\u0627"', '"\\u00E9\\u00e9"', '"a\x7fb"',
]
NESTED = [
    "null", "true", "false", "NaN", "Infinity", "-Infinity", "[NaN, -Infinity]", "[]", "{}", "[[]]", "[{}]", '{"a": []}',
    ' [ 1 , 2 ] ', '\t{"a"\n:\r1}\n', '{"a": 1, "b": [null, true, false, 1.0, "x"]}', '{"b": 1, "a": 2}',
    '{"a": 1, "b": 2, "a": 3}', '{"a": 1, "\\u0061": 2}', '{"": 0}', '{"k": {"k": {"k": {"k": {"k": 1}}}}}',
    "[[[[[1]]]]]", "[1, [2, [3, [4, [5]]]], 6]", '[{"a": [{"b": [{"c": 1}]}]}, 2]', '[[[{"a": 1}]]]', '{"a": [[[]]]}',
    '{"it\'s": 1, "\\"": 2, "\\n": 3}', '{"args": [1], "kwargs": {}}',
    "{%s}" % ", ".join('"k%d": %d' % (i % 40, i) for i in range(100)),
    "[%s]" % ", ".join(["1"] * 600), '["%s", "b", "c"]' % ("a" * 1100), '["%s"]' % ("ab " * 500), '"%s"' % ("word " * 300),
    '{"%s": 1, "b": [2, 3]}' % ("k" * 1500), '{"a": ["%s", {"b": "%s", "c": 1}], "d": 2}' % ("x" * 500, "y" * 600),
    "[%s]" % ", ".join('"%s"' % (c * 97) for c in "abcdefghijklmno"), '[["%s"], ["%s"], {"z": 1}]' % ("a" * 1000, "b" * 60),
    '["%s"]' % ("\u00e9" * 1100), '[["%s", 1], 2]' % ("a" * 1016), '{"a": {"b": "%s"}, "c": {"d": 1}}' % ("q" * 1009),
]


def typed():
    berlin, west = timezone(timedelta(hours=2)), timezone(timedelta(hours=-5, minutes=-30))
    values = [
        datetime(2024, 1, 2, 3, 4, 5, 678901), datetime(2024, 1, 2), datetime(2024, 1, 2, 3, 4), datetime(2024, 1, 2, 3, 4, 5),
        datetime(2024, 1, 2, 3, 4, 5, tzinfo=timezone.utc), datetime(2024, 1, 2, 3, 4, 0, 7, tzinfo=berlin),
        datetime(2024, 1, 2, tzinfo=west), datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999999),
        datetime(2024, 1, 2, tzinfo=timezone(timedelta(hours=1, minutes=2, seconds=3))),
        date(2024, 1, 2), time(3, 4, 5, 678901), time(0, 0), time(3, 4), time(3, 4, 5), time(3, 4, 0, 5),
        time(3, 4, tzinfo=timezone.utc), Decimal("1.50"), Decimal("-0"), Decimal("NaN"), Decimal("1E+10"), Decimal("1e-30"),
        uuid.UUID("12345678-1234-5678-1234-567812345678"), b"", b"text", b"it's", b'"', b"\x00\n\\", "\u00e9".encode(),
        bytes(range(256)),
    ]
    for value in values:
        yield kombu_json.dumps(value)
    yield kombu_json.dumps({"when": values[0], "list": values})
    yield '{"__type__": "datetime", "__value__": "2024-01-02", "more": 1}'
    yield '{"__type__": "datetime"}'
    yield '{"__value__": "1.5", "__type__": "decimal"}'


def random_floats(count):
    dice = random.Random(1)
    for _ in range(count):
        value = struct.unpack("<d", dice.randbytes(8))[0]
        yield json.dumps(value)
    for _ in range(count):
        yield json.dumps(dice.uniform(-1, 1) * 10 ** dice.randint(-20, 20))


def random_values(count):
    dice = random.Random(2)
    letters = "abc '\"\\\n\t\x00\x7f\u00e9\u4e2d\U0001f600\u2028\ud800/"

    def value(depth):
        kind = dice.randrange(9 if depth else 7)
        if kind == 0:
            return None
        if kind == 1:
            return dice.choice([True, False])
        if kind == 2:
            return dice.randint(-10 ** dice.randint(1, 25), 10 ** dice.randint(1, 25))
        if kind == 3:
            return dice.uniform(-1000, 1000)
        if kind < 7:
            return "".join(dice.choice(letters) for _ in range(dice.randrange(12)))
        if kind == 7:
            return [value(depth - 1) for _ in range(dice.randrange(5))]
        return {str(value(0)): value(depth - 1) for _ in range(dice.randrange(5))}

    for _ in range(count):
        made = value(5)
        text = json.dumps(made, ensure_ascii=False)
        has_surrogate = any("\ud800" <= c <= "\udfff" for c in text)
        yield json.dumps(made) if has_surrogate or dice.random() < 0.5 else text


def case(text):
    """text → json.loads → json.dumps, repr(), str(ValueError(value)), Celery's saferepr with two limits.

    What equals the repr (or, for the shorter limit, the saferepr) is left out.
    """
    try:
        plain = json.loads(text)
    except ValueError:
        return {"in": text, "refused": True}
    value = kombu_json.loads(text)
    row = {"in": text, "json": json.dumps(plain), "repr": repr(value)}
    safe, shorter, text = saferepr(value, 1024), saferepr(value, 40), str(ValueError(value))
    if safe != row["repr"]:
        row["saferepr"] = safe
    if shorter != safe:
        row["saferepr40"] = shorter
    if text != row["repr"]:
        row["str"] = text
    row["argsrepr"] = saferepr((value,), 1024)
    return row


def cases():
    for text in [*FLOATS, *INTEGERS, *TEXTS, *NESTED, *typed(), *random_floats(150), *random_values(250), *REFUSED]:
        yield case(text)

"""Arguments and results of every kind cross the wire as they cross between Python and Python."""
import datetime
import decimal
import json
import math
import time
import uuid

import pytest

INTEGERS = [0, -1, 2**31, 2**53 + 1, 2**63 - 1, -2**63, 2**63, 2**64 - 1, 2**64, -2**63 - 1, 10**100]
FLOATS = [1.0, 0.0, 0.1, 5e-324, 1.7976931348623157e308, 1e16, 1e22, 1e-7, 123456789.123456789,
          math.inf, -math.inf]
TEXTS = ["", "plain", "naïve Ωμέγα 日本語 🐿️👩‍🚀", "\u2028\u2029\u0000\x1f\x7f", "\"\\/\b\f\n\r\t", "\ud800 alone"]
OTHERS = [None, True, False, [], {}, [[], {}, [None]], {"z": 1, "a": {"é": [1, 1.0]}, "": None},
          {"__type__": "datetime"}, [[1, [2, [3, [4]]]]]]
TYPED = {
    "datetime": datetime.datetime(2026, 2, 3, 4, 5, 6, 789000, tzinfo=datetime.timezone.utc),
    "date": datetime.date(2026, 2, 3),
    "time": datetime.time(4, 5, 6, 789000),
    "decimal": decimal.Decimal("12345678901234567890.123456789"),
    "uuid": uuid.UUID("12345678-1234-5678-1234-567812345678"),
    "bytes": bytes(range(256)),
}


@pytest.mark.parametrize("value", INTEGERS + FLOATS + TEXTS + OTHERS, ids=ascii)
def test_identity_gives_the_same_value_and_type(rig, value):
    back = rig.get("identity", value)
    assert back == value
    assert type(back) is type(value)


def test_negative_zero_and_nan_survive(rig):
    assert math.copysign(1, rig.get("identity", -0.0)) == -1
    assert math.isnan(rig.get("identity", math.nan))


@pytest.mark.parametrize("value", INTEGERS + FLOATS + TEXTS + OTHERS, ids=ascii)
def test_a_result_is_written_as_python_writes_it(rig, value):
    result = rig.call("identity", value)
    result.get(timeout=10)
    text = rig.doc_text(result.id)
    assert f'"result": {json.dumps(value)}, ' in text
    assert text == json.dumps(json.loads(text))


@pytest.mark.parametrize("x, y, total", [
    (2, 3, 5), (2**64, 1, 2**64 + 1), (-10**40, 10**40 + 3, 3), (1, 2.0, 3.0), (0.1, 0.2, 0.1 + 0.2),
    (2**70, 0.5, 2**70 + 0.5), ("a", "é", "aé"), ([1], ["x", None], [1, "x", None]),
], ids=ascii)
def test_add(rig, x, y, total):
    back = rig.get("add", x, y)
    assert back == total and type(back) is type(total)


@pytest.mark.parametrize("x, y, product", [
    (6, 7, 42), (10**30, -10**30, -10**60), (3, 0.5, 1.5), (2**63, 2, 2**64)], ids=ascii)
def test_mul(rig, x, y, product):
    back = rig.get("mul", x, y)
    assert back == product and type(back) is type(product)


@pytest.mark.parametrize("numbers, total", [
    ([], 0), ([1, 2, 3], 6), ([2**64, 2**64], 2**65), ([1, 0.5], 1.5), ([1.0, 2], 3.0)], ids=ascii)
def test_tsum(rig, numbers, total):
    back = rig.get("tsum", numbers)
    assert back == total and type(back) is type(total)


@pytest.mark.parametrize("kind", TYPED)
def test_typed_values_are_made_by_the_worker(rig, kind):
    result = rig.call("typed", kind)
    assert result.get(timeout=10) == TYPED[kind]
    stored = rig.doc(result.id)["result"]
    assert sorted(stored) == ["__type__", "__value__"]


@pytest.mark.parametrize("kind", TYPED)
def test_typed_values_arrive_and_return(rig, kind):
    assert rig.get("describe", TYPED[kind]) == kind
    assert rig.get("identity", [TYPED[kind]]) == [TYPED[kind]]


@pytest.mark.parametrize("value, kind", [
    (None, "null"), (True, "bool"), (1, "int"), (2**70, "int"), (1.0, "float"), ("x", "str"),
    (b"text", "bytes"), ([1], "list"), ({"a": 1}, "dict")], ids=ascii)
def test_describe(rig, value, kind):
    assert rig.get("describe", value) == kind


def test_unicode_made_by_the_worker(rig):
    assert rig.get("unicode") == ("naïve Ωμέγα Привет עברית العربية हिन्दी 日本語 한국어 🐿️👩‍🚀 "
                                  "\u2028\u2029 \"\\/\b\f\n\r\t end")


def test_positional_and_keyword_arguments_keep_their_order(rig):
    back = rig.get("echo", 1, "zwei", z=1, a=[2], é=None)
    assert back == {"args": [1, "zwei"], "kwargs": {"z": 1, "a": [2], "é": None}}
    assert list(back["kwargs"]) == ["z", "a", "é"]
    assert rig.get("noop", 1, x=2) is None


def test_keywords_for_positional_parameters(rig):
    assert rig.get("add", y="b", x="a") == "ab"
    assert rig.get("add", "a", y="b") == "ab"


def test_big_strings_both_ways(rig):
    assert rig.get("big", 3_000_000) == "x" * 3_000_000
    assert rig.get("size", "é🐿" * 500_000) == 1_000_000
    assert rig.get("size", list(range(50_000))) == 50_000
    assert rig.get("size", {"a": 1, "b": 2}) == 2


def test_the_document_of_a_success(rig):
    result = rig.call("add", 2, 3)
    assert result.get(timeout=10) == 5
    doc = rig.doc(result.id)
    assert list(doc) == ["status", "result", "traceback", "children", "date_done", "task_id"]
    assert (doc["status"], doc["result"], doc["traceback"], doc["children"], doc["task_id"]) == (
        "SUCCESS", 5, None, [], result.id)
    done = datetime.datetime.fromisoformat(doc["date_done"])
    assert done.utcoffset() == datetime.timedelta(0)
    assert abs(time.time() - done.timestamp()) < 5
    assert 86_390 < rig.docs.ttl(f"celery-task-meta-{result.id}") <= 86_400


def test_the_document_is_published_on_its_key(rig):
    task_id = str(uuid.uuid4())
    with rig.published(task_id) as next_document:
        rig.send("add", (2, 3), task_id=task_id)
        assert next_document().decode() == rig.doc_text(task_id)


def test_get_wakes_at_once(rig):
    def seconds():
        begin = time.monotonic()
        assert rig.get("add", 1, 1) == 2
        return time.monotonic() - begin

    assert sorted(seconds() for _ in range(21))[5] < 0.1


def test_delay_through_a_python_task_object(rig):
    @rig.app.task(name="conformance.add")
    def add(x, y):
        raise AssertionError("runs in the worker only")

    result = add.delay(20, 22)
    assert result.get(timeout=10) == 42
    assert result.successful() and result.state == "SUCCESS"
    assert result.date_done is not None

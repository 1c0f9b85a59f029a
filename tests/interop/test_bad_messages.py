"""Whatever lies in the queue: the worker lives, good tasks are done, nothing disappears silently."""
import json
import pickle

import pytest

from support.envelopes import envelope, push
from support.rig import open_rig
from support.wait import eventually

GOOD = json.dumps(envelope((1, 2))).encode()

BROKEN = {
    "empty": b"",
    "a word": b"hello",
    "half a message": GOOD[:len(GOOD) // 2],
    "two messages": GOOD + GOOD,
    "a NUL byte behind it": GOOD + b"\0",
    "bytes that are not UTF-8": b'{"body": "\xff\xfe", "headers": {}}',
    "GBK text": '{"body": "中文"}'.encode("gbk"),
    "a pickle": pickle.dumps({"task": "conformance.add"}),
    "a number": b"42",
    "null": b"null",
    "a list": b"[1, 2, 3]",
    "an empty object": b"{}",
    "brackets without end": b"[" * 200_000,
    "a deep header": json.dumps(envelope(headers={"x": 0})).replace('"x": 0', '"x": ' + "[" * 5000 + "]" * 5000).encode(),
    "no body": envelope() | {"body": None},
    "no headers": envelope() | {"headers": None},
    "headers are a list": envelope() | {"headers": []},
    "no task": envelope(headers={"task": ...}),
    "the task is a number": envelope(headers={"task": 7}),
    "the task is null": envelope(headers={"task": None}),
    "the task has no name": envelope(headers={"task": ""}),
    "no id": envelope(headers={"id": ...}),
    "the id is a number": envelope(headers={"id": 7}),
    "the id is null": envelope(headers={"id": None}),
    "the body is not base64": envelope() | {"body": "%%%"},
    "the body is not JSON": envelope(body="not json"),
    "the body is not UTF-8": envelope(body=b"[[\xff], {}, {}]"),
    "the body is an object without a task": envelope(body='{"args": []}', headers={"task": ...}),
    "the body has two elements": envelope(body="[[1, 2], {}]"),
    "the body has four elements": envelope(body="[[1, 2], {}, {}, {}]"),
    "the keywords are a list": envelope(body="[[1, 2], [], {}]"),
    "the keywords are null": envelope(body="[[1, 2], null, {}]"),
    "the body is too deep": envelope(body="[[" + "[" * 5000 + "]" * 5000 + "], {}, {}]"),
    "the eta is a word": envelope(headers={"eta": "tomorrow"}),
    "the eta is a number": envelope(headers={"eta": 1e9}),
    "the eta has a thirteenth month": envelope(headers={"eta": "2026-13-01T00:00:00"}),
    "expires is a list": envelope(headers={"expires": []}),
    "retries is a word": envelope(headers={"retries": "many"}),
    "retries is beyond any number": json.dumps(envelope(headers={"retries": 0})).replace(
        '"retries": 0', '"retries": 1' + "0" * 400).encode(),
    "the time limit is a word": envelope(headers={"timelimit": "short"}),
    "an unknown content type": envelope(content_type="application/x-marzipan"),
    "a pickled body": envelope(body=pickle.dumps([[1, 2], {}, {}]), content_type="application/x-python-serialize",
                               content_encoding="binary"),
    "a YAML body": envelope(body="[[1, 2], {}, {}]", content_type="application/x-yaml"),
    "an unknown charset": envelope(content_encoding="utf-99"),
    "an unknown compression": envelope(headers={"compression": "application/x-marzipan"}),
    "a broken compression": envelope(body=b"x\x9cbroken", headers={"compression": "application/x-gzip"}),
    "an unknown body encoding": envelope(properties={"body_encoding": "rot13"}),
}


@pytest.fixture(scope="module")
def bad(redis):
    with open_rig(redis, dbs=(10, 11), args="-c 2") as rig:
        yield rig


@pytest.mark.ours
@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_message_becomes_a_dead_letter(bad, kind):
    before = len(bad.dead_letters())
    raw = push(bad, BROKEN[kind])
    assert bad.get("add", 1, 2) == 3
    assert bad.is_drained()
    letters = bad.dead_letters()
    assert len(letters) == before + 1
    assert letters[-1].message == raw and letters[-1].queue == "celery" and letters[-1].reason
    assert bad.main.is_alive()


@pytest.mark.ours
def test_a_discarded_message_is_told_in_the_log(bad):
    push(bad, b"these are the first bytes of a broken message")
    assert bad.main.logs("CRITICAL", "these are the first bytes")


@pytest.mark.ours
def test_many_bad_ones_among_good_ones(bad):
    key, before = bad.key(), len(bad.dead_letters())
    kinds = list(BROKEN.values())
    for i in range(300):
        push(bad, kinds[i % len(kinds)])
        bad.call("append", key, i)
    assert sorted(map(int, bad.recorded(key, 300, timeout=60))) == list(range(300))
    assert bad.is_drained()
    assert len(bad.dead_letters()) == before + 300


@pytest.mark.ours
def test_what_is_held_is_always_json(fresh):
    """An entry of `unacked` that is not JSON would end every Python worker on that Redis."""
    rig = fresh(args="-c 1 --prefetch-multiplier 100")
    key = rig.key()
    blocker = rig.call("late", key, "v", 60)
    rig.recorded(key, 1)
    for message in BROKEN.values():
        push(rig, message)
        rig.call("add", 1, 1)
    eventually(lambda: not rig.raw.llen("celery"), what="all are fetched")
    eventually(lambda: rig.raw.hlen("unacked") > len(BROKEN), what="the good ones are held")
    for entry in rig.raw.hvals("unacked"):
        message, exchange, routing_key = json.loads(entry)
        assert message["headers"]["id"] and (exchange, routing_key) == ("", "celery")
    rig.app.control.revoke(blocker.id, terminate=True)
    assert rig.is_drained()


@pytest.mark.ours
def test_an_unknown_task_is_kept_as_a_dead_letter(bad):
    result = bad.app.send_task("no.such.task", (1,), headers={"x-trace": "abc"})
    bad.ended(result.id, "FAILURE")
    assert bad.is_drained()
    letter = bad.dead_letters()[-1]
    assert letter.task_id == result.id and json.loads(letter.message)["headers"]["x-trace"] == "abc"


ODD = {
    "only what is needed": envelope((1, 2), headers={"lang": ...}),
    "an empty embed": envelope(body="[[1, 2], {}, {}]"),
    "no embed": envelope(body="[[1, 2], {}, null]"),
    "unknown fields": envelope((1, 2), headers={"x-unknown": [1]}, properties={"app_id": "x"}, extra={"a": None}),
    "null retries": envelope((1, 2), headers={"retries": None}),
    "a null time limit": envelope((1, 2), headers={"timelimit": None}),
    "spaces everywhere": json.dumps(envelope((1, 2)), indent=3).encode(),
    "real letters": json.dumps(envelope((1, 2), headers={"x-name": "Ωμέγα"}), ensure_ascii=False).encode(),
    "a body in plain text": envelope(properties={"body_encoding": "utf-8"}) | {"body": "[[1, 2], {}, {}]"},
    "NaN in a header": json.dumps(envelope((1, 2), headers={"x-n": float("nan")})).encode(),
    "a lone surrogate in a header": envelope((1, 2), headers={"x-s": "\ud800"}),
    "the last of doubled keys counts": json.dumps(envelope((1, 2))).replace(
        '"lang": "py"', '"task": "no.such.task"').encode(),
}


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_but_valid_message_is_executed(bad, kind):
    raw = push(bad, ODD[kind])
    task_id = json.loads(raw)["headers"]["id"]
    assert bad.ended(task_id, "SUCCESS")["result"] == 3


def test_a_refused_time_leaves_the_worker_alone(bad):
    for name in ("eta", "expires"):
        push(bad, envelope((1, 2), headers={name: "tomorrow"}))
    assert bad.get("add", 1, 1) == 2
    assert bad.is_drained()

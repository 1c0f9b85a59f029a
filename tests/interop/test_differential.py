"""The same messages and values, read by kombu and Celery and by us, field by field.

TASKWORKER_DIFFERENTIAL=10000 makes the large run; TASKWORKER_SEED another one than the usual.
"""
import base64
import json
import os
import random
import sys
from pathlib import Path

import kombu.compression
import kombu.serialization
import pytest
import yaml
from celery import Celery
from kombu.exceptions import EncodeError
from kombu.utils.json import dumps, loads

from support.probe import Probe
from support.random_messages import Values, damaged, random_call, random_yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "golden"))
from python_view import python_view  # noqa: E402

COUNT = int(os.environ.get("TASKWORKER_DIFFERENTIAL", 500))
SEED = int(os.environ.get("TASKWORKER_SEED", 1))
SERIALIZERS = ["json", "yaml", "msgpack"]
COMPRESSIONS = ["gzip", "zlib", "bzip2", "lzma", "xz", "zstd", "brotli"]
pytestmark = [pytest.mark.ours, pytest.mark.timeout(60 + COUNT)]


@pytest.fixture(scope="module")
def probe():
    probe = Probe()
    yield probe
    probe.close()


@pytest.fixture(scope="module")
def app():
    app = Celery("differential", broker="memory://", backend="cache+memory://")

    @app.task(name="differential.task")
    def task(*args, **kwargs):
        pass

    app.conf.accept_content = SERIALIZERS
    app.finalize()
    return app


def envelope_of(app, args, kwargs, options):
    """What kombu's virtual transports lay into a queue."""
    with app.connection_for_write() as connection:
        channel = connection.default_channel
        app.send_task("differential.task", args, kwargs, connection=connection, **options)
        raw = channel._get("celery")
        channel._purge("celery")
    return dumps(raw)


def plain(value):
    """As our JSON has it: typed values as objects, keys as text."""
    return json.loads(dumps(value))


def as_text(value):
    return json.dumps(value, sort_keys=True)


def ours_of_theirs(view):
    """Celery's view of a request in the form of the probe's."""
    theirs = {name: view[name] for name in (
        "id", "task", "shadow", "root_id", "parent_id", "group", "group_index", "retries", "eta_at", "expires_at",
        "ignore_result", "argsrepr", "kwargsrepr", "origin", "correlation_id", "reply_to", "replaced_task_nesting", "args",
        "kwargs", "callbacks", "errbacks", "chain", "chord", "stamped_headers", "stamps")}
    theirs.update(view["delivery_info"])
    theirs["timelimit"] = [None if n is None else float(n) for n in view["timelimit"]]
    theirs["headers"] = {name: value for name, value in view["headers"].items() if name != "meth"}
    return plain(theirs)


def assert_same_request(probe, app, raw):
    theirs = ours_of_theirs(python_view(app, raw, SERIALIZERS))
    ours = probe.ask("decode", raw=raw, accept=SERIALIZERS)
    assert "error" not in ours, raw
    for name, value in theirs.items():
        if name in ("eta_at", "expires_at") and value is not None:
            assert ours[name] == pytest.approx(value, abs=1e-6), (name, raw)
        else:
            assert as_text(ours[name]) == as_text(value), (name, raw)


@pytest.mark.parametrize("serializer", SERIALIZERS)
def test_random_messages_of_celery(probe, app, serializer):
    dice = random.Random(f"{serializer} {SEED}")
    for _ in range(-(-COUNT // len(SERIALIZERS))):
        args, kwargs, options = random_call(dice, serializer, COMPRESSIONS)
        assert_same_request(probe, app, envelope_of(app, args, kwargs, options))


@pytest.mark.parametrize("serializer", SERIALIZERS)
def test_our_retries_of_random_messages_are_read_by_celery(probe, app, serializer):
    dice = random.Random(f"retry {serializer} {SEED}")
    for _ in range(-(-COUNT // len(SERIALIZERS))):
        args, kwargs, options = random_call(dice, serializer, COMPRESSIONS)
        raw = envelope_of(app, args, kwargs, options)
        new = plain([Values(dice, serializer).value()]) if dice.random() < 0.5 else None
        answer = probe.ask("retry", raw=raw, accept=SERIALIZERS, args=new)
        assert "raw" in answer, (answer, raw)
        again = answer["raw"]
        before, after = python_view(app, raw, SERIALIZERS), python_view(app, again, SERIALIZERS)
        assert after["retries"] == before["retries"] + 1, raw
        assert as_text(plain(after["args"])) == as_text(plain(before["args"]) if new is None else new), raw
        assert as_text(plain(after["kwargs"])) == as_text(plain(before["kwargs"])), raw
        was, now = json.loads(raw), json.loads(again)
        assert now["content-type"] == was["content-type"]
        assert now["headers"].get("compression") == was["headers"].get("compression")
        if new is None:
            assert now["body"] == was["body"]


@pytest.mark.parametrize("serializer", SERIALIZERS)
def test_our_messages_are_read_by_celery(probe, app, serializer):
    dice = random.Random(f"publish {serializer} {SEED}")
    for _ in range(-(-COUNT // len(SERIALIZERS))):
        args, kwargs, options = random_call(dice, serializer, COMPRESSIONS)
        raw = probe.ask("publish", task="differential.task", id="an-id", args=plain(args), kwargs=plain(kwargs),
                        serializer=serializer, compression=options["compression"])["raw"]
        view = python_view(app, raw, SERIALIZERS)
        assert "error" not in view, (view, raw)
        assert as_text(plain(view["args"])) == as_text(plain(args)), raw
        assert as_text(plain(view["kwargs"])) == as_text(plain(kwargs)), raw


@pytest.mark.parametrize("serializer", SERIALIZERS)
def test_values_go_both_ways(probe, serializer):
    dice = random.Random(f"values {serializer} {SEED}")
    for _ in range(COUNT):
        value = Values(dice, serializer).value()
        content_type, encoding, data = kombu.serialization.dumps(value, serializer)
        data = data.encode() if isinstance(data, str) else data
        answer = probe.read(serializer, data)
        assert as_text(answer.get("value", answer)) == as_text(plain(value)), data
        written = probe.write(serializer, plain(value))
        assert isinstance(written, bytes), (written, value)
        back = kombu.serialization.loads(written, content_type, encoding, accept={content_type})
        assert as_text(plain(back)) == as_text(plain(value)), written


@pytest.mark.parametrize("serializer", ["yaml", "msgpack"])
def test_what_python_cannot_write_we_refuse_to_write(probe, serializer):
    dice = random.Random(f"refused {serializer} {SEED}")
    refused = 0
    for _ in range(COUNT):
        value = Values(dice, "json").value()
        try:
            kombu.serialization.dumps(value, serializer)
        except EncodeError:
            refused += 1
            assert isinstance(probe.write(serializer, plain(value)), str), value
    assert refused


def in_our_form(value):
    """Sets are lists here, ordered maps lists of pairs; keys are JSON's."""
    if isinstance(value, (set, tuple)):
        return [in_our_form(item) for item in value]
    if isinstance(value, list):
        return [in_our_form(item) for item in value]
    if isinstance(value, dict):
        return {name: in_our_form(item) for name, item in value.items()}
    return value


def test_yaml_as_people_write_it(probe):
    """Whatever both can read must mean the same; what PyYAML refuses must be refused."""
    dice = random.Random(f"yaml {SEED}")
    read = refused = 0
    for _ in range(COUNT * 3):
        text = random_yaml(dice)
        ours = probe.read("yaml", text.encode())
        try:
            theirs = plain(in_our_form(yaml.safe_load(text)))
        except (yaml.YAMLError, ValueError, KeyError, TypeError, IndexError):
            refused += 1
            assert "error" in ours, text
            continue
        if "error" in ours:
            assert has_keys_of_no_json(yaml.compose(text, Loader=yaml.SafeLoader)), (text, ours)
            continue
        read += 1
        assert as_text(ours["value"]) == as_text(theirs), text
    assert read > COUNT // 2 and refused > COUNT // 10


def has_keys_of_no_json(node, seen=()):
    """Anywhere in the text, be it in a value that a later one of the same key replaces."""
    if id(node) in seen or isinstance(node, yaml.ScalarNode):
        return False
    seen = (*seen, id(node))
    if isinstance(node, yaml.SequenceNode):
        return any(has_keys_of_no_json(item, seen) for item in node.value)
    strange = {"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:binary"}
    return any(key.tag in strange or has_keys_of_no_json(value, seen) for key, value in node.value)


def test_damaged_compressed_streams(probe, app):
    """We read exactly what Python reads of them, and refuse what it refuses."""
    dice = random.Random(f"damage {SEED}")
    for _ in range(COUNT):
        args, kwargs, options = random_call(dice, "json", COMPRESSIONS)
        options["compression"] = options["compression"] or "zlib"
        message = json.loads(envelope_of(app, args, kwargs, options))
        compressed = damaged(dice, base64.b64decode(message["body"]))
        message["body"] = base64.b64encode(compressed).decode()
        ours = probe.ask("decode", raw=json.dumps(message), accept=SERIALIZERS)
        try:
            theirs = loads(kombu.compression.decompress(compressed, options["compression"]))
        except Exception as exc:
            assert "error" in ours, (options["compression"], compressed, exc)
            continue
        if isinstance(theirs, list) and len(theirs) == 3 and isinstance(theirs[1], dict) and isinstance(theirs[0], list):
            assert "error" not in ours or "callbacks" in ours["error"] or "chain" in ours["error"], (ours, compressed)


TYPED = [
    ("datetime", v) for v in ["2024-01-02T03:04:05", "2024-01-02", "2024-01-02 03:04", "2024-01-02T03:04:05.678901+02:00",
                              "2024-01-02T03:04:05Z", "2024-02-30", "yesterday", "", 5, None, [], {}, "2024-01-02T25:00:00"]
] + [("date", v) for v in ["2024-01-02", "2024-01-02T03:04:05", "2024-13-01", "x", 1, None]
] + [("time", v) for v in ["03:04:05", "03:04", "03:04:05.000001+01:00", "24:00", "x", 0]
] + [("decimal", v) for v in ["1.50", "-0", "NaN", "sNaN", "Infinity", "1E+10", "abc", "", 5, -7, None, "1,5", {}]
] + [("uuid", v) for v in [{"hex": "12345678123456781234567812345678"}, {"hex": "12345678-1234-5678-1234-567812345678"}, {"hex": "12"},
                           {}, "12345678123456781234567812345678", None, {"no": 1}]
] + [("bytes", v) for v in ["", "text", "é", 5, None, "\ud800"]
] + [("base64", v) for v in ["", "//4=", "aGk=", "aGk", "a", "a G\nk=", 5]
] + [("money", v) for v in [1, "1"]] + [(5, "x"), (None, "x"), (["date"], "x"), ("Date", "2024-01-02"), ("", "x")]


@pytest.mark.parametrize("marker, value", TYPED)
def test_typed_values_are_refused_where_python_refuses_them(probe, marker, value):
    for text in (json.dumps({"__type__": marker, "__value__": value}), json.dumps([{"k": {"__value__": value, "__type__": marker}}]),
                 json.dumps({"__type__": marker, "__value__": value, "more": 1})):
        ours = probe.read("json", text.encode())
        try:
            theirs = loads(text)
        except Exception:
            assert "error" in ours
            continue
        assert "value" in ours, ours
        assert as_text(ours["value"]) == as_text(json.loads(text)), theirs


def test_compressed_by_every_name(probe, app):
    for name in ["gzip", "zlib", "bzip2", "bzip", "lzma", "xz", "zstd", "zstandard", "brotli"]:
        assert_same_request(probe, app, envelope_of(app, [name * 1000], {}, {"compression": name}))

"""Messages that nobody should send. corpus() makes them all; run as a program it writes them down.

python tests/chaos/harness/corpus.py FOLDER
"""
import base64
import bz2
import copy
import json
import sys
import uuid
import zlib
from pathlib import Path

LONG_AGO = "2020-01-01T00:00:00+00:00"
VALUES = {"null": None, "true": True, "minus": -1, "float": 3.7, "word": "x", "empty": "", "list": [], "object": {},
          "numbers": [1, 2], "nested": {"a": [None]}, "surrogate": "\ud800", "huge": 10 ** 40}
EMBED = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}


def message(body=None, task="chaos.late", **changes):
    """A good one, as a dict, with an id of its own."""
    task_id = str(uuid.uuid4())
    body = [[0, 0], {}, EMBED] if body is None else body
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return {
        "body": base64.b64encode(raw).decode(), "content-encoding": "utf-8", "content-type": "application/json",
        "headers": {"lang": "py", "task": task, "id": task_id, "shadow": None, "eta": None, "expires": None,
                    "group": None, "group_index": None, "retries": 0, "timelimit": [None, None],
                    "root_id": task_id, "parent_id": None, "argsrepr": "(0,)", "kwargsrepr": "{}", "origin": "corpus",
                    "ignore_result": False, "replaced_task_nesting": 0, "stamped_headers": None, "stamps": {}},
        "properties": {"correlation_id": task_id, "reply_to": "", "delivery_mode": 2, "priority": 0,
                       "delivery_info": {"exchange": "", "routing_key": "celery"}, "body_encoding": "base64",
                       "delivery_tag": str(uuid.uuid4())}, **changes}


def text(value):
    return json.dumps(value).encode()


def paths(tree, before=()):
    for name, value in tree.items():
        yield (*before, name)
        if isinstance(value, dict):
            yield from paths(value, (*before, name))


def put(tree, path, value):
    for name in path[:-1]:
        tree = tree[name]
    if value is ...:
        del tree[path[-1]]
    else:
        tree[path[-1]] = value


def truncations(step):
    good = text(message())
    for size in range(0, len(good), step):
        yield f"cut at {size}", good[:size]
        if size % (8 * step) == 0:
            yield f"begun at {size + 1}", good[size + 1:]


def wrong_types():
    for path in list(paths(message())):
        for name, value in {**VALUES, "missing": ...}.items():
            if path[-1] in ("eta", "expires") and name == "float":
                continue  # a legal time far away
            bad = message()
            put(bad, path, copy.deepcopy(value))
            yield f"{'.'.join(path)} is {name}", text(bad)


def bodies():
    shapes = {
        "empty": b"", "a word": b"x", "not JSON": b"{", "a number": b"7", "null": b"null", "a list": b"[]",
        "one element": [[0]], "two elements": [[0], {}], "four elements": [[0], {}, EMBED, 1],
        "args are an object": [{}, {}, EMBED], "args are text": ["abc", {}, EMBED], "args are null": [None, {}, EMBED],
        "kwargs are a list": [[0], [], EMBED], "kwargs are null": [[0], None, EMBED], "embed is a list": [[0], {}, []],
        "embed is text": [[0], {}, "x"], "callbacks are a word": [[0], {}, {**EMBED, "callbacks": "x"}],
        "callbacks hold numbers": [[0], {}, {**EMBED, "callbacks": [1, 2]}],
        "errbacks are an object": [[0], {}, {**EMBED, "errbacks": {}}],
        "the chain holds null": [[0], {}, {**EMBED, "chain": [None]}],
        "the chain is endless": [[0], {}, {**EMBED, "chain": [{"task": "x"}] * 2000}],
        "the chord is a number": [[0], {}, {**EMBED, "chord": 7}],
        "not UTF-8": b"[[\"\xff\xfe\"], {}, {}]", "NaN": b"[[NaN, Infinity], {}, {}]", "a NUL": b"[[0], {}, {}]\0",
        "comments": b"[[0], {}, {}] // x", "single quotes": b"[['a'], {}, {}]", "a trailing comma": b"[[0,], {}, {}]",
        "a number without end": b"[[" + b"9" * 100_000 + b"], {}, {}]", "an exponent": b"[[1e999999], {}, {}]",
        "minus nothing": b"[[-], {}, {}]", "deep": b"[[" + b"[" * 100_000 + b"]" * 100_000 + b"], {}, {}]",
        "deep objects": b"[[0], " + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b", {}]",
        "many values": b"[[" + b"0," * 200_000 + b"0], {}, {}]", "a long text": text([["x" * 3_000_000], {}, EMBED]),
        "a wrong escape": b'[["\\x"], {}, {}]', "half a surrogate": b'[["\\ud800"], {}, {}]',
        "many keywords": [[0], {f"k{i}": i for i in range(20_000)}, EMBED],
        "a hostile date": [[{"__type__": "datetime", "__value__": "x" * 1000}], {}, EMBED],
        "an unknown type": [[{"__type__": "os.system", "__value__": "ls"}], {}, EMBED],
    }
    for name, body in shapes.items():
        yield f"body: {name}", text(message(body))


def encodings():
    good = message()
    plain = text(good)
    for name, raw in {
            "UTF-16": json.dumps(good).encode("utf-16"), "UTF-32": json.dumps(good).encode("utf-32"),
            "a byte order mark": b"\xef\xbb\xbf" + plain, "GBK": '{"body": "中文"}'.encode("gbk"),
            "Latin-1": '{"body": "é"}'.encode("latin-1"), "a NUL before": b"\0" + plain, "a NUL behind": plain + b"\0",
            "newlines": b"\n\n" + plain + b"\n", "twice": plain + plain, "in a list": b"[" + plain + b"]",
            "as a text": text(plain.decode()), "only blanks": b"   ", "overlong UTF-8": b'{"body": "\xc0\xaf"}',
            "a pickle": b"\x80\x04}\x94\x8c\x04task\x94\x8c\x01x\x94s.", "zlib": zlib.compress(plain),
            "random": bytes(range(256)) * 20}.items():
        yield f"envelope: {name}", raw
    for field, values in {
            "content-type": ("application/x-python-serialize", "application/x-yaml", "application/x-msgpack", "text/plain",
                             "application/data", "image/png", "application/json; charset=x", "a" * 10_000),
            "content-encoding": ("utf-16", "binary", "rot13", "idna", "utf-99", "x" * 5000)}.items():
        for value in values:
            yield f"{field} {value[:40]}", text(message(**{field: value}))
    for value in ("rot13", "hex", "BASE64", "base64 ", "utf-8"):
        bad = message()
        bad["properties"]["body_encoding"] = value
        yield f"body_encoding {value!r}", text(bad)
    for value in ("%%%", "W10", "W10=W10=", "W1 0=", "====", "\u00e9", "A" * 1_000_001):
        yield f"base64 {value[:10]!r}", text(message(body=None) | {"body": value})


def compressed():
    packed = {"application/x-gzip": zlib.compress, "application/x-bz2": bz2.compress}
    bomb = b"[[\"" + b"x" * (256 << 20) + b"\"], {}, {}]"
    for name, pack in packed.items():
        for what, raw in {"bomb": pack(bomb), "cut short": pack(text([[0, 0], {}, EMBED]))[:-6], "not packed": b"[[0], {}, {}]",
                          "packed twice": pack(pack(b"[[0], {}, {}]")), "with a tail": pack(b"[[0], {}, {}]") + b"x" * 100}.items():
            bad = message(raw)
            bad["headers"]["compression"] = name
            yield f"{name}: {what}", text(bad)
    for name in ("zip", "application/x-brotli", "application/zstd", "application/x-lzma", "x" * 300):
        bad = message()
        bad["headers"]["compression"] = name
        yield f"compression {name[:30]}", text(bad)


def numbers():
    for field in ("retries", "timelimit", "group_index", "replaced_task_nesting", "expires", "eta"):
        for digits in ("1" + "0" * 400, "-1" + "0" * 30, "1e400", "NaN", "-Infinity", "0.1e-500", "9223372036854775808",
                       "9" * 50_000):
            if field in ("expires", "eta") and not digits.startswith("9" * 100):
                continue
            raw = json.dumps(message()).replace(f'"{field}": ' + ("[null, null]" if field == "timelimit" else "null" if field in (
                "group_index", "expires", "eta") else "0"), f'"{field}": {digits}', 1)
            yield f"{field} is {digits[:20]}", raw.encode()
    for when in ("2026-13-01T00:00:00", "0000-00-00", "tomorrow", "9999-99-99T99:99:99Z", "2026-02-30", "x" * 100_000, "T", "-"):
        for field in ("eta", "expires"):
            bad = message()
            bad["headers"][field] = when
            yield f"{field} is {when[:20]}", text(bad)


def protocols():
    one = {"task": "chaos.late", "id": str(uuid.uuid4()), "args": [0, 0], "kwargs": {}, "retries": 0, "eta": None,
           "expires": None, "utc": True, "callbacks": None, "errbacks": None, "timelimit": [None, None], "taskset": None,
           "chord": None}
    for name in list(one):
        for what in ("null", "minus", "word", "list", "object"):
            if name in ("id", "task") and what == "word":
                continue
            bad = message({**one, "id": str(uuid.uuid4()), name: VALUES[what]}, headers={})
            yield f"protocol 1: {name} is {what}", text(bad)
    yield "protocol 1 with headers of 2", text(message(one))
    yield "protocol 2 without headers", text(message(headers={}))
    yield "protocol 3", text(message() | {"v": 3, "body": {"args": []}})
    yield "AMQP", b"AMQP\0\0\x09\x01"
    yield "HTTP", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    yield "RESP", b"*1\r\n$8\r\nFLUSHALL\r\n"
    yield "an RQ job", text({"job_id": "x", "created_at": LONG_AGO, "data": "..."})
    yield "a Sidekiq job", text({"class": "Hard", "args": [1], "jid": "x", "queue": "celery"})


def wide():
    for name, headers in {"100,000 headers": {f"h{i}": i for i in range(100_000)}, "a long header": {"x": "y" * 2_000_000},
                          "a deep header": json.loads("[" * 500 + "]" * 500), "a long id": {"id": "i" * 1_000_000},
                          "a long task": {"task": "t" * 1_000_000}}.items():
        bad = message()
        bad["headers"].update(headers if isinstance(headers, dict) else {"deep": headers})
        yield f"headers: {name}", text(bad)
    yield "brackets without end", b"[" * 300_000
    yield "braces without end", b'{"a":' * 100_000
    yield "a deep header in the text", text(message()).replace(b'"lang": "py"', b'"lang": ' + b"[" * 50_000 + b"]" * 50_000)
    yield "doubled keys", text(message()).replace(b'"lang": "py"', b'"task": 7, "task": 8')


def corpus(step=7):
    """(name, bytes) of every message; step 1 cuts the good message at every byte."""
    kinds = (truncations(step), wrong_types(), bodies(), encodings(), compressed(), numbers(), protocols(), wide())
    return [one for kind in kinds for one in kind]


def id_in(raw):
    """The task id that a result would have, or nothing."""
    try:
        envelope = json.loads(raw)
        if "task" in envelope["headers"]:
            return str(envelope["headers"]["id"])
        return str(json.loads(base64.b64decode(envelope["body"]))["id"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for number, (_, raw) in enumerate(corpus(1)):
        (target / f"{number:05}").write_bytes(raw)

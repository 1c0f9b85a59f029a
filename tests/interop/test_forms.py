"""Every form a message and a result may have: compression, serializers, typed values, time zones."""
import base64
import bz2
import json
import lzma
import pickle
import shlex
import subprocess
import tempfile
import zlib
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import yaml
from backports import zstd
from celery.exceptions import TaskRevokedError
from kombu.exceptions import ContentDisallowed
from kombu.serialization import loads

from support.envelopes import envelope, push
from support.rig import open_rig
from support.wait import eventually
from support.worker import BUILD, environment

COMPRESSIONS = ["zlib", "gzip", "bzip2", "lzma", "xz", "zstd", "brotli"]
TYPES = {"json": "application/json", "yaml": "application/x-yaml", "msgpack": "application/x-msgpack"}
MOMENT = datetime(2024, 1, 2, 3, 4, 5, 678901, tzinfo=timezone.utc)


@pytest.fixture(scope="module", params=["yaml", "msgpack"])
def form(request, redis):
    """A site whose producers, workers and results all use this serializer."""
    conf = {"accept_content": ["json", request.param], "task_serializer": request.param,
            "result_serializer": request.param}
    dbs = {"yaml": (12, 13), "msgpack": (14, 15)}[request.param]
    with open_rig(redis, dbs=dbs, conf=conf) as rig:
        rig.serializer = request.param
        yield rig


def stored(rig, task_id):
    data = rig.docs.get(f"celery-task-meta-{task_id}")
    return loads(data, TYPES[rig.serializer], "binary", accept={TYPES[rig.serializer]})


@pytest.mark.parametrize("method", COMPRESSIONS)
def test_compressed_bodies(rig, method):
    key = rig.key()
    assert rig.send("size", ("é" * 100_000,), compression=method).get(timeout=10) == 100_000
    assert rig.send("retry_then_succeed", (key, 2), compression=method).get(timeout=10) == 2
    assert [json.loads(r)["retries"] for r in rig.records(key)] == [0, 1, 2]


@pytest.mark.parametrize("method", COMPRESSIONS)
def test_compressed_bodies_of_protocol_1(rig, method):
    body = zlib.compress(json.dumps({"task": "conformance.add", "id": f"one-{method}", "args": [1, 2]}).encode())
    push(rig, envelope(headers={"task": ..., "id": ..., "lang": ..., "compression": "zlib"}, body=body))
    assert rig.ended(f"one-{method}", "SUCCESS")["result"] == 3


@pytest.mark.ours
def test_a_retry_of_a_compressed_message_keeps_its_bytes(rig):
    key = rig.key()
    result = rig.send("backoff", (key,), compression="zstd")
    first = eventually(lambda: [m for m in rig.unacked() if m["headers"]["id"] == result.id and m["headers"]["retries"]],
                       what="the retry waits")[0]
    assert first["headers"]["compression"] == "application/zstd"
    assert json.loads(zstd.decompress(base64.b64decode(first["body"])))[0] == [key]


def test_tasks_run_in_every_serializer(form):
    assert form.get("add", 2, 3) == 5
    assert form.get("echo", 1, "é", [None, True, 1.5], k={"a": "yes", "b": "1"}) == {
        "args": [1, "é", [None, True, 1.5]], "kwargs": {"k": {"a": "yes", "b": "1"}}}
    assert form.get("identity", b"\x00\xff") == b"\x00\xff"


def test_results_are_stored_under_result_serializer(form):
    result = form.call("add", 2, 3)
    assert result.get(timeout=10) == 5
    document = stored(form, result.id)
    assert (document["status"], document["result"], document["task_id"]) == ("SUCCESS", 5, result.id)
    assert form.docs.get(f"celery-task-meta-{result.id}")[:1] != b"{"


def test_failures_and_states_in_every_serializer(form):
    with pytest.raises(ZeroDivisionError):
        form.call("fail", "by zero", "ZeroDivisionError").get(timeout=10)
    with pytest.raises(TaskRevokedError):
        form.send("add", (1, 1), countdown=1, expires=0.5).get(timeout=10)


def test_retries_stay_in_their_serializer(form):
    key = form.key()
    assert form.call("retry_then_succeed", key, 3).get(timeout=10) == 3
    assert [json.loads(r)["retries"] for r in form.records(key)] == [0, 1, 2, 3]


def test_serializer_and_compression_together(form):
    for method in COMPRESSIONS:
        assert form.send("echo", (method, "é" * 1000), compression=method).get(timeout=10)["args"][0] == method


def test_a_stored_success_is_kept_in_every_serializer(form):
    """Whoever wrote it: PyYAML sorts the fields."""
    form.app.backend.store_result("kept", 7, "SUCCESS")
    push(form, envelope((1, 2), headers={"id": "kept"}))
    assert form.is_drained()
    assert form.app.AsyncResult("kept").get(timeout=5) == 7


def test_dates_in_yaml(form):
    if form.serializer != "yaml":
        pytest.skip("msgpack has no dates")
    assert form.get("identity", [MOMENT, date(2024, 1, 2)]) == [MOMENT, date(2024, 1, 2)]


@pytest.mark.ours
def test_a_result_without_a_form_is_a_failure(form):
    """As in Celery: the task's end is FAILURE, with the encoder's own words."""
    result = form.send("identity", (Decimal("1.5"),), serializer="json")
    with pytest.raises(Exception, match="decimal.Decimal"):
        result.get(timeout=10)
    assert stored(form, result.id)["result"]["exc_type"] == "EncodeError"


def test_json_is_still_accepted_there(form):
    assert form.send("add", (1, 2), serializer="json").get(timeout=10) == 3


@pytest.mark.ours
def test_taskworkers_own_call_and_result_speak_these_forms(form):
    conf = {**form.conf, "task_compression": "xz"}

    def command(text):
        done = subprocess.run([str(BUILD / "bin" / "taskworker"), *shlex.split(text)], env={
            **environment(conf, form.side_url), "CELERY_TASK_SERIALIZER": form.serializer, "CELERY_TASK_COMPRESSION": "xz",
            "CELERY_RESULT_SERIALIZER": form.serializer, "CELERY_ACCEPT_CONTENT": f"json,{form.serializer}"},
            timeout=10, capture_output=True, text=True, cwd=tempfile.gettempdir())
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    parked = command("call conformance.add --args '[1, 2]' --queue parked")
    message, = form.queued("parked")
    assert (message["content-type"], message["headers"]["compression"]) == (TYPES[form.serializer], "application/x-lzma")
    args, kwargs, embed = loads(lzma.decompress(base64.b64decode(message["body"])), message["content-type"],
                                message["content-encoding"], accept={message["content-type"]})
    assert (args, kwargs, embed["chain"]) == ([1, 2], {}, None) and message["headers"]["id"] == parked
    command("call conformance.noop --queue parked --serializer json --compression bzip2")
    message = form.queued("parked")[-1]
    assert (message["content-type"], message["headers"]["compression"]) == ("application/json", "application/x-bz2")
    task_id = command("call conformance.add --args '[2, 3]'")
    assert form.app.AsyncResult(task_id).get(timeout=10) == 5
    assert command(f"result {task_id}") == "5"


BODY = json.dumps([[1, 2], {}, {}]).encode()
BAD = {
    "a compression that nobody knows": (
        envelope(headers={"compression": "rot13"}), "compression 'rot13' is unknown"),
    "a body that is not compressed": (
        envelope(body=BODY, headers={"compression": "zstd"}), "the body is no application/zstd stream, or a damaged one"),
    "a truncated zlib stream": (
        envelope(body=zlib.compress(BODY)[:-3], headers={"compression": "zlib"}), "truncated application/x-gzip stream"),
    "a truncated bzip2 stream": (
        envelope(body=bz2.compress(BODY)[:-3], headers={"compression": "bzip2"}), "truncated application/x-bz2 stream"),
    "a truncated xz stream": (
        envelope(body=lzma.compress(BODY)[:-3], headers={"compression": "xz"}), "truncated application/x-lzma stream"),
    "a truncated zstd stream": (
        envelope(body=zstd.compress(BODY)[:-3], headers={"compression": "zstd"}), "truncated application/zstd stream"),
    "a bomb": (
        envelope(body=bz2.compress(b"[[" + b" " * 200_000_000), headers={"compression": "bzip2"}), "expands to more than"),
    "an unknown typed value": (
        envelope(({"__type__": "money", "__value__": 1},)), "unsupported __type__ 'money'"),
    "a typed value that is none": (
        envelope(({"__type__": "date", "__value__": "2024-02-30"},)), "'2024-02-30' is no value of __type__ 'date'"),
    "yaml that is not accepted": (
        envelope(body=b"[[1, 2], {}, {}]", content_type="application/x-yaml"),
        "Refusing to deserialize untrusted content of type yaml (application/x-yaml)"),
    "msgpack that is not accepted": (
        envelope(body=b"\x93\x90\x80\x80", content_type="application/x-msgpack", content_encoding="binary"),
        "Refusing to deserialize untrusted content of type msgpack (application/x-msgpack)"),
    "pickle": (
        envelope(body=pickle.dumps([[1, 2], {}, {}]), content_type="application/x-python-serialize", content_encoding="binary"),
        "Refusing to deserialize untrusted content of type pickle (application/x-python-serialize)"),
}
BAD_THERE = {
    "yaml": {
        "no YAML": (b"[[1, 2], {}, {}", "the body is not YAML: "),
        "a tag of Python": (b"[[!!python/object/apply:os.system ['true']], {}, {}]", "could not determine a constructor"),
        "a bomb of aliases": (
            b"- - &a [x,x,x,x,x,x,x,x,x,x]\n" + b"".join(
                b"  - &%c [%s]\n" % (c + 1, b",".join([b"*%c" % c] * 10)) for c in range(ord("a"), ord("j"))) + b"- {}\n- {}\n",
            "aliases stand for too much"),
        "a list of two": (b"[[1, 2], {}]", "the body is a list of 2, not of three"),
    },
    "msgpack": {
        "no msgpack": (b"\x93\x92\x01", "the body is not msgpack: unexpected end"),
        "an extension type": (b"\x93\x91\xd4\x05\x00\x80\x80", "extension type 5 is not supported"),
        "a list of two": (b"\x92\x90\x80", "the body is a list of 2, not of three"),
    },
}


@pytest.mark.ours
def test_call_says_which_arguments_have_no_form(rig):
    done = subprocess.run(
        [str(BUILD / "bin" / "taskworker"), "call", "conformance.add", "--serializer", "msgpack", "--args", f"[{2**64}]"],
        env=environment(rig.conf, rig.side_url), timeout=10, capture_output=True, text=True, cwd=tempfile.gettempdir())
    assert done.returncode == 2 and "not for msgpack: Integer value out of range" in done.stderr


def becomes_a_dead_letter(rig, message, reason):
    before = len(rig.dead_letters())
    raw = push(rig, message)
    assert rig.get("add", 1, 2) == 3
    assert rig.is_drained()
    letters = rig.dead_letters()
    assert len(letters) == before + 1
    assert reason in letters[-1].reason and letters[-1].message == raw
    eventually(lambda: rig.main.lines("CRITICAL", reason), what="a critical line with the reason")
    assert rig.main.is_alive()


@pytest.mark.ours
@pytest.mark.parametrize("kind", BAD)
def test_a_bad_form_becomes_a_dead_letter_that_says_why(rig, kind):
    becomes_a_dead_letter(rig, *BAD[kind])


@pytest.mark.ours
def test_a_bad_body_in_another_serializer_becomes_a_dead_letter_that_says_why(form):
    for body, reason in BAD_THERE[form.serializer].values():
        message = envelope(body=body, content_type=TYPES[form.serializer], content_encoding="binary")
        becomes_a_dead_letter(form, message, reason)
    pickled = envelope(body=b"\x80\x04.", content_type="application/x-python-serialize", content_encoding="binary")
    becomes_a_dead_letter(form, pickled, "untrusted content of type pickle")


@pytest.mark.ours
def test_pickle_is_refused_even_where_it_is_accepted(fresh):
    rig = fresh(conf={"accept_content": ["json", "pickle"]}, start=False)
    worker = rig.worker(start=False)
    worker.env["C_FORCE_ROOT"] = "1"
    worker.start()
    message = envelope(body=pickle.dumps([[1, 2], {}, {}]), content_type="application/x-python-serialize",
                       content_encoding="binary")
    becomes_a_dead_letter(rig, message, "content of type pickle (application/x-python-serialize) is not supported")


def test_a_reader_that_does_not_accept_the_results_is_told(form):
    result = form.call("add", 1, 1)
    result.get(timeout=10)
    done = subprocess.run([str(BUILD / "bin" / "taskworker"), "result", result.id], timeout=10, capture_output=True, text=True,
                          env={**environment(form.conf, form.side_url), "CELERY_RESULT_SERIALIZER": form.serializer},
                          cwd=tempfile.gettempdir())
    assert done.returncode == 2 and f"untrusted content of type {form.serializer}" in done.stderr
    form.app.backend.accept = {"application/json"}
    try:
        with pytest.raises(ContentDisallowed):
            form.app.AsyncResult(result.id).state
    finally:
        form.app.backend.accept = set(TYPES.values())


@pytest.fixture(scope="module")
def berlin(redis):
    with open_rig(redis, dbs=(8, 7), conf={"timezone": "Europe/Berlin", "task_track_started": True}) as rig:
        yield rig


def is_berlin(text):
    moment = datetime.fromisoformat(text)
    return moment.utcoffset() == moment.astimezone(ZoneInfo("Europe/Berlin")).utcoffset() != timedelta(0)


def test_date_done_is_in_the_time_zone_of_the_site(berlin):
    ok, failed = berlin.call("add", 1, 2), berlin.call("fail", "x", "ValueError")
    for document in (berlin.ended(ok.id, "SUCCESS"), berlin.ended(failed.id, "FAILURE")):
        assert is_berlin(document["date_done"]), document
    assert abs(ok.date_done - datetime.now(timezone.utc)) < timedelta(seconds=30)


@pytest.mark.ours
def test_the_eta_of_a_retry_is_in_the_time_zone_of_the_site(berlin):
    result = berlin.send("backoff", (berlin.key(),))
    held = eventually(lambda: [m for m in berlin.unacked() if m["headers"]["id"] == result.id and m["headers"]["retries"]],
                      what="the retry waits")
    assert is_berlin(held[0]["headers"]["eta"])


def test_eta_and_expires_of_another_zone_are_instants(berlin):
    eta = datetime.now(ZoneInfo("Asia/Tokyo")) + timedelta(seconds=0.5)
    assert berlin.send("add", (1, 2), eta=eta, expires=eta + timedelta(seconds=60)).get(timeout=10) == 3


def test_a_naive_eta_is_utc_whatever_the_message_says(berlin):
    soon = (datetime.now(timezone.utc) + timedelta(seconds=0.5)).replace(tzinfo=None).isoformat()
    for task_id, headers in {"naive-2": {"eta": soon, "timezone": "Asia/Tokyo"}}.items():
        push(berlin, envelope((1, 2), headers={"id": task_id, **headers}))
    body = {"task": "conformance.add", "id": "naive-1", "args": [1, 2], "eta": soon, "utc": False}
    push(berlin, envelope(headers={"task": ..., "id": ..., "lang": ...}, body=json.dumps(body)))
    for task_id in ("naive-1", "naive-2"):
        assert berlin.ended(task_id, "SUCCESS", timeout=5)["result"] == 3


@pytest.mark.parametrize("value", [None, 0, 90])
def test_result_expires_as_number_or_null(fresh, value):
    rig = fresh(conf={"result_expires": value})
    result = rig.call("add", 1, 2)
    assert result.get(timeout=10) == 3
    ttl = rig.docs.ttl(f"celery-task-meta-{result.id}")
    assert 80 < ttl <= 90 if value else ttl == -1


def test_ids_of_group_and_parents_come_with_the_result(rig):
    result = rig.send("add", (1, 2), group_id="the-group", group_index=1, parent_id="the-parent", root_id="the-root")
    document = rig.ended(result.id, "SUCCESS")
    assert (document["group_id"], document["parent_id"], document["children"]) == ("the-group", "the-parent", [])


def test_yaml_that_people_write(form):
    if form.serializer != "yaml":
        pytest.skip("of YAML")
    body = b"# by hand\n- - &n [1, 2]\n  - *n\n- when: !!timestamp 2024-01-02\n  yes: no\n- ~\n"
    push(form, envelope(task="conformance.echo", body=body, content_type="application/x-yaml", headers={"id": "by-hand"}))
    eventually(lambda: form.docs.get("celery-task-meta-by-hand"), what="the result")
    assert form.app.AsyncResult("by-hand").get(timeout=5) == {
        "args": [[1, 2], [1, 2]], "kwargs": {"when": date(2024, 1, 2), "true": False}}
    assert yaml.safe_load(form.docs.get("celery-task-meta-by-hand"))["status"] == "SUCCESS"

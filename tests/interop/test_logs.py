"""The lines that people and their scripts look for."""
import re

import pytest

from support.rig import open_rig

STAMP = r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}: "


def line_of(rig, *parts):
    return rig.main.logs(*parts)


def test_the_banner(rig):
    for text in (f"{rig.main.name} v", "[config]", "[queues]", "[tasks]", "concurrency: 4 (prefork)",
                 f"127.0.0.1:{rig.redis.port}/0", f"127.0.0.1:{rig.redis.port}/1", "task events: OFF"):
        assert rig.main.lines(text), text
    for name in ("add", "late_requeue_once", "limited", "unicode"):
        assert rig.main.lines(f"  . conformance.{name}")
    assert rig.main.lines("celery", "exchange=celery(direct)", "key=celery")


def test_the_start(rig):
    assert re.match(STAMP + r"INFO/MainProcess\] Connected to redis://", line_of(rig, "Connected to"))
    assert re.fullmatch(STAMP + rf"INFO/MainProcess\] {rig.main.name} ready\.", line_of(rig, "ready."))


def test_a_success(rig):
    result = rig.call("add", 2, 3)
    result.get(timeout=10)
    name = re.escape(f"Task conformance.add[{result.id}]")
    assert re.fullmatch(STAMP + rf"INFO/MainProcess\] {name} received", line_of(rig, result.id, "received"))
    assert re.fullmatch(STAMP + rf"INFO/ForkPoolWorker-\d+\] {name} succeeded in \d+(\.\d+)?(e-\d+)?s: 5",
                        line_of(rig, result.id, "succeeded"))


@pytest.mark.parametrize("value, text", [
    ("text", "'text'"), (None, "None"), ([1, True, 1.0], "[1, True, 1.0]"), ({"é": [None]}, "{'é': [None]}")],
    ids=ascii)
def test_results_are_shown_as_python_prints_them(rig, value, text):
    result = rig.call("identity", value)
    result.get(timeout=10)
    assert line_of(rig, result.id, "succeeded").endswith(f"s: {text}")


def test_a_failure_with_its_traceback(rig):
    result = rig.call("fail", "böse", "KeyError")
    rig.ended(result.id, "FAILURE")
    line = line_of(rig, result.id, "raised unexpected")
    assert re.fullmatch(STAMP + r"ERROR/ForkPoolWorker-\d+\] Task conformance\.fail\[.*\] "
                                r"raised unexpected: KeyError\('böse'\)", line)
    lines = rig.main.output().splitlines()
    assert lines[lines.index(line) + 1] == "Traceback (most recent call last):"
    assert "KeyError: 'böse'" in lines[lines.index(line):]


def test_a_retry(rig):
    result = rig.call("retry_then_succeed", rig.key(), 1)
    result.get(timeout=10)
    assert re.search(r"INFO/ForkPoolWorker-\d+\] Task conformance.retry_then_succeed\[.*\] retry: Retry in 0s",
                     line_of(rig, result.id, "retry: Retry in"))


def test_a_retry_with_its_cause(rig):
    result = rig.call("retry_forever", rig.key(), 1)
    rig.ended(result.id, "FAILURE")
    assert line_of(rig, result.id, "retry: Retry in 0s: ConformanceError('still failing')")
    assert line_of(rig, result.id, "raised unexpected: ConformanceError('still failing')")


def test_what_tasks_print_is_in_the_log(rig):
    assert rig.get("chatter", 3) == 3
    for i in range(3):
        rig.main.logs(f"stdout line {i} Ωμέγα")
        rig.main.logs(f"stderr line {i} Ωμέγα")


def test_no_colours_when_nobody_looks(rig):
    assert "\x1b[" not in rig.main.output()


@pytest.fixture(scope="module")
def terse(redis):
    with open_rig(redis, dbs=(2, 3), args="-c 1", level="WARNING", start=False) as rig:
        worker = rig.worker(start=False)
        worker.start(wait=False)
        assert rig.call("add", 1, 2).get(timeout=20) == 3
        yield rig


def test_at_level_warning_only_warnings_are_logged(terse):
    with pytest.raises(ValueError):
        terse.get("fail")
    assert terse.main.logs("ERROR", "raised unexpected: ValueError('boom')")
    assert "INFO" not in terse.main.output() and "received" not in terse.main.output()


def test_the_end(fresh, redis):
    rig = fresh(redis=redis, dbs=(12, 13), args="-c 1")
    assert rig.main.stop() == 0
    assert "worker: Warm shutdown (MainProcess)" in rig.main.output()

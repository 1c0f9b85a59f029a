"""TERM, INT and QUIT: what runs is finished or given back, what waits is given back."""
import signal
import time

import pytest

from support.wait import eventually
from support.worker import processes_of_session

FOREVER = 60


@pytest.fixture
def busy(rig, fresh):
    """One slot; start(...) gives it a running task and nine more that wait."""
    narrow = fresh(redis=rig.redis, dbs=(12, 13), args="-c 1 --prefetch-multiplier 4")

    def start(task, seconds):
        narrow.key_used = narrow.key()
        calls = [narrow.call(task, narrow.key_used, f"t{i}", seconds) for i in range(10)]
        narrow.recorded(narrow.key_used, 1)
        return calls

    narrow.occupy = start
    return narrow


def clean_up(rig):
    rig.raw.flushdb()


def test_term_finishes_what_runs_and_gives_back_the_rest(busy):
    calls = busy.occupy("append_slow", 3)
    assert busy.main.stop(timeout=15) == 0
    assert busy.records(busy.key_used) == ["start:t0", "done:t0"]
    assert busy.state(calls[0].id) == "SUCCESS"
    assert {m["headers"]["id"] for m in busy.queued()} == {call.id for call in calls[1:]}
    assert not busy.raw.hlen("unacked")
    assert "Warm shutdown (MainProcess)" in busy.main.output()
    clean_up(busy)


@pytest.mark.ours
def test_the_rest_is_visible_at_once_and_in_order(busy):
    calls = busy.occupy("append_slow", 6)
    busy.main.send_signal(signal.SIGTERM)
    eventually(lambda: len(busy.queued()) == 9, timeout=4, what="the waiting ones are back")
    assert [m["headers"]["id"] for m in busy.queued()] == [call.id for call in calls[1:]]
    assert not busy.queued()[0]["headers"].get("redelivered")
    assert busy.main.is_alive()
    assert calls[0].get(timeout=10) == "t0"
    assert busy.main.wait(15) == 0
    clean_up(busy)


@pytest.mark.ours
def test_nobody_has_to_look_after_a_worker_that_left(busy):
    busy.occupy("append_slow", 0.2)
    assert busy.main.stop() == 0
    assert busy.raw.zcard("taskworker.workers") == 0
    assert busy.raw.hlen("taskworker.inboxes") == 0
    assert [key for key in busy.raw.scan_iter("taskworker.claim*")] == []
    assert processes_of_session(busy.main.pid) == []
    clean_up(busy)


def test_another_worker_does_the_rest(busy):
    calls = busy.occupy("append_slow", 0.3)
    busy.main.stop(timeout=15)
    busy.main.start()
    assert [call.get(timeout=10) for call in calls] == [f"t{i}" for i in range(10)]
    records = busy.records(busy.key_used)
    assert sorted(records) == sorted(f"{what}:t{i}" for i in range(10) for what in ("start", "done"))


def test_int_is_warm_too(busy):
    calls = busy.occupy("append_slow", 3)
    assert busy.main.stop(signal.SIGINT, timeout=15) in (0, 1)
    assert busy.state(calls[0].id) == "SUCCESS"
    assert len(busy.queued()) == 9
    clean_up(busy)


def test_an_idle_worker_ends_at_once(rig, fresh):
    idle = fresh(redis=rig.redis, dbs=(12, 13), args="-c 2")
    assert idle.get("add", 1, 1) == 2
    begin = time.monotonic()
    assert idle.main.stop() == 0
    assert time.monotonic() - begin < 8


def test_quit_is_cold(busy):
    calls = busy.occupy("late", FOREVER)
    begin = time.monotonic()
    busy.main.stop(signal.SIGQUIT, timeout=15)
    assert time.monotonic() - begin < 10
    waiting = {m["headers"]["id"] for m in busy.queued()}
    assert waiting == {call.id for call in calls}
    assert "done:t0" not in busy.records(busy.key_used)
    clean_up(busy)


@pytest.mark.ours
def test_an_early_task_that_is_cut_off_is_told_so(busy):
    calls = busy.occupy("append_slow", FOREVER)
    busy.main.stop(signal.SIGQUIT, timeout=15)
    assert busy.state(calls[0].id) == "FAILURE"
    assert {m["headers"]["id"] for m in busy.queued()} == {call.id for call in calls[1:]}
    clean_up(busy)


@pytest.mark.ours
@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT], ids=lambda s: s.name)
def test_a_second_signal_is_cold(busy, second):
    calls = busy.occupy("late", FOREVER)
    busy.main.send_signal(signal.SIGTERM)
    eventually(lambda: len(busy.queued()) == 9, timeout=10, what="the first was warm")
    busy.main.stop(second, timeout=15)
    assert {m["headers"]["id"] for m in busy.queued()} == {call.id for call in calls}
    clean_up(busy)


@pytest.mark.ours
def test_children_end_with_a_worker_that_is_killed(busy):
    busy.occupy("append_slow", FOREVER)
    session = busy.main.pid
    assert len(processes_of_session(session)) >= 2
    busy.main.kill()
    eventually(lambda: processes_of_session(session) == [], timeout=10, what="no child is left")
    clean_up(busy)


def test_no_process_is_left_after_a_warm_end(busy):
    busy.occupy("append_slow", 0.1)
    session = busy.main.pid
    busy.main.stop(timeout=15)
    eventually(lambda: processes_of_session(session) == [], timeout=10, what="no child is left")
    clean_up(busy)

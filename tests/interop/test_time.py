"""countdown, eta and expires."""
import json
import time
from datetime import datetime, timedelta, timezone

import pytest
from celery.exceptions import TaskRevokedError

from support.wait import eventually


def started_at(rig, key):
    """When a `retry_then_succeed(key, 0)` ran."""
    return json.loads(rig.recorded(key, 1)[0])["t"]


def runs_at(rig, due, **options):
    key = rig.key()
    result = rig.send("retry_then_succeed", (key, 0), **options)
    assert result.get(timeout=10) == 0
    late = started_at(rig, key) - due
    assert 0 <= late < 4, f"{late:.3f} s late"


def test_countdown(rig):
    runs_at(rig, time.time() + 1, countdown=1)


def test_eta_in_another_time_zone(rig):
    due = time.time() + 0.7
    runs_at(rig, due, eta=datetime.fromtimestamp(due, timezone(timedelta(hours=8))))


def test_an_eta_without_a_zone_is_utc(rig):
    due = time.time() + 0.7
    runs_at(rig, due, eta=datetime.fromtimestamp(due, timezone.utc).replace(tzinfo=None).isoformat())


@pytest.mark.parametrize("text", ["2020-01-01T00:00:00Z", "20200101T000000", "2020-01-01", "2020-01-01T00:00:00,5+0200"])
def test_an_eta_in_the_past_runs_at_once(rig, text):
    assert rig.send("add", (1, 2), eta=text).get(timeout=10) == 3


def test_while_it_waits_it_is_held_and_others_run(rig):
    key, due = rig.key(), time.time() + 4
    waiting = [rig.send("retry_then_succeed", (key, 0), countdown=4) for _ in range(40)]
    eventually(lambda: len(rig.unacked()) == 40, what="all are held")
    assert rig.get("add", 1, 1) == 2
    assert not rig.records(key)
    for result in waiting:
        assert result.get(timeout=15) == 0
    late = [json.loads(record)["t"] - due for record in rig.records(key)]
    assert len(late) == 40 and min(late) > 0 and max(late) < 5
    assert rig.is_drained()


def expired(rig, result, key):
    with pytest.raises(TaskRevokedError):
        result.get(timeout=10)
    doc = rig.doc(result.id)
    assert doc["status"] == "REVOKED" and doc["traceback"] is None and doc["date_done"]
    assert doc["result"] == {
        "exc_type": "TaskRevokedError", "exc_message": ["expired"], "exc_module": "celery.exceptions"}
    assert rig.records(key) == []
    rig.main.logs(f"Discarding revoked task: conformance.append[{result.id}]")


def test_an_expired_task_is_revoked(rig):
    key = rig.key()
    expired(rig, rig.send("append", (key, "x"), expires=datetime(2020, 1, 1, tzinfo=timezone.utc)), key)


def test_it_expires_while_it_waits_for_its_eta(rig):
    key = rig.key()
    expired(rig, rig.send("append", (key, "x"), countdown=1.5, expires=1), key)


def test_it_expires_while_it_waits_for_a_slot(rig, fresh):
    narrow = fresh(redis=rig.redis, dbs=(2, 3), args="-c 1 --prefetch-multiplier 4")
    key = narrow.key()
    busy = narrow.call("sleep", 4)
    late = narrow.send("append", (key, "x"), expires=0.6)
    expired(narrow, late, key)
    assert busy.get(timeout=15) == 4


def test_it_runs_before_it_expires(rig):
    assert rig.send("add", (1, 2), expires=30).get(timeout=10) == 3

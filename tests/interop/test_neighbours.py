"""A Python worker and ours on one queue: they share, and each brings back what the other lost."""
import os
import signal
import time
from collections import Counter

import pytest

from support.wait import eventually
from support.worker import NEIGHBOUR, processes_of_session

# kombu looks for abandoned messages each second instead of every 100 s
IMPATIENT = {"broker_transport_options": {
    "visibility_timeout": 2, "unacked_restore_interval": 1, "unacked_restore_throttle": 1}}


def test_both_work_and_each_task_is_done_once(fresh):
    rig = fresh(args="-c 2", conf={"result_extended": True})
    rig.worker("-c 2", command=NEIGHBOUR)
    key = rig.key()
    calls = [rig.call("late", key, i, 0.01) for i in range(400)]
    assert [rig.ended(call.id, "SUCCESS", timeout=20)["result"] for call in calls] == list(range(400))
    records = Counter(rig.records(key))
    assert set(records) == {f"{what}:{i}" for i in range(400) for what in ("start", "done")}
    assert set(records.values()) == {1}
    shares = Counter(rig.doc(call.id)["worker"] for call in calls)
    assert min(shares[worker.name] for worker in rig.workers) > 0
    assert rig.is_drained()


def test_a_retry_may_go_to_the_other(fresh):
    rig = fresh(args="-c 2")
    rig.worker("-c 2", command=NEIGHBOUR)
    key = rig.key()
    # With a countdown: Celery may store RETRY over a SUCCESS that came while it was writing.
    calls = [rig.call("retry_then_succeed", key, 3, countdown=1) for _ in range(40)]
    assert [rig.ended(call.id, "SUCCESS", timeout=20)["result"] for call in calls] == [3] * 40
    assert len(rig.records(key)) == 160
    assert rig.is_drained()


def kill_group(worker):
    """Everything of a Python worker at once, as when its machine goes away."""
    for pid in processes_of_session(worker.pid):
        os.kill(pid, signal.SIGKILL)
    worker.wait()


@pytest.mark.ours
def test_what_a_python_worker_abandoned_is_restored(fresh):
    rig = fresh(args="-c 2", conf=IMPATIENT, start=False)
    python = rig.worker("-c 1 --prefetch-multiplier 4", command=NEIGHBOUR)
    key = rig.key()
    calls = [rig.call("late", key, i, 0 if i else 60) for i in range(5)]
    rig.recorded(key, 1)
    eventually(lambda: rig.raw.hlen("unacked") >= 4, what="Python holds them")
    kill_group(python)
    rig.side.delete(key)
    eventually(lambda: time.time() - rig.raw.zrange("unacked_index", -1, -1, withscores=True)[0][1] > 2,
               what="the visibility timeout is over")
    rig.worker()
    assert [call.get(timeout=10) for call in calls[1:]] == [1, 2, 3, 4]
    eventually(lambda: "start:0" in rig.records(key), what="the one that ran runs again")


@pytest.mark.timeout(60)
@pytest.mark.ours
def test_what_we_held_is_restored_by_python(fresh):
    """Nobody but Python is left: kombu's own rule brings our leases back."""
    rig = fresh(args="-c 1 --prefetch-multiplier 4", conf=IMPATIENT)
    key = rig.key()
    calls = [rig.call("late", key, i, 0 if i else 3) for i in range(5)]
    rig.recorded(key, 1)
    eventually(lambda: rig.raw.hlen("unacked") >= 4, what="they are held")
    rig.main.kill()
    rig.worker("-c 2", command=NEIGHBOUR)
    assert [call.get(timeout=40) for call in calls] == list(range(5))
    assert rig.is_drained()


@pytest.mark.ours
def test_a_long_task_is_not_restored_while_we_live(fresh):
    patient = {**IMPATIENT["broker_transport_options"], "visibility_timeout": 5}
    rig = fresh(args="-c 1", conf={"broker_transport_options": patient})
    key = rig.key()
    result = rig.call("late", key, "long", 11)
    rig.recorded(key, 1)
    rig.worker("-c 1", command=NEIGHBOUR)
    assert result.get(timeout=25) == "long"
    assert rig.records(key) == ["start:long", "done:long"]
    assert rig.is_drained()

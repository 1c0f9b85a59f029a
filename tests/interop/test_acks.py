"""When a message is acknowledged, rejected, put back or forgotten."""
import os
import signal

from support.wait import eventually, throughout


def held_ids(rig):
    return [message["headers"]["id"] for message in rig.unacked()]


def test_a_late_task_is_held_until_it_is_done(rig):
    key = rig.key()
    result = rig.call("late", key, "v", 3)
    assert rig.recorded(key, 1) == ["start:v"]
    assert result.id in held_ids(rig)
    assert result.get(timeout=10) == "v"
    eventually(lambda: result.id not in held_ids(rig), what="acknowledged")
    assert rig.records(key) == ["start:v", "done:v"]


def test_an_early_task_is_acknowledged_when_it_starts(rig):
    key = rig.key()
    result = rig.call("append_slow", key, "v", 3)
    rig.recorded(key, 1)
    eventually(lambda: result.id not in held_ids(rig), what="acknowledged at the start")
    assert rig.records(key) == ["start:v"] and rig.state(result.id) is None
    assert result.get(timeout=10) == "v"


def test_a_rejected_task_is_forgotten(rig):
    result = rig.call("reject")
    rig.main.logs("WARNING", f"Task conformance.reject[{result.id}] reject requeue=False: no")
    assert rig.is_drained()
    assert rig.doc(result.id) is None


def test_requeue_needs_late_acks(rig):
    result = rig.call("reject", True)
    rig.main.logs(f"Task conformance.reject[{result.id}] reject requeue=True: no")
    assert rig.is_drained()
    throughout(lambda: len(rig.main.lines(result.id, "received")) == 1, 0.3)
    assert rig.doc(result.id) is None


def test_a_late_task_is_requeued_and_told_so(rig):
    key = rig.key()
    result = rig.call("late_requeue_once", key)
    assert result.get(timeout=10) == 2
    assert rig.records(key) == ["first", "redelivered"]
    rig.main.logs(result.id, "reject requeue=True: again")


def test_a_requeued_message_goes_to_the_back(rig, fresh):
    """As kombu's reject(requeue=True): those that came later run first."""
    narrow = fresh(redis=rig.redis, dbs=(2, 3), args="-c 1 --prefetch-multiplier 1", start=False)
    key = narrow.key()
    narrow.call("late_requeue_once", key)
    for i in range(5):
        narrow.call("append", key, i)
    narrow.worker()
    seen = narrow.recorded(key, 7)
    assert seen[0] == "first" and seen.index("redelivered") > 2


def test_ignore_stores_nothing(rig):
    result = rig.call("ignore")
    rig.main.logs(f"Task conformance.ignore[{result.id}] ignored")
    assert rig.is_drained()
    assert rig.doc(result.id) is None


def test_a_late_failure_is_acknowledged(rig):
    key = rig.key()
    result = rig.call("late_fail", key)
    assert rig.ended(result.id, "FAILURE")["result"]["exc_message"] == ["late failure"]
    assert rig.is_drained() and rig.records(key) == ["ran"]


def test_a_late_failure_may_be_rejected_instead(rig):
    key = rig.key()
    result = rig.call("late_fail_noack", key)
    rig.ended(result.id, "FAILURE")
    assert rig.is_drained() and rig.records(key) == ["ran"]


def test_a_late_task_whose_process_dies_is_not_repeated_unless_declared(rig, fresh):
    narrow = fresh(redis=rig.redis, dbs=(2, 3), args="-c 1", conf={"worker_lost_wait": 0.5})
    key, child = narrow.key(), narrow.get("pid")
    result = narrow.call("late", key, "v", 60)
    narrow.recorded(key, 1)
    os.kill(child, signal.SIGKILL)
    error = narrow.ended(result.id, "FAILURE", timeout=20)["result"]
    assert error["exc_type"] == "WorkerLostError"
    assert narrow.get("add", 1, 1) == 2
    assert narrow.is_drained() and narrow.records(key) == ["start:v"]

"""A worker dies, or stops for too long: others take over within 15 seconds."""
import os
import signal
import threading
import time

import pytest

from support.redis_server import RedisServer
from support.rig import open_rig
from support.wait import eventually
from support.worker import processes_of_session

pytestmark = [pytest.mark.ours, pytest.mark.timeout(90)]


@pytest.fixture(scope="module")
def scene():
    """The first worker is killed while busy, the second stopped; the third is there for the rest."""
    with open_rig(args="-c 3 --prefetch-multiplier 3 -Q first,rescue") as rig:
        rig.keys = {name: rig.key() for name in ("late", "early", "waiting", "stopped")}
        rig.calls = {
            "late": rig.send("late", (rig.keys["late"], "l", 6), queue="first"),
            "early": rig.send("append_slow", (rig.keys["early"], "e", 60), queue="first"),
            "ignored": rig.send("append_slow", (rig.keys["early"], "i", 60), queue="first",
                                ignore_result=True),
        }
        rig.recorded(rig.keys["late"], 1)
        rig.recorded(rig.keys["early"], 2)
        rig.waiting = [rig.send("append", (rig.keys["waiting"], i), queue="first") for i in range(6)]
        eventually(lambda: not rig.raw.llen("first"), what="the rest is prefetched")
        eventually(lambda: sum(map(rig.raw.hlen, rig.raw.scan_iter("taskworker.started*"))) == 2, what="both are begun")
        rig.main.kill()
        rig.died = time.monotonic()
        rig.stopped = rig.worker("-c 1 -Q second")
        rig.calls["stopped"] = rig.send("late", (rig.keys["stopped"], "s", 4), queue="second")
        rig.recorded(rig.keys["stopped"], 1)
        signal_all(rig.stopped, signal.SIGSTOP)
        rig.rescuer = rig.worker("-c 4 -Q first,second")
        yield rig


def signal_all(worker, number):
    for pid in processes_of_session(worker.pid):
        os.kill(pid, number)


def left(rig, seconds):
    return max(0.1, seconds - (time.monotonic() - rig.died))


def test_what_waited_is_done_in_seconds(scene):
    scene.recorded(scene.keys["waiting"], 6, timeout=left(scene, 20))
    assert sorted(scene.records(scene.keys["waiting"])) == [str(i) for i in range(6)]
    for call in scene.waiting:
        scene.ended(call.id, "SUCCESS")


def test_a_late_task_runs_again(scene):
    scene.recorded(scene.keys["late"], 2, timeout=left(scene, 20))
    assert scene.ended(scene.calls["late"].id, "SUCCESS")["result"] == "l"
    assert scene.records(scene.keys["late"]) == ["start:l", "start:l", "done:l"]


def test_an_early_task_that_had_begun_is_told_lost_and_not_repeated(scene):
    error = scene.ended(scene.calls["early"].id, "FAILURE", timeout=left(scene, 20))["result"]
    assert (error["exc_type"], error["exc_module"]) == ("WorkerLostError", "billiard.exceptions")
    assert sorted(scene.records(scene.keys["early"])) == ["start:e", "start:i"]


def test_a_lost_task_whose_result_is_ignored_leaves_no_document(scene):
    scene.ended(scene.calls["early"].id, "FAILURE", timeout=left(scene, 20))
    assert scene.doc(scene.calls["ignored"].id) is None


def test_the_task_of_a_stopped_worker_is_taken_over_and_settled_once(scene):
    result = scene.calls["stopped"]
    scene.ended(result.id, "SUCCESS", timeout=left(scene, 26))
    settled = scene.doc_text(result.id)
    signal_all(scene.stopped, signal.SIGCONT)
    assert scene.send("add", (1, 1), queue="second").get(timeout=10) == 2
    eventually(lambda: scene.records(scene.keys["stopped"]).count("done:s") == 2, what="it ends there as well")
    assert scene.is_drained("first") and scene.is_drained("second")
    assert scene.doc_text(result.id) == settled


def test_a_worker_that_starts_later_takes_over_from_one_that_died_alone(fresh):
    rig = fresh(args="-c 1 --prefetch-multiplier 4")
    key = rig.key()
    calls = [rig.call("late", key, i, 0 if i else 1.5) for i in range(5)]
    rig.recorded(key, 1)
    rig.main.kill()
    died = time.monotonic()
    rig.main.start()
    for i, call in enumerate(calls):
        assert rig.ended(call.id, "SUCCESS", timeout=22)["result"] == i
    assert time.monotonic() - died < 22
    assert rig.is_drained()


def test_a_parked_task_survives_its_worker(fresh):
    rig = fresh(args="-c 1")
    key = rig.key()
    result = rig.send("append", (key, "x"), countdown=4)
    eventually(lambda: rig.raw.zcard("taskworker.parked") == 1, what="it is parked")
    rig.main.kill()
    rig.main.start()
    rig.ended(result.id, "SUCCESS", timeout=16)
    assert rig.records(key) == ["x"] and rig.is_drained()


class Publications(threading.Thread):
    """Counts the documents of each state that are published for each task."""

    def __init__(self, client):
        super().__init__(daemon=True)
        self.channel = client.pubsub(ignore_subscribe_messages=True)
        self.channel.psubscribe("celery-task-meta-*")
        self.ended, self.stop = {}, threading.Event()

    def run(self):
        while not self.stop.is_set():
            message = self.channel.get_message(timeout=0.1)
            if message and b'"status": "SUCCESS"' in message["data"]:
                task_id = message["channel"].decode().removeprefix("celery-task-meta-")
                self.ended[task_id] = self.ended.get(task_id, 0) + 1


@pytest.mark.timeout(120)
def test_nothing_is_lost_in_a_loop_of_kills(fresh):
    """Ten times kill -9 on a busy worker; the ledger of what ran is on a Redis of its own."""
    with RedisServer() as ledger:
        rig = fresh(side=ledger, args="-c 4 --prefetch-multiplier 8", start=False)
        publications = Publications(rig.docs)
        publications.start()
        key, total = rig.key(), 3000
        calls = [rig.call("late", key, i, 0.01) for i in range(total)]
        rig.worker()
        for victim in range(10):
            seen = rig.side.llen(key)
            eventually(lambda: rig.side.llen(key) > seen + 60, timeout=20, what="it is busy")
            rig.main.kill()
            rig.main.start()
        eventually(lambda: len(publications.ended) == total, timeout=60, every=0.2,
                   what=f"all are settled; queue {rig.raw.llen('celery')}, {rig.leftovers()}")
        assert rig.is_drained()
        publications.stop.set()
        publications.join()
        records = rig.records(key)
        assert {f"done:{i}" for i in range(total)} <= set(records)
        assert set(publications.ended) == {call.id for call in calls}
        assert set(publications.ended.values()) == {1}
        assert {rig.state(call.id) for call in calls} == {"SUCCESS"}
        assert rig.dead_letters() == []
        print(f"{len(records) - 2 * total} records of attempts that were cut off or repeated")

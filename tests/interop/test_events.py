"""Events: what Celery's own receiver, its State and `celery events --dump` see of a worker (wire §8)."""
import contextlib
import os
import subprocess
import sys
import threading
import time

import pytest
import redis

from support.wait import eventually, throughout
from support.worker import NEIGHBOUR


class Watch:
    """A real Receiver with a real State in a thread."""

    def __init__(self, app):
        self.app, self.events, self.state = app, [], app.events.State()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.connected = threading.Event()
        self.receiver = None

    def run(self):
        with self.app.connection_for_read() as connection:
            self.receiver = self.app.events.Receiver(connection, handlers={"*": self.take})
            with self.receiver.consumer_context():
                self.connected.set()
                with contextlib.suppress(OSError, AttributeError):
                    self.receiver.capture(limit=None, timeout=None, wakeup=True)

    def take(self, event):
        self.state.event(event)  # first: who finds the event below looks at the state next
        self.events.append(event)

    def __enter__(self):
        self.thread.start()
        assert self.connected.wait(10)
        # kombu subscribes with its first look, and a worker is there within 20 ms.
        with redis.Redis.from_url(self.app.conf.broker_url) as client:
            db = str(client.connection_pool.connection_kwargs["db"])
            eventually(lambda: any(c["psub"] != "0" and c["db"] == db for c in client.client_list()),
                       what="the subscription")
        return self

    def __exit__(self, *_):
        self.receiver.should_stop = True

    def of(self, task_id):
        return [e for e in list(self.events) if e.get("uuid") == task_id]

    def types(self, task_id):
        return [e["type"] for e in self.of(task_id)]

    def until(self, task_id, last, timeout=10):
        eventually(lambda: last in self.types(task_id), timeout, f"{last} of {task_id}, have {self.types(task_id)}")
        return self.of(task_id)

    def news(self, worker, kind):
        return [e for e in list(self.events) if e["type"] == kind and e["hostname"] == worker.name]


@pytest.fixture(scope="module")
def scene(redis):
    from support.rig import open_rig
    with open_rig(redis, dbs=(4, 5), start=False) as rig:
        with Watch(rig.app) as watch:
            worker = rig.worker("-c 2 -E", quiet="")
            eventually(lambda: watch.news(worker, "worker-online"), what="worker-online")
            yield rig, worker, watch


def test_a_worker_says_that_it_is_there(scene):
    rig, worker, watch = scene
    online = watch.news(worker, "worker-online")[0]
    assert (online["freq"], online["active"], online["pid"]) == (2.0, 0, worker.pid)
    assert len(online["loadavg"]) == 3 and online["sw_ident"] and online["sw_ver"] and online["sw_sys"]

    def gaps():
        beats = [beat["timestamp"] for beat in watch.news(worker, "worker-heartbeat")]
        return [later - earlier for earlier, later in zip(beats, beats[1:])]
    eventually(lambda: any(1 < gap < 3.5 for gap in gaps()), 20, "a heartbeat every 2 s")
    eventually(lambda: watch.state.workers[worker.name].alive, what="it is alive")
    assert online["utcoffset"] == (time.altzone if time.localtime().tm_isdst else time.timezone) // 3600


def test_the_life_of_a_task(scene):
    rig, worker, watch = scene
    result = rig.call("add", 2, 3)
    events = watch.until(result.id, "task-succeeded")
    assert watch.types(result.id) == ["task-received", "task-started", "task-succeeded"]
    received, started, succeeded = events
    assert received["name"] == "conformance.add"
    assert (received["args"], received["kwargs"]) == ("(2, 3)", "{}")
    assert (received["root_id"], received["parent_id"], received["retries"]) == (result.id, None, 0)
    assert received["eta"] is None and received["expires"] is None
    assert succeeded["result"] == "5" and 0 <= succeeded["runtime"] < 1
    for event in events:
        assert (event["hostname"], event["pid"]) == (worker.name, worker.pid)
        assert abs(event["timestamp"] - time.time()) < 20 and event["clock"] > 0
    assert [e["clock"] for e in events] == sorted({e["clock"] for e in events})
    task = watch.state.tasks[result.id]
    assert (task.state, task.result, task.name, task.worker.hostname) == ("SUCCESS", "5", "conformance.add", worker.name)


def test_a_failure_with_exception_and_traceback(scene):
    rig, worker, watch = scene
    result = rig.call("fail", "boom")
    failed = watch.until(result.id, "task-failed")[-1]
    assert failed["exception"] == "ValueError('boom')"
    assert failed["traceback"].strip().endswith("boom")
    assert watch.state.tasks[result.id].state == "FAILURE"


def test_retries(scene):
    rig, worker, watch = scene
    result = rig.call("retry_then_succeed", rig.key(), 1)
    watch.until(result.id, "task-succeeded")
    # As they happened: the retry is told when it is in Redis, and by then its message may have been received.
    events = sorted(watch.of(result.id), key=lambda event: event["timestamp"])
    assert [event["type"] for event in events] == ["task-received", "task-started", "task-retried", "task-received",
                                                   "task-started", "task-succeeded"]
    assert events[3]["retries"] == 1


def test_an_unknown_task_fails_without_a_traceback(scene):
    rig, worker, watch = scene
    result = rig.app.send_task("no.such.task")
    failed = watch.until(result.id, "task-failed")[-1]
    assert failed["exception"] == "NotRegistered('no.such.task')"


def test_revoked_expired_and_terminated(scene):
    rig, worker, watch = scene
    rig.app.control.revoke("never", destination=[worker.name], reply=True, timeout=10)
    rig.send("noop", task_id="never")
    revoked = watch.until("never", "task-revoked")[-1]
    assert (revoked["terminated"], revoked["signum"], revoked["expired"]) == (False, None, False)

    expired = rig.send("noop", expires=-1)
    event = watch.until(expired.id, "task-revoked")[-1]
    assert (event["terminated"], event["signum"], event["expired"]) == (False, None, True)

    running = rig.call("sleep", 30)
    watch.until(running.id, "task-started")
    rig.app.control.revoke(running.id, terminate=True, signal="SIGKILL")
    event = watch.until(running.id, "task-revoked")[-1]
    assert (event["terminated"], event["signum"], event["expired"]) == (True, 9, False)


def test_rejected(scene):
    rig, worker, watch = scene
    key = rig.key()
    result = rig.call("late_requeue_once", key)
    events = watch.until(result.id, "task-rejected")  # and what comes of it again
    assert [event["requeue"] for event in events if event["type"] == "task-rejected"] == [True]


def test_a_custom_event_carries_its_fields(scene):
    rig, worker, watch = scene
    result = rig.call("custom_event", answer=42, text="é", type="mine")
    event = next(e for e in watch.until(result.id, "task-succeeded") if e["type"] == "task-conformance")
    assert (event["answer"], event["text"], event["uuid"]) == (42, "é", result.id)
    assert event["hostname"] == worker.name


def test_a_heartbeat_on_demand(scene):
    rig, worker, watch = scene
    before = len(watch.events)
    rig.app.control.broadcast("heartbeat", destination=[worker.name])
    beat = eventually(lambda: [e for e in watch.events[before:] if e["type"] == "worker-heartbeat" and e["freq"] == 5])[0]
    assert "active" not in beat and "processed" not in beat


def test_events_enabled_at_the_start_cannot_be_switched_off(scene):
    rig, worker, watch = scene
    ask = lambda command: rig.app.control.broadcast(  # noqa: E731
        command, destination=[worker.name], reply=True, timeout=10)[0][worker.name]
    assert ask("disable_events") == {"ok": "task events already disabled"}
    assert ask("enable_events") == {"ok": "task events already enabled"}
    result = rig.call("noop")
    watch.until(result.id, "task-succeeded")


def test_celery_events_dump(scene):
    rig, worker, watch = scene
    dump = subprocess.Popen([sys.executable, "-u", "-m", "celery", "-b", rig.conf["broker_url"], "events", "--dump"],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, "PYTHONPATH": ""})
    lines = []
    threading.Thread(target=lambda: lines.extend(iter(dump.stdout.readline, "")), daemon=True).start()
    try:
        eventually(lambda: any(f"{worker.name} [" in line for line in lines), 20, "a heartbeat is dumped")
        result = rig.call("add", 1, 2)
        eventually(lambda: any("task succeeded" in line and result.id in line for line in lines), 10, "the end is dumped")
        assert any("task received: conformance.add" in line and "args=(1, 2)" in line for line in lines)
    finally:
        dump.kill()
        dump.wait(10)


def test_events_are_switched_on_and_off_by_remote(fresh):
    rig = fresh(args="-c 1", start=False)
    with Watch(rig.app) as watch:
        worker = rig.worker(quiet="")
        ask = lambda command: rig.app.control.broadcast(  # noqa: E731
            command, destination=[worker.name], reply=True, timeout=10)[0][worker.name]
        eventually(lambda: watch.news(worker, "worker-online"))
        silent = rig.call("noop")
        silent.get(timeout=10)
        assert ask("disable_events") == {"ok": "task events already disabled"}
        assert ask("enable_events") == {"ok": "task events enabled"}
        assert worker.logs("Events of group {task} enabled by remote.")
        heard = rig.call("noop")
        watch.until(heard.id, "task-succeeded")
        assert ask("disable_events") == {"ok": "task events disabled"}
        rig.call("noop").get(timeout=10)
        assert watch.of(silent.id) == []


def test_a_worker_says_that_it_goes(fresh):
    rig = fresh(args="-c 1 -E", start=False)
    with Watch(rig.app) as watch:
        worker = rig.worker(quiet="")
        eventually(lambda: watch.news(worker, "worker-online"))
        result = rig.call("sleep", 0.5)
        watch.until(result.id, "task-started")
        assert worker.stop() == 0
        eventually(lambda: watch.news(worker, "worker-offline"))
        assert watch.types(result.id)[-1] == "task-succeeded"
        assert watch.events[-1]["type"] == "worker-offline" and not watch.state.workers[worker.name].alive


def test_no_heartbeat_when_asked_for_none(fresh):
    rig = fresh(args="-c 1 -E", start=False)
    with Watch(rig.app) as watch:
        worker = rig.worker(quiet="--without-heartbeat")
        result = rig.call("noop")
        watch.until(result.id, "task-succeeded")
        throughout(lambda: not watch.news(worker, "worker-heartbeat"), 2.5)


def test_nobody_waits_for_a_monitor(fresh):
    """Events flow, nobody listens, and Redis goes away and comes back: tasks end all the same."""
    from support.redis_server import RedisServer
    with RedisServer() as server:
        rig = fresh(redis=server, args="-c 2 -E")
        assert [rig.get("add", i, 1) for i in range(20)] == list(range(1, 21))
        server.restart()
        result = rig.call("add", 1, 1)
        assert rig.ended(result.id, "SUCCESS", 20)["result"] == 2


def test_a_state_of_ours_and_python_workers(fresh):
    rig = fresh(args="-c 1 -E", start=False)
    with Watch(rig.app) as watch:
        ours = rig.worker(quiet="")
        python = rig.worker("-c 1 -E", command=NEIGHBOUR, quiet="")
        eventually(lambda: set(watch.state.alive_workers and [w.hostname for w in watch.state.alive_workers()]) ==
                   {ours.name, python.name}, 20, "both are alive")
        # Python's gossip has met us, and its mingle was answered.
        python.logs("sync with 1 nodes", timeout=10)
        assert not python.lines("Traceback")
        assert ours.logs(f"sync with {python.name}")


def test_what_tasks_send_is_told_when_it_is_asked_for(redis):
    from support.rig import open_rig
    with open_rig(redis, dbs=(12, 13), start=False, conf={"task_send_sent_event": True}) as rig, Watch(rig.app) as watch:
        worker = rig.worker("-c 1 -E", quiet="")
        key = rig.key()
        result = rig.call("retry_then_succeed", key, 1)
        events = watch.until(result.id, "task-succeeded")
        sent = [e for e in events if e["type"] == "task-sent" and e["hostname"] == worker.name]
        assert [(e["name"], e["retries"], e["queue"]) for e in sent] == [("conformance.retry_then_succeed", 1, "celery")]
        assert {"args", "kwargs", "root_id", "parent_id", "eta", "expires", "exchange", "routing_key"} <= set(sent[0])

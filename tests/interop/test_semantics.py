"""Settings that say how tasks are treated: annotations, duplicates, prefetch, autoscale, limits."""
import contextlib
import json
import os
import signal
import subprocess
import time

import pytest

from support.redis_server import RedisServer
from support.wait import eventually, throughout
from support.worker import OURS, processes_of_session


@pytest.fixture
def rigged(redis, fresh):
    """A worker with settings of its own, in databases of its own."""
    rigs = []

    def start(args="-c 2", conf=None, **options):
        rig = fresh(redis=redis, dbs=(4, 5), args=args, conf=conf, **options)
        rigs.append(rig)
        return rig

    yield start
    for rig in rigs:
        rig.raw.flushdb()
        rig.docs.flushdb()


# ---- task_annotations

def test_annotations_of_one_task_and_of_all(rigged):
    rig = rigged(conf={"task_annotations": {
        "conformance.sleep": {"time_limit": 4}, "*": {"track_started": True}}})
    call = rig.call("sleep", 20)
    rig.ended(call.id, "STARTED")
    assert rig.ended(call.id, "FAILURE")["result"]["exc_type"] == "TimeLimitExceeded"


def test_annotations_limit_the_rate(rigged):
    rig = rigged(conf={"task_annotations": {"conformance.append": {"rate_limit": "4/s"}}})
    key, begin = rig.key(), time.monotonic()
    for i in range(5):
        rig.call("append", key, i)
    rig.recorded(key, 5)
    assert time.monotonic() - begin >= 0.9


@pytest.mark.ours
def test_annotations_in_file_and_environment(rigged, tmp_path):
    config = tmp_path / "tw.toml"
    config.write_text('[task_annotations."conformance.sleep"]\ntime_limit = 1\n')
    in_environment = json.dumps({"conformance.sleep": {"time_limit": 2}})
    for annotations, limit in (("", 1), (in_environment, 2)):  # the environment wins, as a whole
        rig = rigged(start=False)
        worker = rig.worker(f"-c 1 --config {config}", start=False)
        worker.env["CELERY_TASK_ANNOTATIONS"] = annotations
        worker.start()
        assert rig.ended(rig.call("sleep", 20).id, "FAILURE")["result"]["exc_message"] == [limit]
        worker.stop()


@pytest.mark.ours
def test_wrong_annotations_and_routes_are_one_line_and_status_2(rigged):
    for setting, value, why in (
            ("task_annotations", '{"conformance.add": {"rate_limit": "fast"}}', "must be a rate like"),
            ("task_annotations", '{"conformance.add": {"colour": 1}}', "no option of a task"),
            ("task_routes", '{"conformance.*": {"routing_key": "x"}}', "a route names its queue")):
        rig = rigged(start=False)
        worker = rig.worker(f"--set '{setting}={value}'", start=False)
        worker.start(wait=False)
        assert worker.wait() == 2
        assert worker.lines("taskworker: error: ", setting, why), worker.output()


# ---- task_routes

@pytest.mark.ours
def test_call_sends_a_task_where_its_route_says(rigged):
    rig = rigged(start=False)
    program = OURS.split()[0]
    routes = {"conformance.ad*": {"queue": "sums", "priority": 3}, "conformance.mul": "products"}
    env = {**os.environ, "CELERY_TASK_ROUTES": json.dumps(routes),
           "CELERY_BROKER_URL": rig.conf["broker_url"]}
    for arguments in (["conformance.add"], ["conformance.mul"], ["conformance.noop"],
                      ["conformance.add", "--queue", "mine"]):
        subprocess.run([program, "call", *arguments], env=env, check=True, stdout=subprocess.DEVNULL)
    assert rig.raw.llen("sums\x06\x163") == 1
    assert rig.raw.llen("products") == 1
    assert rig.raw.llen("celery") == 1
    assert rig.raw.llen("mine\x06\x163") == 1


# ---- worker_deduplicate_successful_tasks

def redelivered(rig, call):
    """The message of a call once more, as a broker delivers it whose worker died before its ack."""
    def message():
        found = rig.queued()
        return found[0] if found else None
    envelope = eventually(message)
    rig.raw.delete("celery")
    envelope["headers"]["redelivered"] = True
    envelope["properties"]["delivery_info"]["redelivered"] = True
    return json.dumps(envelope)


def test_a_late_task_that_succeeded_is_not_run_again(rigged):
    rig = rigged(start=False, conf={"worker_deduplicate_successful_tasks": True})
    key = rig.key()
    call = rig.call("late", key, "x")
    again = redelivered(rig, call)
    rig.raw.lpush("celery", again)
    worker = rig.worker()
    assert call.get(timeout=10) == "x"
    rig.raw.lpush("celery", again)
    worker.logs("INFO", call.id, "Task already completed successfully.")
    assert rig.is_drained()
    assert rig.records(key) == ["start:x", "done:x"]


def test_without_the_setting_it_runs_again(rigged):
    rig = rigged(start=False)
    key = rig.key()
    call = rig.call("late", key, "x")
    again = redelivered(rig, call)
    rig.raw.lpush("celery", again)
    rig.worker()
    rig.recorded(key, 2)
    rig.raw.lpush("celery", again)
    assert rig.recorded(key, 4) == ["start:x", "done:x"] * 2


# ---- worker_cancel_long_running_tasks_on_connection_loss

@pytest.mark.ours
def test_a_lost_connection_may_end_late_tasks(fresh):
    with RedisServer() as side:
        rig = fresh(side=side, args="-c 2",
                    conf={"worker_cancel_long_running_tasks_on_connection_loss": True})
        late, early = rig.key(), rig.key()
        rig.call("late", late, "x", 6)
        other = rig.call("append_slow", early, "y", 6)
        rig.recorded(late, 1)
        rig.recorded(early, 1)
        inspect = rig.app.control.inspect([rig.main.name], timeout=10)
        eventually(lambda: len(inspect.active()[rig.main.name]) == 2, what="it knows that both run")
        rig.raw.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        rig.main.logs("WARNING", "cannot be acknowledged after a connection loss")
        assert rig.recorded(late, 3, timeout=20) == ["start:x", "start:x", "done:x"]
        assert other.get(timeout=15) == "y"
        assert rig.records(early) == ["start:y", "done:y"]


# ---- prefetch

@pytest.mark.parametrize("conf", [{"worker_disable_prefetch": True}, {"worker_prefetch_multiplier": 1}],
                         ids=lambda conf: next(iter(conf)))
def test_nothing_is_fetched_that_no_slot_is_free_for(rigged, conf):
    rig = rigged(args="-c 2", conf=conf)
    key = rig.key()
    for i in range(6):
        rig.call("late", key, i, 8)
    rig.recorded(key, 2)
    throughout(lambda: len(rig.queued()) >= 4, 0.5)


@pytest.mark.ours
def test_the_eta_limit_bounds_what_waits_in_memory(rigged):
    rig = rigged(conf={"worker_eta_task_limit": 2})
    key = rig.key()

    def parked():  # for less than two seconds: who looked too late tries again
        for i in range(6):
            rig.send("append", (key, i), countdown=1.8)
        with contextlib.suppress(AssertionError):
            return eventually(lambda: rig.raw.zcard("taskworker.parked") >= 4, 1.8, "the others wait in Redis")
    tries = next(n for n in (1, 2, 3) if parked())
    assert sorted(rig.recorded(key, 6 * tries)) == sorted("012345" * tries)


# ---- autoscale

@pytest.mark.ours
def test_autoscale_grows_with_the_work_and_shrinks_when_it_is_done(rigged):
    rig = rigged(start=False)
    worker = rig.worker("--autoscale=4,1", start=False)
    worker.env["AUTOSCALE_KEEPALIVE"] = "1"
    worker.start()
    assert worker.lines("concurrency:", "{min=1, max=4} (prefork)")
    begin = time.monotonic()
    for call in [rig.call("sleep", 3) for _ in range(4)]:
        call.get(timeout=20)
    assert time.monotonic() - begin < 10  # one after the other: 12 s
    worker.logs("INFO", "Scaling up")
    worker.logs("INFO", "Scaling down", timeout=10)
    children = lambda: [p for p in processes_of_session(worker.pid) if p != worker.pid]
    eventually(lambda: len(children()) == 1, what="one child is left")


@pytest.mark.ours
def test_autoscale_that_is_wrong_is_one_line(rigged):
    worker = rigged(start=False).worker("--autoscale=many", start=False)
    worker.start(wait=False)
    assert worker.wait() == 2
    assert worker.lines("taskworker: error: ", "--autoscale many: must be MAX,MIN")


# ---- limits on every level

def test_limits_of_call_task_and_app_in_this_order(rigged):
    rig = rigged(args="-c 4", conf={"task_time_limit": 2, "task_soft_time_limit": 30})
    calls = {
        "app": rig.call("sleep", 30),
        "task": rig.call("hard_declared", 30),
        "call": rig.send("hard_declared", (3,), time_limit=25),
    }
    assert rig.ended(calls["task"].id, "FAILURE")["result"]["exc_message"] == [1]
    assert rig.ended(calls["app"].id, "FAILURE")["result"]["exc_message"] == [2]
    assert calls["call"].get(timeout=15) == "done"


# ---- Redis refuses an end

@pytest.mark.ours
def test_a_result_key_of_another_kind_hangs_neither_task_nor_slot(rigged):
    rig = rigged(start=False)
    call = rig.call("add", 1, 2)
    rig.docs.rpush(f"celery-task-meta-{call.id}", "somebody else's")
    worker = rig.worker("-c 1 --prefetch-multiplier 1")
    worker.logs("ERROR", "Redis refuses the end of task", call.id, "WRONGTYPE")
    assert rig.get("add", 3, 4) == 7
    worker.logs("conformance.add", call.id, "succeeded", timeout=10)
    assert rig.is_drained()
    assert worker.stop() == 0


# ---- secrets

@pytest.mark.ours
def test_children_show_no_settings_in_their_arguments(rigged):
    rig = rigged(args="-c 1 --set app.password=hunter2")
    assert rig.get("add", 1, 2) == 3
    for pid in processes_of_session(rig.main.pid):
        if pid != rig.main.pid:
            with open(f"/proc/{pid}/cmdline", "rb") as arguments:
                assert b"hunter2" not in arguments.read()

"""The ways to end a worker beside TERM and QUIT: soft shutdown, REMAP_SIGTERM, HUP; USR1 and USR2."""
import signal
import time

import pytest

from support.wait import eventually
from support.worker import processes_of_session


@pytest.fixture
def rigged(redis, fresh):
    rigs = []

    def start(args="-c 1", conf=None, env=None, **options):
        rig = fresh(redis=redis, dbs=(4, 5), start=False, args=args, conf=conf)
        worker = rig.worker(start=False, **options)
        worker.env.update(env or {})
        worker.start()
        rigs.append(rig)
        return rig

    yield start
    for rig in rigs:
        rig.raw.flushdb()
        rig.docs.flushdb()


def occupied(rig, task="append_slow", seconds=60):
    rig.key_used = rig.key()
    call = rig.call(task, rig.key_used, "x", seconds)
    rig.recorded(rig.key_used, 1)
    return call


# ---- soft shutdown

@pytest.mark.parametrize("end", [signal.SIGQUIT])
def test_a_soft_shutdown_lets_short_tasks_end(rigged, end):
    rig = rigged(conf={"worker_soft_shutdown_timeout": 20})
    call = occupied(rig, seconds=3)
    assert rig.main.stop(end) == 1
    assert rig.main.lines("WARNING", "Initiating Soft Shutdown, terminating in 20 seconds")
    assert rig.main.lines("worker: Cold shutdown (MainProcess)")
    assert rig.records(rig.key_used) == ["start:x", "done:x"]
    assert rig.state(call.id) == "SUCCESS"


def test_a_soft_shutdown_ends_long_tasks_when_its_time_is_over(rigged):
    rig = rigged(conf={"worker_soft_shutdown_timeout": 1})
    call = occupied(rig, "late")
    begin = time.monotonic()
    rig.main.stop(signal.SIGQUIT, timeout=10)
    assert 1 <= time.monotonic() - begin < 6
    assert [message["headers"]["id"] for message in rig.queued()] == [call.id]
    assert rig.main.lines("WARNING", "Restoring 1 unacknowledged message(s)")


@pytest.mark.ours
def test_a_second_quit_ends_the_soft_shutdown(rigged):
    rig = rigged(conf={"worker_soft_shutdown_timeout": 60})
    call = occupied(rig, "late")
    rig.main.send_signal(signal.SIGQUIT)
    rig.main.logs("Initiating Soft Shutdown, terminating in 60 seconds")
    assert rig.main.stop(signal.SIGQUIT, timeout=10) == 1
    assert rig.main.lines("Waiting gracefully for cold shutdown to complete...")
    assert [message["headers"]["id"] for message in rig.queued()] == [call.id]


def test_an_idle_worker_has_no_soft_shutdown(rigged):
    rig = rigged(conf={"worker_soft_shutdown_timeout": 30})
    assert rig.main.stop(signal.SIGQUIT, timeout=10) == 1
    assert not rig.main.lines("Soft Shutdown")


def test_an_idle_worker_may_have_one(rigged):
    rig = rigged(conf={"worker_soft_shutdown_timeout": 1, "worker_enable_soft_shutdown_on_idle": True})
    begin = time.monotonic()
    rig.main.stop(signal.SIGQUIT, timeout=10)
    assert time.monotonic() - begin >= 1
    assert rig.main.lines("Initiating Soft Shutdown, terminating in 1 seconds")


# ---- REMAP_SIGTERM

def test_term_may_be_remapped_to_quit(rigged):
    rig = rigged(env={"REMAP_SIGTERM": "SIGQUIT"})
    call = occupied(rig, "late")
    assert rig.main.stop(signal.SIGTERM, timeout=10) == 1
    assert rig.main.lines("worker: Cold shutdown (MainProcess)")
    assert [message["headers"]["id"] for message in rig.queued()] == [call.id]


# ---- HUP

@pytest.mark.ours
def test_hup_restarts_in_place_with_the_settings_of_now(rigged, tmp_path):
    config = tmp_path / "tw.toml"
    config.write_text("result_extended = false\n")
    rig = rigged(args=f"-c 1 --config {config}")
    key = rig.key()
    first = rig.call("append_slow", key, "x", 0.5)
    rig.recorded(key, 1)
    config.write_text("result_extended = true\n")
    rig.main.send_signal(signal.SIGHUP)
    eventually(lambda: rig.main.output().count(f"{rig.main.name} ready.") == 2, 15, "ready again")
    assert rig.main.is_alive()  # the same process
    assert rig.state(first.id) == "SUCCESS"
    second = rig.call("add", 1, 2)
    assert second.get(timeout=10) == 3
    assert rig.doc(second.id)["name"] == "conformance.add"
    assert "name" not in rig.doc(first.id)
    assert rig.main.stop() == 0
    eventually(lambda: processes_of_session(rig.main.pid) == [], 5, "no child is left")


@pytest.mark.ours
def test_hup_waits_for_running_tasks_and_loses_nothing(rigged):
    rig = rigged()
    key = rig.key()
    calls = [rig.call("append_slow", key, i, 0.3) for i in range(6)]
    rig.recorded(key, 1)
    rig.main.send_signal(signal.SIGHUP)
    for call in calls:
        call.get(timeout=20)
    assert sorted(rig.records(key)) == sorted(f"{what}:{i}" for i in range(6) for what in ("start", "done"))
    assert rig.is_drained()


# ---- USR1, USR2

@pytest.mark.ours
def test_usr1_tells_what_threads_children_and_tasks_do(rigged):
    rig = rigged()
    call = occupied(rig)
    rig.main.send_signal(signal.SIGUSR1)
    rig.main.logs("1 task(s) in hand")
    for name in ("consumer", "settler", "keeper", "pool"):
        assert rig.main.logs("thread", f"'{name}'")
    def told():  # its child has told us before the worker heard that it began
        rig.main.send_signal(signal.SIGUSR1)
        return rig.main.lines("child", f"conformance.append_slow[{call.id}] runs for")
    eventually(told, 5, "its child and how long it runs", every=0.1)
    assert rig.main.is_alive()
    rig.main.stop(signal.SIGQUIT)


@pytest.mark.ours
def test_usr2_opens_the_logfile_anew(redis, fresh, tmp_path):
    path = tmp_path / "worker.log"
    rig = fresh(redis=redis, dbs=(4, 5), start=False)
    worker = rig.worker(f"-c 1 -f {path}", start=False)
    worker.start(wait=False)
    eventually(lambda: path.exists() and "ready." in path.read_text(), 15, "it is ready")
    path.rename(tmp_path / "old.log")
    worker.send_signal(signal.SIGUSR2)
    rig.call("add", 1, 2).get(timeout=10)
    eventually(lambda: path.exists() and "succeeded" in path.read_text(), 5, "lines go to the new file")
    rig.raw.flushdb()

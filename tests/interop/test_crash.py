"""A task that kills its own process harms nobody else."""
import pytest
from celery.exceptions import WorkerLostError

from support.rig import open_rig
from support.wait import throughout

DEATHS = {"SEGV": "signal 11 (SIGSEGV)", "ABRT": "signal 6 (SIGABRT)", "KILL": "signal 9 (SIGKILL)",
          "EXIT3": "exitcode 3"}


@pytest.fixture(scope="module")
def crashing(redis):
    with open_rig(redis, dbs=(2, 3), args="-c 3", conf={"worker_lost_wait": 0.5}) as rig:
        yield rig


@pytest.mark.timeout(60)
@pytest.mark.parametrize("how", DEATHS)
def test_the_caller_sees_worker_lost_error(crashing, how):
    neighbour = crashing.call("sleep", 1)
    result = crashing.call("crash", how)
    doc = crashing.ended(result.id, "FAILURE", timeout=25)
    error = doc["result"]
    assert (error["exc_type"], error["exc_module"]) == ("WorkerLostError", "billiard.exceptions")
    assert error["exc_message"][0].startswith(f"Worker exited prematurely: {DEATHS[how]}")
    with pytest.raises(WorkerLostError):
        result.get(timeout=10)
    assert neighbour.get(timeout=10) == 1
    assert crashing.main.is_alive()
    crashing.main.logs("ERROR", "WorkerLostError")


def test_the_pool_is_whole_again(crashing):
    calls = [crashing.call("add", i, 1) for i in range(30)]
    assert [call.get(timeout=10) for call in calls] == list(range(1, 31))
    assert crashing.is_drained()


@pytest.mark.timeout(60)
def test_a_task_declared_so_is_redelivered(crashing):
    key = crashing.key()
    result = crashing.call("late_lost", key, "v", 1)
    assert result.get(timeout=25) == 2
    assert crashing.records(key) == ["v", "v"]
    assert crashing.is_drained()


@pytest.mark.ours
def test_a_task_that_kills_every_worker_is_given_up(crashing):
    """Celery would run it for ever."""
    key = crashing.key()
    result = crashing.call("late_lost", key, "v", 100)
    error = crashing.ended(result.id, "FAILURE", timeout=20)["result"]
    assert error["exc_type"] == "WorkerLostError"
    assert len(crashing.records(key)) == 3
    throughout(lambda: len(crashing.records(key)) == 3, 0.5)
    assert crashing.is_drained()
    assert [letter.task_id for letter in crashing.dead_letters()] == [result.id]
    assert crashing.get("add", 1, 1) == 2

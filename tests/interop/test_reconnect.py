"""The connection to Redis breaks: the worker comes back by itself and nothing is lost."""
import pytest

from support.redis_server import RedisServer
from support.rig import open_rig
from support.wait import eventually


@pytest.fixture(scope="module")
def shaky():
    with RedisServer() as ledger, open_rig(side=ledger, args="-c 2") as rig:
        yield rig


def cut(rig):
    """Closes all connections but those of this test's own clients."""
    own = {client.client_id() for client in (rig.raw, rig.docs)}
    for connection in rig.raw.client_list():
        if int(connection["id"]) not in own:
            rig.raw.client_kill_filter(_id=connection["id"])


def ends(rig, result, state="SUCCESS"):
    return rig.ended(result.id, state, timeout=25)


@pytest.mark.timeout(60)
def test_an_idle_worker_whose_connections_are_cut(shaky):
    for i in range(3):
        cut(shaky)
        assert ends(shaky, shaky.call("add", i, 1))["result"] == i + 1
    assert shaky.main.is_alive()


@pytest.mark.timeout(60)
def test_a_running_task_whose_connections_are_cut(shaky):
    key = shaky.key()
    running = shaky.call("append_slow", key, "v", 1)
    shaky.recorded(key, 1)
    cut(shaky)
    assert ends(shaky, running)["result"] == "v"
    assert shaky.records(key) == ["start:v", "done:v"]


@pytest.mark.timeout(60)
@pytest.mark.ours
def test_a_late_task_whose_connections_are_cut_runs_once(shaky):
    key = shaky.key()
    running = shaky.call("late", key, "v", 1)
    shaky.recorded(key, 1)
    cut(shaky)
    assert ends(shaky, running)["result"] == "v"
    assert shaky.is_drained(timeout=20) and shaky.records(key) == ["start:v", "done:v"]


@pytest.mark.timeout(60)
def test_redis_is_restarted_under_an_idle_worker(shaky):
    shaky.redis.restart()
    assert ends(shaky, shaky.call("add", 20, 22))["result"] == 42


@pytest.mark.timeout(60)
@pytest.mark.ours
def test_redis_is_away_while_a_task_ends(shaky):
    key = shaky.key()
    running = [shaky.call("late", key, i, 0.5) for i in range(6)]
    shaky.recorded(key, 2)
    before = len(shaky.main.lines("ERROR")) + len(shaky.main.lines("WARNING"))
    shaky.redis.stop(save=True)
    eventually(lambda: len(shaky.main.lines("ERROR")) + len(shaky.main.lines("WARNING")) > before,
               what="the loss is told")
    shaky.redis.start()
    for i, result in enumerate(running):
        assert ends(shaky, result)["result"] == i
    assert shaky.is_drained(timeout=20)
    assert not shaky.main.lines("Traceback")


@pytest.mark.ours
def test_the_loss_and_the_return_are_told_once(shaky):
    def changes():
        return [line for line in shaky.main.lines() if "onnect" in line]

    before = len(changes())
    shaky.redis.stop(save=True)
    eventually(lambda: len(changes()) > before, what="the loss is told")
    shaky.redis.start()
    ends(shaky, shaky.call("add", 1, 1))
    assert len(changes()) - before < 12
    eventually(lambda: any("Connected to" in line for line in changes()[before:]), what="the return is told")


@pytest.mark.ours
@pytest.mark.timeout(60)
def test_a_worker_that_starts_without_redis_waits_for_it(fresh):
    rig = fresh(start=False)
    result = rig.call("add", 1, 2)
    rig.redis.stop(save=True)
    worker = rig.worker(start=False).start(wait=False)
    eventually(lambda: "Cannot connect to redis://" in worker.output(), what="it says what is missing")
    rig.redis.start()
    assert ends(rig, result)["result"] == 3

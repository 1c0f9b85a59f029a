"""What a worker costs that has nothing to do: connections and commands, and that it hears at once all the same."""
import time

import pytest

from support.rig import open_rig
from support.redis_server import RedisServer
from support.wait import eventually

pytestmark = pytest.mark.ours
WINDOW = 30


@pytest.fixture(scope="module")
def quiet():
    """A worker with all that is on by default, after a task, and its server that nobody else uses."""
    with RedisServer() as server, RedisServer() as ledger, open_rig(
            server, side=ledger, dbs=(0, 0), start=False) as rig:
        rig.own = {row["id"] for row in rig.raw.client_list()}
        worker = rig.worker("-c 2 -P threads", quiet="")
        rig.raw.lpush("celery", message(rig))
        eventually(lambda: rig.docs.keys("celery-task-meta-*"), what="the first task is done")
        yield rig, worker


def message(rig):
    rig.send("add", (1, 2), queue="elsewhere")
    return rig.raw.lpop("elsewhere")


def calls(rig):
    stats = rig.raw.info("commandstats")
    return {name.removeprefix("cmdstat_"): row["calls"] for name, row in stats.items()}


@pytest.mark.timeout(120)
def test_an_idle_worker_costs_next_to_nothing(quiet):
    rig, worker = quiet
    time.sleep(12)
    before = calls(rig)
    time.sleep(WINDOW)
    spent = {name: count - before.get(name, 0) for name, count in calls(rig).items() if name != "info"}
    spent = {name: count for name, count in spent.items() if count}
    assert sum(spent.values()) <= 1.5 * WINDOW, spent
    assert spent.get("evalsha", 0) < 4, spent


def test_its_connections_are_few_and_named(quiet):
    rig, worker = quiet
    names = sorted(row["name"].rpartition(":")[2] for row in rig.raw.client_list()
                   if row["name"].startswith("taskworker:"))
    assert names == ["consumer", "control", "ledger", "shared", *["waiter"] * 4]


@pytest.mark.parametrize("step", ["", "\x06\x163", "\x06\x169"])
def test_it_wakes_at_once_for_each_priority(quiet, step):
    rig, worker = quiet

    def seconds():
        done, text = set(rig.docs.keys("celery-task-meta-*")), message(rig)
        begin = time.monotonic()
        rig.raw.lpush("celery" + step, text)
        eventually(lambda: set(rig.docs.keys("celery-task-meta-*")) - done, 15, "the task is done")
        return time.monotonic() - begin
    assert min(seconds() for _ in range(3)) < 1


def test_who_begins_to_listen_hears_of_it(quiet):
    rig, worker = quiet
    listener = rig.raw.pubsub(ignore_subscribe_messages=True)
    listener.psubscribe("/0.celeryev*")
    heard = []

    def beats():
        if (event := listener.get_message(timeout=1)) is not None:
            heard.append(time.monotonic())
        return len(heard) == 4

    begin = time.monotonic()
    eventually(beats, timeout=20, what="four heartbeats")
    assert heard[0] - begin < 10 and heard[3] - heard[1] < 10
    listener.close()

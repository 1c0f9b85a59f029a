"""All pools do the same work; nothing is left of it."""
import time

import pytest

from support.rig import open_rig


@pytest.fixture(scope="module", params=["prefork", "threads", "solo"])
def pool(request, redis):
    with open_rig(redis, dbs=(2, 3), args=f"-P {request.param} -c 4") as rig:
        rig.pool = request.param
        rig.slots = 1 if request.param == "solo" else 4
        yield rig


@pytest.mark.timeout(60)
def test_nothing_is_left_of_two_thousand_tasks(pool):
    key = pool.key()
    calls = [pool.call("append", key, i) if i % 2 else pool.call("late", key, i) for i in range(2000)]
    assert len(pool.recorded(key, 3000, timeout=50)) == 3000
    assert pool.is_drained()
    records = pool.records(key)
    for i in range(2000):
        assert records.count(str(i) if i % 2 else f"done:{i}") == 1
    assert {pool.state(call.id) for call in calls} == {"SUCCESS"}


def test_as_many_run_at_a_time_as_there_are_slots(pool):
    begin = time.monotonic()
    calls = [pool.call("sleep", 1) for _ in range(2 * pool.slots)]
    for call in calls:
        assert call.get(timeout=20) == 1
    assert 2.0 <= time.monotonic() - begin < 7  # four slots' work in one slot: 8 s


def test_who_executes(pool):
    pids = {call.get(timeout=10) for call in [pool.call("pid") for _ in range(20)]}
    assert (pids == {pool.main.pid}) == (pool.pool != "prefork")


def test_failures_and_retries_in_every_pool(pool):
    with pytest.raises(KeyError):
        pool.get("fail", "k", "KeyError")
    assert pool.get("retry_then_succeed", pool.key(), 2) == 2
    assert pool.get("late_requeue_once", pool.key()) == 2
    assert pool.get("progress", 2, 0.01) == "done"
    assert pool.is_drained()


def test_the_banner_names_the_pool(pool):
    kind = {"prefork": "(prefork)", "threads": "(thread", "solo": "(solo)"}[pool.pool]
    assert pool.main.lines("concurrency:", kind)


def test_children_are_replaced_after_so_many_tasks(rig, fresh):
    short = fresh(redis=rig.redis, dbs=(12, 13), args="-c 1 --max-tasks-per-child 2")
    pids = [short.get("pid") for _ in range(6)]
    assert [pids.count(pid) for pid in pids] == [2] * 6
    assert short.is_drained()


@pytest.mark.ours
def test_soft_limits_in_threads(rig, fresh):
    threads = fresh(redis=rig.redis, dbs=(12, 13), args="-P threads -c 2")
    assert threads.send("soft_aware", (20,), soft_time_limit=0.5).get(timeout=10) == "soft"


@pytest.mark.ours
@pytest.mark.parametrize("kind", ["eventlet", "gevent"])
def test_green_pools_mean_threads(rig, fresh, kind):
    green = fresh(redis=rig.redis, dbs=(12, 13), args=f"-P {kind} -c 200")
    begin = time.monotonic()
    for call in [green.call("sleep", 0.5) for _ in range(200)]:
        call.get(timeout=10)
    assert time.monotonic() - begin < 8  # in ten threads: 10 s

"""Broker and results on two servers: an end that was stored is not run for again."""
import json

import pytest

from support.envelopes import envelope, push
from support.redis_server import RedisServer
from support.rig import open_rig
from support.wait import eventually, throughout

pytestmark = pytest.mark.ours


@pytest.fixture(scope="module")
def two():
    with RedisServer() as results, open_rig(backend=results, args="-c 1") as rig:
        yield rig


def redelivered(rig, key, state=None):
    """A message that comes back, and what a worker that was killed had stored of it. Returns its id."""
    message = envelope((key, "again"), task="conformance.append", headers={"redelivered": True})
    message["properties"]["delivery_info"]["redelivered"] = True
    task_id = message["headers"]["id"]
    if state:
        rig.docs.set(f"celery-task-meta-{task_id}", json.dumps(
            {"status": state, "result": 1, "traceback": None, "children": [], "date_done": None, "task_id": task_id}))
    return task_id, message


@pytest.mark.parametrize("state", ("SUCCESS", "FAILURE", "REVOKED"))
def test_a_redelivered_task_whose_end_is_stored_is_acked_and_told_again(two, state):
    key = two.key()
    task_id, message = redelivered(two, key, state)
    stored = two.docs.get(f"celery-task-meta-{task_id}")
    with two.published(task_id) as heard:
        push(two, message)
        assert heard() == stored
    assert two.is_drained() and two.records(key) == []
    assert two.main.logs(task_id, "its end is stored")


@pytest.mark.parametrize("state", (None, "STARTED", "RETRY"))
def test_one_that_has_not_ended_is_run(two, state):
    key = two.key()
    task_id, message = redelivered(two, key, state)
    push(two, message)
    two.ended(task_id, "SUCCESS")
    assert two.records(key) == ["again"]


def test_while_the_results_are_away_nobody_guesses(fresh):
    with RedisServer() as results:
        rig = fresh(backend=results, args="-c 1")
        key = rig.key()
        task_id, message = redelivered(rig, key, "SUCCESS")
        results.stop(save=True)
        push(rig, message)
        eventually(lambda: rig.main.lines(task_id, "Asking again"), what="it asks")
        results.start()
        rig.main.logs(task_id, "its end is stored", timeout=10)
        assert rig.records(key) == [] and rig.is_drained()


@pytest.mark.timeout(60)
def test_while_the_results_are_away_work_waits_in_the_queue(fresh):
    """A worker whose ends cannot be stored does not draw the whole queue into its memory."""
    tasks, most = 8_000, 5_000  # 2,000 that wait for the results, 2,000 in hand, and what was on its way
    with RedisServer() as results:
        rig = fresh(backend=results, args="-c 2 -P threads")
        rig.get("add", 1, 2)
        results.stop(save=True)
        for _ in range(tasks // 500):
            rig.raw.lpush("celery", *(json.dumps(envelope((1, 2))) for _ in range(500)))
        eventually(lambda: len(rig.unacked()) >= 2_000, timeout=15, what="it works on as far as it may")
        throughout(lambda: rig.raw.llen("celery") > tasks - most, 2)
        results.start()
        rig.is_drained(timeout=30)
        assert len(rig.docs.keys("celery-task-meta-*")) == tasks + 1


def test_with_one_server_an_end_that_is_stored_means_nothing(rig):
    key = rig.key()
    task_id, message = redelivered(rig, key, "FAILURE")
    push(rig, message)
    rig.ended(task_id, "SUCCESS")
    assert rig.records(key) == ["again"]

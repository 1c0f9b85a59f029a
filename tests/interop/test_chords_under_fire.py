"""Chords whose parts are delivered again, in any order, while workers are killed: each body is sent once, with the
right list. The bodies go to a queue that nobody serves until the fire is over.

TASKWORKER_FIRES=20 makes more runs; TASKWORKER_SEED others than the usual.
"""
import copy
import json
import os
import random
import time
import uuid

import pytest
from celery import chord

from support.wait import eventually

COUNT = int(os.environ.get("TASKWORKER_FIRES", 1))
SEED = int(os.environ.get("TASKWORKER_SEED", 1))
CHORDS, KILLS = 8, 4
pytestmark = [pytest.mark.ours, pytest.mark.timeout(180)]


def again(raw):
    """The same message, once more."""
    message = copy.deepcopy(json.loads(raw))
    message["properties"]["delivery_tag"] = str(uuid.uuid4())
    return json.dumps(message)


def bodies(rig):
    return rig.raw.lrange("bodies", 0, -1)


@pytest.mark.parametrize("seed", range(SEED, SEED + COUNT))
@pytest.mark.parametrize("servers", [1, 2])
def test_each_body_is_sent_once_with_the_right_list(fresh, seed, servers):
    from support.redis_server import RedisServer
    dice = random.Random(seed)
    with RedisServer() as other:
        rig = fresh(start=False, conf={"worker_max_deliveries": 1000}, backend=other if servers == 2 else None)
        burn(rig, dice)


def burn(rig, dice):
    key = rig.key()
    late = lambda value: rig.app.signature("conformance.late", (key, value, dice.random() * 0.05))
    identity = rig.app.signature("conformance.identity")
    lists = [[100 * n + i for i in range(dice.randint(1, 40))] for n in range(CHORDS)]
    results = [chord([late(value) for value in values], identity.set(queue="bodies")).apply_async() for values in lists]
    copies = [again(raw) for raw in rig.raw.lrange("celery", 0, -1) for _ in range(dice.randint(1, 3))]
    rig.raw.delete("celery")
    dice.shuffle(copies)
    rig.raw.lpush("celery", *copies)

    for _ in range(KILLS):
        workers = [rig.worker("-c 2 -Q celery") for _ in range(dice.randint(1, 2))]
        time.sleep(dice.uniform(0.05, 0.8))
        for worker in workers:
            worker.kill()
    rig.worker("-c 4 -Q celery")
    eventually(lambda: len(bodies(rig)) >= CHORDS, timeout=60, what=f"{len(bodies(rig))} bodies")
    assert rig.is_drained(timeout=60)
    eventually(lambda: not rig.docs.keys("taskworker.chords*"), timeout=30,
               what=f"no chord is left to be finished: {rig.docs.keys('taskworker.chords*')}")
    assert len(bodies(rig)) == CHORDS

    rig.worker("-c 2 -Q bodies")
    assert [result.get(timeout=20) for result in results] == lists
    # Of a part that ran once more after the end something may be left, for as long as a result.
    left = rig.docs.keys("celery-taskset-meta-*")
    assert all(name.endswith(b".j") and rig.docs.ttl(name) > 0 for name in left)

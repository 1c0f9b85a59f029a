"""Random canvases on a fleet of Python workers, on one of ours and on a mixed one: the same results, the same final
documents.

TASKWORKER_CANVASES=500 makes the large run; TASKWORKER_SEED another one than the usual.
"""
import contextlib
import json
import os
import random

import pytest
from celery import chain, chord, group
from celery.canvas import xmap, xstarmap
from celery.exceptions import TimeoutError as NoResult

from support.redis_server import RedisServer
from support.rig import open_rig
from support.wait import eventually
from support.worker import NEIGHBOUR

COUNT = int(os.environ.get("TASKWORKER_CANVASES", 15))
SEED = int(os.environ.get("TASKWORKER_SEED", 1))
DEPTH = 4
pytestmark = [pytest.mark.ours, pytest.mark.timeout(120 + 20 * COUNT)]


class Canvases:
    """The same seed gives the same canvas for every app."""

    def __init__(self, seed, app):
        self.dice = random.Random(seed)
        self.app = app
        self.number = 0

    def task(self):
        self.number += 1
        immutable = self.dice.random() < 0.15
        return self.app.signature("conformance.echo", (self.number,), {"k": 1} if self.dice.random() < 0.2 else {},
                                  immutable=immutable)

    def some(self, depth, most=3):
        return [self.canvas(depth) for _ in range(self.dice.randint(1, most))]

    def mapped(self):
        make, items = self.dice.choice([(xmap, [1, 2]), (xstarmap, [(1, 2), (3,)])])
        return make(self.app.signature("conformance.echo"), items, app=self.app)

    def canvas(self, depth):
        kind = self.dice.choice("tttcccggdm") if depth else "t"
        if kind == "c":
            return chain(*self.some(depth - 1))
        if kind == "g":
            return group(self.some(depth - 1), app=self.app)
        if kind == "d":
            return chord(self.some(depth - 1), self.canvas(depth - 1), app=self.app)
        if kind == "m":
            return self.mapped()
        return self.task()


@pytest.fixture(scope="module")
def fleets():
    with contextlib.ExitStack() as stack:
        made = {}
        for name, commands in (("python", [NEIGHBOUR]), ("ours", [None]), ("mixed", [NEIGHBOUR, None])):
            rig = stack.enter_context(open_rig(stack.enter_context(RedisServer()), start=False, args="-c 2"))
            for command in commands:
                rig.worker(command=command)
            made[name] = rig
        yield made


def final_documents(rig):
    """What is stored of all tasks in the end; ids are of no account."""
    stored = [json.loads(rig.docs.get(key)) for key in rig.docs.keys("celery-task-meta-*")]
    return sorted(json.dumps([d["status"], d["result"], len(d["children"] or [])], sort_keys=True) for d in stored)


def outcome(rig, seed, patience):
    """Some canvases end under an id that Celery's producer does not expect: get() waits for ever, whoever runs them.
    The second get() looks first: a client that subscribes just then may miss the news."""
    rig.docs.flushdb()
    result = Canvases(seed, rig.app).canvas(DEPTH).apply_async()
    for seconds in (patience, 1):
        with contextlib.suppress(NoResult):
            return result.get(timeout=seconds)
    return "no result"


@pytest.mark.parametrize("seed", range(SEED, SEED + COUNT))
def test_all_fleets_agree(fleets, seed):
    python = outcome(fleets["python"], seed, 5)
    patience = 2 if python == "no result" else 10
    assert outcome(fleets["ours"], seed, patience) == python
    assert outcome(fleets["mixed"], seed, patience) == python
    assert all(rig.is_drained() for rig in fleets.values())
    # A Python worker stores a task's own document after it has sent what follows.
    eventually(lambda: final_documents(fleets["python"]) == final_documents(fleets["ours"]) ==
               final_documents(fleets["mixed"]), what=json.dumps({n: final_documents(r) for n, r in fleets.items()}, indent=1))
    assert all(document.startswith('["SUCCESS"') for document in final_documents(fleets["ours"]))

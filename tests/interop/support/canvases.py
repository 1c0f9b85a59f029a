"""Random canvases, the fleets that run them, and what is left of them in the end."""
import contextlib
import json
import random
import re
import time

from celery import chain, chord, group
from celery.canvas import xmap, xstarmap

from .redis_server import RedisServer
from .rig import open_rig
from .wait import eventually
from .worker import NEIGHBOUR

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


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


class FailingCanvases(Canvases):
    """The same with tasks that fail, and errbacks on tasks and canvases: each notes itself under a key of its own."""

    def __init__(self, seed, app, risk=0.25):
        super().__init__(seed, app)
        self.risk = risk
        self.errbacks = 0

    def errback(self):
        self.errbacks += 1
        style = self.dice.choice(("old", "old", "new"))
        return self.app.signature(f"conformance.errback_{style}", kwargs={"key": f"errback-{self.errbacks}"},
                                  immutable=False)

    def task(self):
        task = super().task()
        if self.dice.random() < self.risk:
            task = self.app.signature("conformance.fail", (f"why {self.number}",), immutable=True)
        if self.dice.random() < 0.3:
            task.link_error(self.errback())
        return task

    def canvas(self, depth):
        canvas = super().canvas(depth)
        if depth and self.dice.random() < 0.15:
            canvas.link_error(self.errback())
        return canvas


@contextlib.contextmanager
def open_fleets(args="-c 2"):
    """All Python, all ours, and one of each on the same queue."""
    with contextlib.ExitStack() as stack:
        made = {}
        for name, commands in (("python", [NEIGHBOUR]), ("ours", [None]), ("mixed", [NEIGHBOUR, None])):
            rig = stack.enter_context(open_rig(stack.enter_context(RedisServer()), start=False, args=args))
            for command in commands:
                rig.worker(command=command)
            made[name] = rig
        yield made


def documents(rig):
    """What is stored of all tasks, by id."""
    return {key.decode().removeprefix("celery-task-meta-"): json.loads(rig.docs.get(key))
            for key in rig.docs.keys("celery-task-meta-*")}


def without_ids(value):
    return UUID.sub("<id>", json.dumps(value, sort_keys=True))


def trees(found):
    """The documents as trees of [status, result, children]; ids are of no account, but what hangs on what is."""
    def member(child):
        (task_id, _), members = child
        return ["group", sorted((member(m) for m in members), key=json.dumps)] if members else node(task_id)

    def node(task_id):
        if task_id not in found:
            return None
        document = found[task_id]
        return [document["status"], json.loads(without_ids(document["result"])),
                sorted((member(child) for child in document["children"] or []), key=json.dumps)]

    def ids(child):
        (task_id, _), members = child
        return {i for m in members for i in ids(m)} if members else {task_id}

    inner = {i for document in found.values() for child in document["children"] or [] for i in ids(child)}
    return sorted((node(task_id) for task_id in found if task_id not in inner), key=json.dumps)


def notes(rig):
    """What the errbacks noted, by key."""
    return {key: sorted(without_ids(json.loads(note)) for note in rig.side.lrange(key, 0, -1))
            for key in sorted(rig.side.keys("errback-*"))}


def at_rest(rig, quiet=0.4, timeout=20):
    """Waits until nothing lies in the queue and nothing changes any more: a canvas that failed has no other end."""
    seen = {"state": None, "since": time.monotonic()}

    def rests():
        state = (rig.leftovers(), documents(rig), notes(rig))
        if state != seen["state"]:
            seen.update(state=state, since=time.monotonic())
        return not state[0] and time.monotonic() - seen["since"] > quiet

    eventually(rests, timeout, what="nothing changes any more")

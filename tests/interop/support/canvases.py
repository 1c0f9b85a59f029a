"""Random canvases, the fleets that run them, and what is left of them in the end."""
import contextlib
import json
import random
import re
import time

from celery import chain, chord, group
from celery._state import _set_current_app
from celery.canvas import xmap, xstarmap

from .redis_server import RedisServer
from .rig import open_rig
from .wait import eventually
from .worker import NEIGHBOUR

REVOKED = {"exc_type": "TaskRevokedError", "exc_module": "celery.exceptions", "exc_message": ["revoked"]}
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
def current(app):
    """A chain has no app of its own and looks for the current one, to ask whether there are chords."""
    _set_current_app(app)
    try:
        yield
    finally:
        _set_current_app(None)


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


def children(document):
    """Under a body whose chord failed Celery lists what the task has sent that happened to count the last part; which one
    that is, and what it had sent by then, is luck. We list nothing."""
    result = document["result"]
    failed = document["status"] == "FAILURE" and isinstance(result, dict) and result.get("exc_type") == "ChordError"
    return [] if failed else document["children"] or []


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
                sorted((member(child) for child in children(document)), key=json.dumps)]

    def ids(child):
        (task_id, _), members = child
        return {i for m in members for i in ids(m)} if members else {task_id}

    inner = {i for document in found.values() for child in children(document) for i in ids(child)}
    return sorted((node(task_id) for task_id in found if task_id not in inner), key=json.dumps)


def waits_for_ever(node, in_header=False):
    """Whether a chord lies in the header of another (a group before another step is a header too), or a part ends in a group:
    if it fails before, Celery leaves the outer chord waiting for ever. Ours fails too, and what hangs on it."""
    kind, kwargs = node.get("subtask_type"), node["kwargs"]
    if kind == "chord":
        return in_header or any(waits_for_ever(part, True) for part in kwargs["header"]) or waits_for_ever(kwargs["body"])
    if kind not in ("chain", "group"):
        return False
    tasks = kwargs["tasks"]
    groups = [task for task in tasks if kind == "chain" and task.get("subtask_type") == "group"]
    headers = [task for task in groups if task is not tasks[-1]]
    return bool(in_header and groups) or any(waits_for_ever(task, in_header or task in headers) for task in tasks)


def without(these, those):
    """A list of JSON values without those of another, each as often as it stands there."""
    left = list(these)
    for value in those:
        if value in left:
            left.remove(value)
    return left


def unlike(ours, python, canvas):
    """What differs of two ends and must not. Celery revokes the members of a group that was a failed chord's body and then
    fails them, in two processes: REVOKED or FAILURE is luck. With us they fail."""
    missing, extra = without(python["trees"], ours["trees"]), without(ours["trees"], python["trees"])
    for here, there in ((missing, extra), (extra, missing)):
        for revoked in [tree for tree in here if tree[:2] == ["REVOKED", REVOKED]]:
            failed = next((tree for tree in there if tree[0] == "FAILURE" and not tree[2]), None)
            if failed:
                here.remove(revoked)
                there.remove(failed)
    more = {key: without(found, python["errbacks"].get(key, [])) for key, found in ours["errbacks"].items()}
    less = {key: without(found, ours["errbacks"].get(key, [])) for key, found in python["errbacks"].items()}
    if waits_for_ever(json.loads(json.dumps(canvas))):
        errback = ["SUCCESS", "<id>", []]
        extra = [tree for tree in extra
                 if tree != errback and (tree[0] != "FAILURE" or tree[1]["exc_type"] != "ChordError")]
        more = {}
    return {name: found for name, found in
            {"missing": missing, "extra": extra, "more": {k: v for k, v in more.items() if v},
             "less": {k: v for k, v in less.items() if v}}.items() if found}


def notes(rig):
    """What the errbacks noted, by key."""
    return {key: sorted(without_ids(json.loads(note)) for note in rig.side.lrange(key, 0, -1))
            for key in sorted(rig.side.keys("errback-*"))}


def at_rest(rig, quiet=1, timeout=20):
    """Waits until nothing lies in the queue and nothing changes any more: a canvas that failed has no other end."""
    seen = {"state": None, "since": time.monotonic()}

    def rests():
        state = (rig.leftovers(), documents(rig), notes(rig))
        if state != seen["state"]:
            seen.update(state=state, since=time.monotonic())
        return not state[0] and not rig.docs.exists("taskworker.chords") and time.monotonic() - seen["since"] > quiet

    eventually(rests, timeout, what="nothing changes any more")

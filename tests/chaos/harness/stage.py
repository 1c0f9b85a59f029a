"""What a scenario plays on: a Redis, a ledger, a producer, a fleet; and its verdict."""
import contextlib
import json
import random
import shutil
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

from support.wait import eventually

from .broker import ChaosRedis
from .fleet import Fleet
from .ledger import Ledger, judge
from .tasks import Producer

PLACES = """
for _, pattern in ipairs({'celery', 'celery\\6\\22*', 'unacked', 'taskworker.claim:*', 'taskworker.wait:*', 'taskworker.started.*'}) do
    if #redis.call('KEYS', pattern) > 0 then return 1 end
end
return false
"""
STEPS = ("", "\x06\x163", "\x06\x166", "\x06\x169")


class Stage:
    def __init__(self, options, stack, *redis_options, conf=None, url=None):
        self.options, self.kind = options, options.worker
        self.luck = random.Random(options.seed)
        self.redis = stack.enter_context(ChaosRedis(*redis_options))
        folder = Path(tempfile.mkdtemp(prefix="tw-chaos-ledger-"))
        stack.callback(shutil.rmtree, folder, True)
        self.ledger = Ledger(folder / "ledger")
        self.fleet = Fleet(url or self.redis.url(), self.ledger, self.kind, conf=conf)
        stack.callback(self.put_away_logs)
        stack.callback(self.fleet.close)
        self.client = self.redis.client(socket_timeout=30)
        stack.callback(self.client.close)
        self.producer = Producer(self.client)

    def put_away_logs(self):
        if self.options.keep and self.fleet.folder.exists():
            shutil.copytree(self.fleet.folder, self.options.keep / self.fleet.folder.name, dirs_exist_ok=True)
        shutil.rmtree(self.fleet.folder, True)

    # ---- what lies where
    def queued(self, queue="celery"):
        return sum(self.client.llen(queue + step) for step in STEPS)

    def held(self):
        return self.client.hlen("unacked")

    def dead_letters(self):
        return [fields for _, fields in self.client.xrange("taskworker.dead_letters")]

    def documents(self, numbers):
        """n → the stored result document."""
        numbers = [n for n in numbers if n in self.producer.ids]
        found = {}
        for at in range(0, len(numbers), 1000):
            some = numbers[at:at + 1000]
            texts = self.client.mget([f"celery-task-meta-{self.producer.ids[n]}" for n in some])
            found.update({n: json.loads(text) for n, text in zip(some, texts) if text})
        return found

    def unfinished_ids(self):
        """Tasks that lie in the queue or are held: not lost, but for how long?"""
        texts = [text for step in STEPS for text in self.client.lrange("celery" + step, 0, -1)]
        messages = [json.loads(text) for text in texts]
        messages += [json.loads(entry)[0] for entry in self.client.hvals("unacked")]
        return {message["headers"]["id"] for message in messages}

    # ---- waiting
    def busy(self, lines=40, timeout=60):
        """Waits until the ledger has grown by so many lines."""
        target = self.ledger.size() + lines * 30  # shorter than any
        eventually(lambda: self.ledger.size() > target, timeout, "tasks run")

    def drained(self, timeout):
        """True when no task is queued, held or begun; False when that does not come."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.empty():
                return True
            time.sleep(0.2)
        return False

    def empty(self):
        """All places in one moment: what is on its way from one to the next is seen."""
        return not self.client.eval(PLACES, 0)

    def leftovers(self):
        patterns = ("taskworker.claim:*", "taskworker.wait:*", "taskworker.started.*")
        return [key.decode() for pattern in patterns for key in self.client.scan_iter(pattern, count=1000)]

    # ---- the end
    def verdict(self, numbers, besides=()):
        """What became of these tasks. Lost: never done, not told as failed, nowhere to be found. Attempts at
        the tasks in `besides` are not judged."""
        documents = self.documents(numbers)
        ended_at = {n: seconds(document["date_done"]) for n, document in documents.items()
                    if document["status"] == "SUCCESS" and document.get("date_done")}
        done = self.ledger.done()
        told = {n for n, document in documents.items() if document["status"] == "FAILURE"}
        dead = {fields[b"task_id"].decode() for fields in self.dead_letters()}
        elsewhere = dead | self.unfinished_ids()
        lost = [n for n in numbers if n not in done and n not in told and self.producer.ids.get(n) not in elsewhere]
        unstored = [n for n in numbers if n in done and n not in documents]
        return {"tasks": len(numbers), "done": len(done & set(numbers)), "failed": len(told),
                "dead_letters": len(dead), "lost": len(lost), "done_without_result": len(unstored),
                "still_queued": self.queued(), "still_held": self.held(),
                **judge([a for a in self.ledger.attempts() if a.n not in besides], self.fleet.deaths, ended_at)}


def seconds(iso):
    at = datetime.fromisoformat(iso)
    return (at if at.tzinfo else at.replace(tzinfo=timezone.utc)).timestamp()


@contextlib.contextmanager
def stage(options, *redis_options, **more):
    with contextlib.ExitStack() as stack:
        yield Stage(options, stack, *redis_options, **more)

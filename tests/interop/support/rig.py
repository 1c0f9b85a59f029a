"""One Redis, one worker, one Python client: what a test drives."""
import contextlib
import itertools
import json
import uuid
from collections import namedtuple

from celery import Celery
from celery.backends.redis import ResultConsumer

from .redis_server import RedisServer
from .wait import eventually
from .worker import Worker

DeadLetter = namedtuple("DeadLetter", "message queue reason worker task_id")
STEPS = ("", "\x06\x163", "\x06\x166", "\x06\x169")
_keys = itertools.count(1)

# A result that is collected while its Redis is away waits minutes for it, to unsubscribe: in any line of any
# test in which the collector strikes, and no time limit gets through to it.
ResultConsumer.cancel_for = lambda self, task_id: None
# A result that came before it was asked for is there. Celery's client would wait for one message more, a second each;
# the confirmations of the unsubscriptions that fall away with the line above would wake it.
_drain = ResultConsumer.drain_events_until
ResultConsumer.drain_events_until = lambda self, p, **kw: iter(()) if p.ready else _drain(self, p, **kw)


def client_app(conf):
    """A Python producer, as people configure it."""
    app = Celery("interop", set_as_current=False)
    app.conf.update(accept_content=["json"], broker_connection_retry_on_startup=True)
    app.conf.update({k: v for k, v in conf.items() if not k.startswith("worker_")})
    return app


class Rig:
    def __init__(self, redis, backend=None, side=None, dbs=(0, 1), unix=False, conf=None, args="-c 2",
                 level="INFO"):
        self.redis, self.backend, self.side_server = redis, backend or redis, side or redis
        self.dbs, self.args, self.level = dbs, args, level
        self.conf = {"broker_url": redis.url(dbs[0], unix),
                     "result_backend": self.backend.url(dbs[1], unix), **(conf or {})}
        self.side_url = self.side_server.url(9)
        self.raw = redis.client(dbs[0])
        self.docs = self.backend.client(dbs[1])
        self.side = self.side_server.client(9, decode_responses=True)
        self.app = client_app(self.conf)
        self.workers = []

    # ---- workers
    def worker(self, args=None, start=True, **options):
        options.setdefault("level", self.level)
        conf = {**self.conf, **options.pop("conf", {})}
        worker = Worker(args if args is not None else self.args, conf, self.side_url, **options)
        self.workers.append(worker)
        return worker.start() if start else worker

    @property
    def main(self):
        return self.workers[0]

    def close(self):
        for worker in self.workers:
            worker.close()
        self.app.close()
        for client in (self.raw, self.docs, self.side):
            client.close()

    # ---- calls
    def call(self, task, *args, **kwargs):
        """conformance.<task>.delay(…)"""
        return self.send(task, args, kwargs)

    def send(self, task, args=(), kwargs=None, **options):
        """conformance.<task>.apply_async(…)"""
        return self.app.send_task(f"conformance.{task}", args, kwargs or {}, **options)

    def get(self, task, *args, **kwargs):
        return self.call(task, *args, **kwargs).get(timeout=10)

    # ---- what tasks recorded
    def key(self):
        return f"key-{next(_keys)}-{uuid.uuid4().hex[:8]}"

    def records(self, key):
        return self.side.lrange(key, 0, -1)

    def recorded(self, key, count, timeout=10):
        """Waits until so many values were recorded."""
        eventually(lambda: self.side.llen(key) >= count, timeout, f"{count} records, have "
                   f"{self.side.llen(key)}")
        return self.records(key)

    # ---- what lies in Redis
    def doc_text(self, task_id):
        text = self.docs.get(f"celery-task-meta-{task_id}")
        return None if text is None else text.decode()

    def doc(self, task_id):
        text = self.doc_text(task_id)
        return None if text is None else json.loads(text)

    def state(self, task_id):
        return (self.doc(task_id) or {}).get("status")

    def ended(self, task_id, state, timeout=10):
        """Waits for that state and returns the document."""
        eventually(lambda: self.state(task_id) == state, timeout,
                   f"{task_id} is {state}, but it is {self.doc_text(task_id)}")
        return self.doc(task_id)

    def queued(self, queue="celery"):
        """The envelopes in a queue, the next one first."""
        lists = [self.raw.lrange(queue + step, 0, -1) for step in STEPS]
        return [json.loads(message) for found in lists for message in reversed(found)]

    def unacked(self):
        """The envelopes that workers hold."""
        return [json.loads(entry)[0] for entry in self.raw.hvals("unacked")]

    def dead_letters(self):
        """The messages that nobody could or should run, the oldest first."""
        found = [fields for _, fields in self.raw.xrange("taskworker.dead_letters")]
        return [DeadLetter(entry[b"message"], *(entry[name.encode()].decode() for name in DeadLetter._fields[1:]))
                for entry in found]

    def leftovers(self, queue="celery"):
        """All traces of work that is not ended (queues, leases, started marks, inboxes) in one moment: what moves from
        one to another while we look would be missed."""
        lists = [queue + step for step in STEPS]
        with self.raw.pipeline(transaction=True) as look:
            for name in lists:
                look.llen(name)
            look.hlen("unacked").zcard("unacked_index").zcard("taskworker.parked")
            for pattern in ("taskworker.claim:*", "taskworker.wait:*", "taskworker.started*"):
                look.keys(pattern)
            *counts, claims, waits, started = look.execute()
        left = dict(zip(lists + ["unacked", "unacked_index", "parked"], counts))
        left.update({key.decode(): 1 for key in claims + waits + started})
        return {key: count for key, count in left.items() if count}

    def is_drained(self, queue="celery", timeout=10):
        """Waits until nothing is left of any task."""
        eventually(lambda: not self.leftovers(queue), timeout,
                   f"nothing is left; left are {self.leftovers(queue)}")
        return True

    @contextlib.contextmanager
    def published(self, task_id):
        """The documents published for a task, as they come."""
        channel = self.docs.pubsub(ignore_subscribe_messages=True)
        channel.subscribe(f"celery-task-meta-{task_id}")
        eventually(lambda: channel.subscribed, what="subscription")
        channel.get_message(ignore_subscribe_messages=False, timeout=5)
        try:
            yield lambda timeout=5: (channel.get_message(timeout=timeout) or {}).get("data")
        finally:
            channel.close()


@contextlib.contextmanager
def open_rig(redis=None, start=True, **options):
    """A rig that is cleaned up whatever happens; with a Redis of its own unless one is given."""
    with contextlib.ExitStack() as stack:
        server = redis or stack.enter_context(RedisServer())
        rig = Rig(server, **options)
        stack.callback(rig.close)
        if start:
            rig.worker()
        yield rig

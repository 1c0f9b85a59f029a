"""A small Python worker that shares queues with the worker under test."""
import json
import os
import time

import redis
from celery import Celery
from kombu.common import Broadcast

app = Celery("neighbour")
conf = json.loads(os.environ["CONFORMANCE_CONF"])
broadcast = conf.pop("broadcast", None)
app.conf.update(conf, worker_log_color=False, broker_connection_retry_on_startup=True)
if broadcast:
    app.conf.task_queues = [Broadcast(broadcast)]


def record(key, value):
    with redis.Redis.from_url(os.environ["CONFORMANCE_REDIS_URL"]) as ledger:
        return ledger.rpush(key, value)


@app.task(name="conformance.late", acks_late=True)
def late(key, value, seconds=0):
    record(key, f"start:{value}")
    time.sleep(seconds)
    record(key, f"done:{value}")
    return value


@app.task(name="conformance.retry_then_succeed", bind=True)
def retry_then_succeed(self, key, times, countdown=0):
    record(key, self.request.hostname)
    if self.request.retries < times:
        raise self.retry(countdown=countdown, max_retries=times)
    return self.request.retries


@app.task(name="conformance.add")
def add(x, y):
    return x + y


@app.task(name="conformance.tsum")
def tsum(numbers):
    return sum(numbers)


@app.task(name="conformance.identity")
def identity(x):
    return x


@app.task(name="conformance.fail")
def fail(message="boom"):
    raise ValueError(message)


@app.task(name="conformance.echo")
def echo(*args, **kwargs):
    return {"args": args, "kwargs": kwargs}


@app.task(name="conformance.errback_old")
def errback_old(task_id, *, key):
    record(key, json.dumps({"style": "old", "id": task_id}))
    return task_id


@app.task(name="conformance.errback_new")
def errback_new(request, exc, traceback, *, key):
    record(key, json.dumps({"style": "new", "id": request.id, "exc": type(exc).__name__, "message": str(exc),
                            "traceback": bool(traceback)}))

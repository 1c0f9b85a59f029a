"""A small Python worker that shares queues with the worker under test."""
import json
import os
import time

import redis
from celery import Celery

app = Celery("neighbour")
app.conf.update(json.loads(os.environ["CONFORMANCE_CONF"]), worker_log_color=False,
                broker_connection_retry_on_startup=True)


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

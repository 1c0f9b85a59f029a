"""The tasks of the benchmark for a Celery worker, and what produces their messages."""
import os
import time

from celery import Celery

app = Celery("bench", broker=os.environ["CELERY_BROKER_URL"], backend=os.environ["CELERY_RESULT_BACKEND"])
app.conf.broker_connection_retry_on_startup = True
if "BENCH_PREFETCH" in os.environ:
    app.conf.worker_prefetch_multiplier = int(os.environ["BENCH_PREFETCH"])


@app.task(name="bench.add")
def add(x, y):
    return x + y


@app.task(name="bench.noop")
def noop():
    pass


@app.task(name="bench.sleep")
def sleep(seconds):
    time.sleep(seconds)

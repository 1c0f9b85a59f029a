"""The Celery app whose messages and results record.py and record_forms.py record."""
import json
import os
from datetime import date, datetime, timezone

from celery import Celery

app = Celery("golden", broker=os.environ["GOLDEN_URL"], backend=os.environ["GOLDEN_URL"])
app.conf.update(task_track_started=True, worker_prefetch_multiplier=1, result_extended=False)
app.conf.update(json.loads(os.environ.get("GOLDEN_CONF", "{}")))


@app.task(name="golden.add")
def add(x=0, y=0):
    return x + y


@app.task(name="golden.echo")
def echo(*args, **kwargs):
    return {"args": args, "kwargs": kwargs}


@app.task(name="golden.fail")
def fail(*args):
    raise ValueError(*args)


@app.task(name="golden.custom_failure")
def custom_failure():
    class Sms:
        class Busy(Exception):
            pass

    raise Sms.Busy("no \u00e9cho", 3, None, object)


@app.task(name="golden.retry", bind=True)
def retry(self, *args, **options):
    try:
        raise KeyError("k")
    except KeyError as exc:
        raise self.retry(exc=exc, queue="parked", **options)


@app.task(name="golden.bare_retry", bind=True)
def bare_retry(self):
    raise self.retry(countdown=60, queue="parked")


@app.task(name="golden.new_args", bind=True)
def new_args(self, *args, **kwargs):
    raise self.retry(args=("it's", [1, 2]), kwargs={"k": "v"}, countdown=60, queue="parked")


@app.task(name="golden.progress", bind=True)
def progress(self):
    self.update_state(state="PROGRESS", meta={"current": 1, "total": 9})
    return [1.5, None, "\u4e2d"]


@app.task(name="golden.dates")
def dates():
    return [datetime(2024, 1, 2, 3, 4, 5, 678901, timezone.utc), datetime(2024, 1, 2), date(2024, 1, 2)]

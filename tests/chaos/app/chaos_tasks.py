"""The tasks of chaos.cpp for Python workers: the same notes in the same file."""
import json
import os
import resource
import signal
import time

from celery import Celery

app = Celery("chaos_tasks")
app.conf.update(json.loads(os.environ["CHAOS_CONF"]))


def note(what, n):
    line = f"{what} {n} {os.getpid()} {os.getppid()} {time.time():.6f}\n".encode()
    file = os.open(os.environ["CHAOS_LEDGER"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(file, line)
    os.close(file)


def work(n, seconds=0):
    note("start", n)
    if seconds > 0:
        time.sleep(seconds)
    note("done", n)
    return n


@app.task(name="chaos.late", acks_late=True)
def late(n, seconds=0):
    return work(n, seconds)


@app.task(name="chaos.again", acks_late=True, reject_on_worker_lost=True)
def again(n, seconds=0):
    return work(n, seconds)


@app.task(name="chaos.early")
def early(n, seconds=0):
    return work(n, seconds)


@app.task(name="chaos.poison", acks_late=True, reject_on_worker_lost=True)
def poison(n, kind):
    note("start", n)
    if kind == "exit":
        os._exit(3)
    if kind == "memory":
        resource.setrlimit(resource.RLIMIT_AS, (256 << 20, 256 << 20))
        try:
            hoard = [bytearray(1 << 20) for _ in range(1 << 20)]
            del hoard
        finally:
            os.abort()
    os.kill(os.getpid(), signal.SIGSEGV)

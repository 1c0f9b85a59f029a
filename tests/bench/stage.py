"""One measurement: a Redis of its own, messages as Celery publishes them, a worker, and what came of it."""
import contextlib
import os
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import redis
from celery import Celery

import processes

HERE = Path(__file__).resolve().parent


class Stage:
    """Redis without persistence on a unix socket; one for each measurement, so that all begin alike."""

    def __init__(self, build):
        self.build = Path(build).resolve()
        self.folder = tempfile.TemporaryDirectory(prefix="tw-bench-")
        self.socket = f"{self.folder.name}/r.sock"
        self.url = f"redis+socket://{self.socket}"

    def __enter__(self):
        self.server = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.socket, "--save", "", "--dir", self.folder.name],
            stdout=subprocess.DEVNULL)
        self.redis = redis.Redis(unix_socket_path=self.socket, decode_responses=True)
        while True:
            with contextlib.suppress(redis.exceptions.ConnectionError):
                if self.redis.ping():
                    break
            time.sleep(0.01)
        self.app = Celery("bench", broker=self.url, backend=self.url, set_as_current=False)
        self.workers = []
        return self

    def __exit__(self, *_):
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            try:
                worker.wait(15)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
        self.app.close()
        self.server.terminate()
        self.server.wait()
        self.folder.cleanup()

    # ---- messages
    def messages(self, task, args, n, **options):
        """n messages of one task: one is published by Celery, the others differ by their ids."""
        sent = self.app.send_task(task, args, **options)
        raw = self.redis.lpop("celery")
        return [raw.replace(sent.id, str(uuid.uuid4())) for _ in range(n)]

    def fill(self, messages):
        for first in range(0, len(messages), 1000):
            self.redis.lpush("celery", *messages[first:first + 1000])

    # ---- workers
    def start(self, worker, count=1):
        env = {**os.environ, **worker.env, "CELERY_BROKER_URL": self.url, "CELERY_RESULT_BACKEND": self.url,
               "TASKWORKER_PATH": f"{self.build}/tests/bench", "PYTHONPATH": str(HERE)}
        command = [part.format(build=self.build, url=self.url, python=sys.executable) for part in worker.command]
        for number in range(count):
            self.workers.append(subprocess.Popen(
                [part.replace("%N", str(number)) for part in command], env=env, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL))

    def pids(self):
        return [pid for worker in self.workers for pid in processes.tree(worker.pid)]

    # ---- looking
    def left(self):
        pipe = self.redis.pipeline(transaction=False)
        pipe.llen("celery")
        pipe.hlen("unacked")
        return sum(pipe.execute())

    def commands(self, but=frozenset({"llen", "hlen", "info", "exists", "dbsize", "ping", "client|list"})):
        """Commands that Redis ran, those within scripts included; not those that we use ourselves."""
        stats = self.redis.info("commandstats")
        return sum(row["calls"] for name, row in stats.items() if name.removeprefix("cmdstat_") not in but)

    def redis_cpu(self):
        row = self.redis.info("cpu")
        return row["used_cpu_user_main_thread"] + row["used_cpu_sys_main_thread"]

    def look(self):
        pids = self.pids()
        return {"at": time.monotonic(), "worker": processes.cpu(pids), "redis": self.redis_cpu(),
                "commands": self.commands(), "machine": processes.machine_cpu()}

    def until(self, condition, seconds=300, pause=0.002):
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError("a measurement did not come to its end")
            time.sleep(pause)

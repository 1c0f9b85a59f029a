"""Workers of one kind (ours or stock Celery) on one Redis: started, killed, counted."""
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from support.wait import eventually
from support.worker import BUILD, processes_of_session

HERE = Path(__file__).resolve().parent.parent
OURS = [str(BUILD / "bin" / "taskworker"), "-A", "chaos", "worker"]
CELERY = [sys.executable, "-m", "celery", "-A", "chaos_tasks", "worker"]
QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
_numbers = itertools.count(1)


class Worker:
    def __init__(self, fleet, kind, args, conf):
        self.fleet, self.kind = fleet, kind
        self.name = f"chaos{next(_numbers)}@host"
        command = OURS if kind == "ours" else CELERY
        self.path = fleet.folder / f"{self.name}.log"
        env = dict(os.environ, CHAOS_LEDGER=str(fleet.ledger.path), CHAOS_CONF=json.dumps(conf),
                   TASKWORKER_PATH=str(BUILD / "tests" / "chaos"), PYTHONPATH=str(HERE / "app"),
                   PYTHONUNBUFFERED="1", PYTHONDONTWRITEBYTECODE="1")
        with open(self.path, "ab") as output:
            self.process = subprocess.Popen(
                [*command, "-n", self.name, "-l", "INFO", *QUIET, *args], env=env, stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True, cwd=fleet.folder)

    @property
    def pid(self):
        return self.process.pid

    def output(self):
        return self.path.read_text(errors="replace")

    def count(self, text):
        return self.output().count(text)

    def wait_ready(self, timeout=60):
        def ready():
            if self.process.poll() is not None:
                raise AssertionError(f"a worker ended with {self.process.returncode}:\n{self.output()[-2000:]}")
            return "ready." in self.output()
        eventually(ready, timeout, f"{self.name} is ready")
        return self

    def is_alive(self):
        return self.process.poll() is None

    def children(self):
        return [pid for pid in processes_of_session(self.pid) if pid != self.pid]

    def kill(self):
        """kill -9 of the main process; notes when it and the children that it leaves died."""
        # Celery's children live on for a while; ours must not. Only the parent's death is noted.
        self.fleet.deaths[self.pid] = time.time()
        self.process.kill()
        self.process.wait()

    def end(self, number=signal.SIGTERM, timeout=30):
        self.process.send_signal(number)
        return self.process.wait(timeout)

    def close(self):
        if self.is_alive():
            self.process.kill()
        self.process.wait()
        for pid in processes_of_session(self.pid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


class Fleet:
    """All workers of a scenario, their ledger and their deaths."""

    def __init__(self, url, ledger, kind="ours", result_url=None, conf=None):
        self.ledger, self.kind, self.deaths, self.workers = ledger, kind, {}, []
        self.folder = Path(tempfile.mkdtemp(prefix="tw-chaos-"))
        self.conf = {"broker_url": url, "result_backend": result_url or url, "worker_log_color": False,
                     "broker_connection_retry_on_startup": True, **(conf or {})}

    def start(self, *args, kind=None, wait=True, **conf):
        worker = Worker(self, kind or self.kind, args, {**self.conf, **conf})
        self.workers.append(worker)
        return worker.wait_ready() if wait else worker

    def close(self):
        for worker in self.workers:
            worker.close()

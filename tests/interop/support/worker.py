"""The worker process under test."""
import itertools
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from .wait import eventually

HERE = Path(__file__).resolve().parent.parent
TREE = HERE.parent.parent
BUILD = Path(os.environ.get("TASKWORKER_BUILD") or TREE / "build")
OURS = f"{BUILD}/bin/taskworker -A conformance worker {{args}}"
COMMAND = os.environ.get("WORKER_CMD") or OURS
REFERENCE = Path(shlex.split(COMMAND)[0]).name == "celery"
NEIGHBOUR = f"{sys.executable} -m celery -A neighbour worker {{args}}"  # a small Python worker
QUIET = "--without-gossip --without-mingle --without-heartbeat"

_numbers = itertools.count(1)
running = []  # every worker that was started and not yet closed: their logs are shown on a failure


def environment(conf, side_url=None):
    """What CONFORMANCE_TASKS.md section 1 gives a worker as its settings."""
    env = dict(os.environ)
    modules = [str(BUILD / "tests" / "interop" / "apps"), env.get("TASKWORKER_PATH")]
    env["TASKWORKER_PATH"] = ":".join(filter(None, modules))
    env["PYTHONPATH"] = ":".join(filter(None, [env.get("PYTHONPATH"), str(HERE / "neighbour")]))
    env["PYTHONUNBUFFERED"] = "1"
    env["CONFORMANCE_CONF"] = json.dumps(conf)
    env["CELERY_BROKER_URL"] = conf["broker_url"]
    env["CELERY_RESULT_BACKEND"] = conf["result_backend"]
    if side_url:
        env["CONFORMANCE_REDIS_URL"] = side_url
    return env


def processes_of_session(session):
    """The ids of all live processes of a session (zombies do not count)."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


class Worker:
    """`args` are appended to the command; conf goes into CONFORMANCE_CONF. start() waits for `ready.`"""

    def __init__(self, args, conf, side_url, command=None, name=None, level="INFO", quiet=QUIET):
        self.name = name or f"w{next(_numbers)}@interop"
        self.command = (command or COMMAND).replace(
            "{args}", f"-n {self.name} -l {level} {quiet} {args}")
        self.env = environment(conf, side_url)
        handle, path = tempfile.mkstemp(prefix="tw-worker-", suffix=".log")
        os.close(handle)
        self.path = Path(path)
        self.process = None

    def start(self, wait=True):
        self.started_at = self.path.stat().st_size
        with open(self.path, "ab") as output:
            self.process = subprocess.Popen(
                shlex.split(self.command), env=self.env, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True, cwd=tempfile.gettempdir())
        if self not in running:
            running.append(self)
        if wait:
            eventually(self.is_ready, timeout=30, what=f"{self.name} says 'ready.'")
        return self

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(
                f"the worker ended with {self.process.returncode} at once:\n{self.output()[-3000:]}")
        return "ready." in self.output()

    @property
    def pid(self):
        return self.process.pid

    def output(self):
        """What it printed since its last start."""
        with open(self.path, "rb") as log:
            log.seek(self.started_at)
            return log.read().decode("utf-8", "replace")

    def lines(self, *parts):
        """The lines of the output that contain all parts."""
        return [line for line in self.output().splitlines() if all(p in line for p in parts)]

    def logs(self, *parts, timeout=15):
        """Waits for such a line and returns the first."""
        return eventually(lambda: self.lines(*parts), timeout, what=f"a log line with {parts}")[0]

    def is_alive(self):
        return self.process is not None and self.process.poll() is None

    def send_signal(self, number):
        self.process.send_signal(number)

    def wait(self, timeout=20):
        return self.process.wait(timeout)

    def stop(self, number=signal.SIGTERM, timeout=20):
        self.send_signal(number)
        return self.wait(timeout)

    def kill(self):
        """kill -9 of the main process; the children have to end by themselves."""
        self.process.kill()
        self.process.wait()

    def close(self):
        if self.is_alive():
            try:
                self.stop(timeout=5)
            except subprocess.TimeoutExpired:
                pass
        if self.process is not None:
            for pid in processes_of_session(self.pid):
                os.kill(pid, signal.SIGKILL)
            self.process.wait()
        if self in running:
            running.remove(self)
        self.path.unlink(missing_ok=True)

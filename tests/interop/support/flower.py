"""A real Flower in a process of its own, beside the neighbour's tasks, stopped by its pid."""
import json
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from .redis_server import free_port
from .wait import eventually
from .worker import environment


class Flower:
    def __init__(self, conf, side_url):
        self.port = free_port()
        self.log = Path(tempfile.mkstemp(prefix="tw-flower-", suffix=".log")[1])
        env = {**environment(conf, side_url), "FLOWER_UNAUTHENTICATED_API": "true", "NO_COLOR": "1"}
        with open(self.log, "wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "neighbour", "flower",
                 "--address=127.0.0.1", f"--port={self.port}", "--inspect_timeout=3000"],
                env=env, cwd=tempfile.gettempdir(), stdout=output, stderr=subprocess.STDOUT)
        eventually(lambda: self.get("/healthcheck")[0] == 200, timeout=30, what="Flower answers")

    def request(self, path, data=None, timeout=20):
        url = f"http://127.0.0.1:{self.port}{path}"
        body = None if data is None else urllib.parse.urlencode(data).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=timeout) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return None, ""

    def get(self, path):
        return self.request(path)

    def json(self, path):
        status, text = self.get(path)
        assert status == 200, f"{path}: {status} {text[:500]}"
        return json.loads(text)

    def post(self, path, **data):
        status, text = self.request(path, data)
        assert status == 200, f"{path}: {status} {text[:500]}"
        return json.loads(text)

    def output(self):
        return self.log.read_text("utf-8", "replace")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.unlink(missing_ok=True)

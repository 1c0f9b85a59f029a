"""The helper that reads and writes messages with our code (tests/interop/probe)."""
import base64
import json
import subprocess

from support.worker import BUILD


class Probe:
    """One process; each question is answered in one line."""

    def __init__(self):
        self.process = subprocess.Popen(
            [BUILD / "bin" / "message_probe"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, do, **question):
        """The answer as JSON; typed values stay objects."""
        line = json.dumps({"do": do, **question}).encode() + b"\n"
        self.process.stdin.write(line)
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"the probe died of {line[:2000]}"
        return json.loads(answer)

    def read(self, serializer, data):
        return self.ask("read", serializer=serializer, base64=base64.b64encode(data).decode())

    def write(self, serializer, value):
        """Bytes, or the reason why not as a text. `value` is JSON with typed values as objects."""
        answer = self.ask("write", serializer=serializer, value=value)
        return base64.b64decode(answer["base64"]) if "base64" in answer else answer["error"]

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)

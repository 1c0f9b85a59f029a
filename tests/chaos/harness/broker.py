"""A private Redis for one scenario, which may be killed, paused and spoilt."""
import signal
import subprocess
import time

import redis

from support.redis_server import RedisServer
from support.wait import eventually


class ChaosRedis(RedisServer):
    """options: further options of redis-server's command line, e.g. appendfsync always."""

    def __init__(self, *options):
        super().__init__()
        self.options = options

    def start(self):
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--unixsocket",
                   str(self.socket), "--dir", str(self.folder), "--save", "", "--enable-debug-command",
                   "yes", *self.options]
        self.log = open(self.folder / "redis.log", "ab")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=subprocess.STDOUT)
        eventually(self.answers, 30, what=f"redis-server answers on port {self.port}")
        return self

    def answers(self):
        try:
            return super().answers()
        except redis.exceptions.RedisError:  # LOADING and its like
            return False

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None
        self.log.close()

    def pause(self, seconds):
        self.process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self.process.send_signal(signal.SIGCONT)

"""A private redis-server on loopback and on a unix socket, stopped by its pid."""
import contextlib
import os
import random
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote, urlencode

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from .wait import eventually


def free_port():
    """Below those that the system gives away to whoever asks: a server that is started again finds it free."""
    while True:
        with contextlib.suppress(OSError), socket.socket() as s:
            s.bind(("127.0.0.1", random.randint(20_000, 32_000)))
            return s.getsockname()[1]


class RedisServer:
    """user and password are what workers and clients log in with; acl are that user's rules.
    tls: Certificates; then url() leads to a port of its own that takes TLS only."""

    def __init__(self, password=None, user=None, acl="~* &* +@all", tls=None, tls_clients=False):
        self.password, self.user, self.acl = password, user, acl
        self.tls, self.tls_clients = tls, tls_clients
        self.tls_port = free_port() if tls else None
        self.folder = Path(tempfile.mkdtemp(prefix="tw-redis-"))
        self.port = free_port()
        self.socket = self.folder / "redis.sock"
        self.process = None

    def start(self):
        command = [os.environ.get("TASKWORKER_REDIS_SERVER") or "redis-server", "--bind", "127.0.0.1", "--port", str(self.port),
                   "--unixsocket", str(self.socket), "--dir", str(self.folder),
                   "--save", "", "--appendonly", "no", "--daemonize", "no"]
        if self.tls:
            command += ["--tls-port", str(self.tls_port), "--tls-cert-file", self.tls["server.pem"],
                        "--tls-key-file", self.tls["server.key"], "--tls-ca-cert-file",
                        self.tls["ca.pem"], "--tls-auth-clients", "yes" if self.tls_clients else "no"]
        if self.user:
            command += ["--user", self.user, "on", ">" + self.password, *self.acl.split()]
        elif self.password:
            command += ["--requirepass", self.password]
        self.log = open(self.folder / "redis.log", "ab")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=subprocess.STDOUT)
        eventually(self.answers, what=f"redis-server answers on port {self.port}")
        return self

    def answers(self):
        with contextlib.suppress(redis.exceptions.ConnectionError):
            return self.client().ping()
        return False

    def client(self, db=0, **options):
        """A connection with all rights, to look into the server."""
        password = None if self.user else self.password
        return redis.Redis(port=self.port, db=db, password=password, **options)

    def url(self, db=0, unix=False):
        login = ""
        if self.password:
            login = f"{quote(self.user or '', safe='')}:{quote(self.password, safe='')}@"
        if unix:
            return f"redis+socket://{login}{self.socket}?virtual_host={db}"
        if self.tls:
            options = {"ssl_cert_reqs": "required", "ssl_ca_certs": self.tls["ca.pem"]}
            if self.tls_clients:
                options |= {"ssl_certfile": self.tls["client.pem"], "ssl_keyfile": self.tls["client.key"]}
            return f"rediss://{login}localhost:{self.tls_port}/{db}?{urlencode(options)}"
        return f"redis://{login}127.0.0.1:{self.port}/{db}"

    def restart(self):
        """Stops with the data saved and starts again."""
        self.stop(save=True)
        self.start()

    def stop(self, save=False):
        if self.process is None:
            return
        # In one step: what is settled between SAVE and the end would come back. And without the client's four seconds
        # of trying to reach who has just ended.
        with contextlib.suppress(redis.exceptions.RedisError):
            self.client(retry=Retry(NoBackoff(), 0)).shutdown(save=save, nosave=not save)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None
        self.log.close()

    def close(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

"""The shop app in a real worker, called by a real Celery; databases, caches and gateways are real too."""
import contextlib
import json
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "interop"))
sys.path.insert(0, str(HERE))

import servers  # noqa: E402
from support.redis_server import RedisServer  # noqa: E402
from support.rig import Rig  # noqa: E402
from support.worker import BUILD  # noqa: E402


class Shop:
    """One Redis, one Python producer, workers with the shop app."""

    def __init__(self, redis, folder, settings, env=None, args="-c 2"):
        self.folder, self.redis, self.args, self.env = folder, redis, args, env or {}
        self.rig = Rig(redis)
        self.settings = {"database_url": f"sqlite3://{folder}/shop.db", "cache_url": redis.url(3), **settings}
        self.cache = redis.client(3, decode_responses=True)
        config = folder / "taskworker.toml"
        # TOML's strings, numbers, booleans and lists are written as JSON's are.
        config.write_text("[app]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in self.settings.items()))
        self.command = f"{BUILD}/bin/taskworker -A {BUILD}/tasks/app.so worker --config {config} {{args}}"

    def worker(self, args=None):
        worker = self.rig.worker(args or self.args, start=False, command=self.command)
        worker.env.update(self.env)
        return worker.start()

    def send(self, name, *args, **options):
        return self.rig.app.send_task(name, args, **options)

    def get(self, name, *args, **options):
        return self.send(name, *args, **options).get(timeout=60)


@pytest.fixture(scope="session")
def redis():
    with RedisServer() as server:
        yield server


@pytest.fixture
def open_shop(redis, tmp_path):
    """open_shop(env=…, args=…, setting=value …): a shop with one worker, and an empty Redis."""
    with contextlib.ExitStack() as stack:
        def make(env=None, args="-c 2", **settings):
            redis.client().flushall()
            shop = Shop(redis, tmp_path, settings, env, args)
            stack.callback(shop.rig.close)
            shop.worker()
            return shop
        yield make


@pytest.fixture(scope="session")
def mariadb():
    with servers.mariadb() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql():
    with servers.postgresql() as server:
        yield server

"""Fixtures of the interop tests: real Celery as producer, a worker under test, Redis in between.

WORKER_CMD names another worker to test, e.g. Python's own: 'celery -A conformance worker {args}'.
TASKWORKER_BUILD names the build folder (default: build/ of the tree).
"""
import contextlib
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from support import worker as workers  # noqa: E402
from support.redis_server import RedisServer  # noqa: E402
from support.rig import open_rig  # noqa: E402


def pytest_collection_modifyitems(items):
    if workers.REFERENCE:
        for item in items:
            if item.get_closest_marker("ours"):
                item.add_marker(pytest.mark.skip(reason="our own behaviour, not Celery's"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        for worker in workers.running:
            tail = "\n".join(worker.output().splitlines()[-60:])
            report.sections.append((f"output of {worker.name}", tail))
    return report


@pytest.fixture(scope="session")
def redis():
    """A Redis for the tests that do not need one for themselves."""
    with RedisServer() as server:
        yield server


@pytest.fixture(scope="session")
def rig(redis):
    """Four slots, prefork, default settings: what most tests share."""
    with open_rig(redis, args="-c 4") as shared:
        yield shared


@pytest.fixture
def fresh():
    """Makes rigs with a Redis of their own."""
    with contextlib.ExitStack() as stack:
        yield lambda **options: stack.enter_context(open_rig(**options))


@pytest.fixture
def ask(rig):
    """ask("stats") → what our worker replies."""
    def ask(command, worker=None, app=None, timeout=10, **arguments):
        name = (worker or rig.main).name
        replies = (app or rig.app).control.broadcast(command, arguments=arguments, reply=True, timeout=timeout,
                                            destination=[name])
        assert [list(reply) for reply in replies] == [[name]], f"{command}: {replies}"
        return replies[0][name]
    return ask

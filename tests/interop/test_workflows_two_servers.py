"""The shapes of test_workflows.py with broker and results in two servers: no script covers both."""
import contextlib

import pytest

from support.redis_server import RedisServer
from support.rig import open_rig
from support.wait import eventually
from test_workflows import SHAPES, traces


@pytest.fixture(scope="module")
def apart():
    with contextlib.ExitStack() as stack:
        broker, results = stack.enter_context(RedisServer()), stack.enter_context(RedisServer())
        yield stack.enter_context(open_rig(broker, backend=results, args="-c 4"))


@pytest.mark.parametrize("shape", SHAPES)
def test_shape(apart, shape):
    make, expected = SHAPES[shape]
    result = make(lambda task, *args, **kwargs: apart.app.signature(f"conformance.{task}", args, kwargs)).apply_async()
    assert result.get(timeout=15) == expected
    assert apart.is_drained()
    eventually(lambda: not traces(apart), what=f"no trace of a chord: {traces(apart)}")


def test_a_failing_part_fails_the_body(apart):
    from celery import chord
    s = lambda task, *args: apart.app.signature(f"conformance.{task}", args)
    result = chord([s("add", 1, 1), s("fail", "part")], s("tsum")).apply_async()
    document = apart.ended(result.id, "FAILURE")
    assert document["result"]["exc_message"] == [f"Dependency {result.parent.results[1].id} raised ValueError('part')"]
    eventually(lambda: not traces(apart), what=f"no trace of a chord: {traces(apart)}")

"""celery.chord_unlock, as producers send it whose result backend cannot count parts."""
import json
import uuid

import pytest

from support.wait import eventually


@pytest.fixture
def s(rig):
    return lambda task, *args, **kwargs: rig.app.signature(f"conformance.{task}", args, kwargs)


def unlock(rig, parts, body, **kwargs):
    """What fallback_chord_unlock() sends (celery/backends/base.py)."""
    body_id = str(uuid.uuid4())
    body.set(task_id=body_id)
    rig.app.send_task("celery.chord_unlock", (str(uuid.uuid4()), body),
                      {"result": [part.as_tuple() for part in parts], "interval": 0.1, **kwargs})
    return rig.app.AsyncResult(body_id)


def test_the_body_runs_when_all_parts_have_ended(rig, s):
    parts = [s("add", 1, 1).apply_async(), s("add", 2, 2).apply_async(countdown=0.5), s("add", 3, 3).apply_async()]
    assert unlock(rig, parts, s("identity")).get(timeout=10) == [2, 4, 6]
    assert rig.is_drained()


@pytest.mark.ours
def test_a_failed_part_is_named(rig, s):
    key = rig.key()
    parts = [s("add", 1, 1).apply_async(), s("fail", "part").apply_async()]
    result = unlock(rig, parts, s("tsum").on_error(s("errback_old", key=key)))
    document = rig.ended(result.id, "FAILURE")
    assert document["result"] == {"exc_type": "ChordError", "exc_module": "celery.exceptions",
                                  "exc_message": [f"Dependency {parts[1].id} raised ValueError('part')"]}
    assert json.loads(rig.recorded(key, 1)[0])["id"] == result.id


def test_it_gives_up_after_max_retries(rig, s):
    never = rig.app.AsyncResult(str(uuid.uuid4()))
    result = unlock(rig, [never], s("tsum"), max_retries=2)
    assert rig.is_drained()
    assert rig.state(result.id) is None
    eventually(lambda: rig.main.logs("celery.chord_unlock", "raised unexpected") or True)


def test_nothing_to_wait_for(rig, s):
    assert unlock(rig, [], s("identity")).get(timeout=10) == []

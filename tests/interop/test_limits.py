"""Time limits: soft and hard, by the call, by the task and by a setting."""
import time

import pytest
from celery.exceptions import SoftTimeLimitExceeded, TimeLimitExceeded

from support.rig import open_rig


@pytest.fixture(scope="module", autouse=True)
def limited(redis):
    """A worker with limits for all; the calls of all tests are under way from the start."""
    conf = {"task_soft_time_limit": 3, "task_time_limit": 12, "worker_lost_wait": 0.5}
    with open_rig(redis, dbs=(2, 3), args="-c 10", conf=conf) as rig:
        rig.late_key = rig.key()
        rig.began = time.monotonic()
        rig.calls = {
            "caught": rig.send("soft_aware", (20,), soft_time_limit=1),
            "not caught": rig.send("sleep", (20,), soft_time_limit=1),
            "declared soft": rig.call("soft_declared", 20),
            "declared hard": rig.call("hard_declared", 20),
            "hard": rig.send("sleep", (20,), time_limit=1),
            "deaf": rig.send("spin", (20,), time_limit=1, soft_time_limit=0.5),
            "late": rig.send("late", (rig.late_key, "v", 20), time_limit=1),
            "setting": rig.call("soft_aware", 20),
            "quick": rig.send("soft_aware", (0.1,), soft_time_limit=10, time_limit=20),
        }
        yield rig


def ended(rig, name):
    result = rig.calls[name]
    return result, rig.ended(result.id, "FAILURE", timeout=15)


def soft_failure(rig, name):
    result, doc = ended(rig, name)
    assert doc["result"] == {
        "exc_type": "SoftTimeLimitExceeded", "exc_message": [], "exc_module": "billiard.exceptions"}
    assert "SoftTimeLimitExceeded" in doc["traceback"].splitlines()[-1]
    with pytest.raises(SoftTimeLimitExceeded):
        result.get(timeout=1)


def hard_failure(rig, name, seconds):
    result, doc = ended(rig, name)
    assert doc["result"] == {
        "exc_type": "TimeLimitExceeded", "exc_message": [seconds], "exc_module": "billiard.exceptions"}
    assert doc["traceback"] is None
    with pytest.raises(TimeLimitExceeded):
        result.get(timeout=1)
    rig.main.logs("ERROR", f"Hard time limit ({seconds}", "s) exceeded for", result.id)


def test_a_task_that_ends_in_time_sees_nothing(limited):
    assert limited.calls["quick"].get(timeout=10) == "done"


def test_a_soft_limit_may_be_caught(limited):
    assert limited.calls["caught"].get(timeout=10) == "soft"
    limited.main.logs("WARNING", "Soft time limit (1", "s) exceeded for", limited.calls["caught"].id)


@pytest.mark.parametrize("name", ["not caught", "declared soft"])
def test_a_soft_limit_that_is_not_caught_fails_the_task(limited, name):
    soft_failure(limited, name)


@pytest.mark.parametrize("name", ["declared hard", "hard", "deaf"])
def test_a_hard_limit_ends_the_task(limited, name):
    hard_failure(limited, name, 1)


def test_a_late_task_beyond_its_limit_is_acknowledged(limited):
    hard_failure(limited, "late", 1)
    assert limited.records(limited.late_key) == ["start:v"]


def test_the_limits_of_the_settings_hold_for_all(limited):
    assert limited.calls["setting"].get(timeout=10) == "soft"
    assert 2.9 < time.monotonic() - limited.began < 18


def test_the_worker_goes_on_and_nothing_is_left(limited):
    calls = [limited.call("add", i, 1) for i in range(20)]
    assert [call.get(timeout=10) for call in calls] == list(range(1, 21))
    for result in limited.calls.values():
        assert result.get(timeout=10, propagate=False) is not None
    assert limited.is_drained()

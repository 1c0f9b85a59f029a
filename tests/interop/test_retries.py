"""retry(): how often, when, what stays and what Redis holds in between."""
import json

import pytest
from celery.exceptions import MaxRetriesExceededError, TaskRevokedError

from support.wait import eventually


def attempts(rig, key):
    return [json.loads(record) for record in rig.records(key)]


def waits(rig, key):
    times = [attempt["t"] for attempt in attempts(rig, key)]
    return [later - earlier for earlier, later in zip(times, times[1:])]


@pytest.fixture(scope="module", autouse=True)
def backing_off(rig):
    """The attempts of `backoff` take seven seconds: the other tests run meanwhile."""
    key = rig.key()
    return key, rig.call("backoff", key)


def waiting_message(rig, task_id):
    """The message of a task that waits for its time, as a worker holds it."""
    def held():
        return [m for m in rig.unacked() if m["headers"].get("id") == task_id and m["headers"]["retries"]]
    return eventually(held, what="the retry is held")[0]


def test_it_runs_again_until_it_succeeds(rig):
    key = rig.key()
    result = rig.call("retry_then_succeed", key, 3)
    assert result.get(timeout=10) == 3
    assert [attempt["retries"] for attempt in attempts(rig, key)] == [0, 1, 2, 3]


@pytest.mark.ours
def test_retry_is_never_stored_over_a_later_end(rig):
    """Celery reads and writes in two steps: the next attempt may have ended in between."""
    calls = [rig.call("retry_then_succeed", rig.key(), 3) for _ in range(100)]
    assert [call.get(timeout=10) for call in calls] == [3] * 100
    assert rig.is_drained()
    assert {rig.state(call.id) for call in calls} == {"SUCCESS"}


def test_the_request_stays_the_same(rig):
    key = rig.key()
    result = rig.send("retry_ids", (key,), headers={"x-trace": "abc"}, expires="2099-01-01T00:00:00Z",
                      priority=3, time_limit=30, group_id="g")
    assert result.get(timeout=10) == "ok"
    first, second = attempts(rig, key)
    changed = {name for name in first if first[name] != second[name]}
    assert changed == {"retries", "parent_id"}
    assert (first["parent_id"], second["parent_id"]) == (None, result.id)
    assert second["headers"] == {"x-trace": "abc"}


def test_a_given_parent_is_kept(rig):
    key = rig.key()
    rig.send("retry_ids", (key,), parent_id="p", root_id="r").get(timeout=10)
    assert [(a["parent_id"], a["root_id"]) for a in attempts(rig, key)] == [("p", "r"), ("p", "r")]


def test_countdown_is_waited_for(rig):
    key = rig.key()
    assert rig.get("retry_then_succeed", key, 1, countdown=1) == 1
    assert 1.0 <= waits(rig, key)[0] < 5


def test_the_document_and_the_message_while_it_waits(rig):
    key = rig.key()
    result = rig.send("retry_then_succeed", (key, 1), {"countdown": 5}, headers={"x-trace": [1]},
                      expires=3600, time_limit=60, priority=6)
    doc = rig.ended(result.id, "RETRY")
    assert list(doc) == ["status", "result", "traceback", "children", "date_done", "task_id"]
    assert doc["result"] is None and doc["date_done"] is None
    assert doc["traceback"].startswith("Traceback (most recent call last):\n")
    assert doc["children"] == [[[result.id, None], None]]
    message = waiting_message(rig, result.id)
    headers, properties = message["headers"], message["properties"]
    assert headers["retries"] == 1 and headers["x-trace"] == [1] and headers["timelimit"] == [60, None]
    assert headers["eta"] < headers["expires"]
    assert (headers["root_id"], headers["parent_id"]) == (result.id, result.id)
    assert (properties["correlation_id"], properties["priority"]) == (result.id, 6)
    assert properties["reply_to"] == rig.app.thread_oid
    assert properties["delivery_info"]["routing_key"] == "celery"
    assert result.get(timeout=15) == 1


def test_the_cause_stands_in_the_document(rig):
    key = rig.key()
    result = rig.call("retry_forever", key, 1, countdown=4)
    assert rig.ended(result.id, "RETRY")["result"] == {
        "exc_type": "ConformanceError", "exc_message": ["still failing"], "exc_module": "conformance"}
    assert rig.ended(result.id, "FAILURE", timeout=15)["result"]["exc_message"] == ["still failing"]


@pytest.mark.parametrize("most", [0, 1, 4])
def test_after_max_retries_the_cause_is_raised(rig, most):
    key = rig.key()
    result = rig.call("retry_forever", key, most)
    with pytest.raises(Exception, match="^still failing$") as caught:
        result.get(timeout=10)
    assert type(caught.value).__name__ == "ConformanceError"
    assert [attempt["retries"] for attempt in attempts(rig, key)] == list(range(most + 1))


def test_without_a_cause_max_retries_exceeded_is_raised(rig):
    key = rig.key()
    result = rig.call("retry_forever", key, 1, with_exc=False)
    with pytest.raises(MaxRetriesExceededError):
        result.get(timeout=10)
    error = rig.doc(result.id)["result"]
    assert (error["exc_type"], error["exc_module"]) == ("MaxRetriesExceededError", "celery.exceptions")
    text = error["exc_message"][0]
    assert text.startswith(f"Can't retry conformance.retry_forever[{result.id}] args:")
    assert key in text and "kwargs:{'with_exc': False}" in text


def test_an_expired_retry_is_revoked(rig):
    key = rig.key()
    result = rig.send("retry_then_succeed", (key, 1), {"countdown": 4}, expires=3)
    with pytest.raises(TaskRevokedError):
        result.get(timeout=10)
    assert len(attempts(rig, key)) == 1


def test_a_retry_goes_back_to_the_queue_it_came_from(rig, fresh):
    other = fresh(redis=rig.redis, dbs=(2, 3), args="-c 1 -Q left,right")
    key = other.key()
    result = other.send("retry_ids", (key,), queue="right", priority=9)
    assert result.get(timeout=10) == "ok"
    assert [a["delivery_info"]["routing_key"] for a in attempts(other, key)] == ["right", "right"]
    assert [a["delivery_info"]["priority"] for a in attempts(other, key)] == [9, 9]


def test_no_retry_is_left_behind(rig, backing_off):
    rig.ended(backing_off[1].id, "FAILURE", timeout=15)
    assert rig.is_drained()


def test_backoff_doubles_up_to_its_maximum(rig, backing_off):
    key, result = backing_off
    with pytest.raises(Exception, match="^backing off$"):
        result.get(timeout=15)
    assert [attempt["retries"] for attempt in attempts(rig, key)] == [0, 1, 2, 3]
    for wait, wanted in zip(waits(rig, key), [1, 2, 4]):
        assert wanted <= wait < wanted + 3


@pytest.mark.ours
def test_what_celery_forgets_on_a_retry_is_kept(rig):
    key = rig.key()
    result = rig.send("retry_then_succeed", (key, 1), {"countdown": 4}, ignore_result=True, app_id="shop")
    message = waiting_message(rig, result.id)
    assert message["properties"]["app_id"] == "shop"
    assert message["headers"]["ignore_result"] is True
    rig.recorded(key, 2, timeout=15)
    assert rig.is_drained() and rig.doc(result.id) is None

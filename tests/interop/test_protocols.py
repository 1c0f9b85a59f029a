"""Producers of other ages and habits: protocol 1, compression, other message forms."""
import json

import pytest
from celery.exceptions import TaskRevokedError

from support.envelopes import envelope, push
from support.rig import client_app


@pytest.fixture(scope="module")
def old(rig):
    """A producer that speaks protocol 1."""
    app = client_app({**rig.conf, "task_protocol": 1})
    yield lambda task, *args, **options: app.send_task(f"conformance.{task}", args, **options)
    app.close()


def test_protocol_1(old):
    assert old("add", 2, 3).get(timeout=10) == 5
    assert old("echo", 1, kwargs={"k": "é"}).get(timeout=10) == {"args": [1], "kwargs": {"k": "é"}}


def test_protocol_1_fails_as_any_other(old):
    with pytest.raises(ZeroDivisionError):
        old("fail", "by zero", "ZeroDivisionError").get(timeout=10)


def test_protocol_1_with_countdown_and_expiry(rig, old):
    assert old("add", 1, 1, countdown=0.3).get(timeout=10) == 2
    with pytest.raises(TaskRevokedError):
        old("add", 1, 1, countdown=1, expires=0.5).get(timeout=10)


def test_protocol_1_is_retried(rig, old):
    key = rig.key()
    assert old("retry_then_succeed", key, 2).get(timeout=10) == 2
    assert [json.loads(r)["retries"] for r in rig.records(key)] == [0, 1, 2]


def test_the_request_of_protocol_1(rig, old):
    result = old("ids", 1, time_limit=30, soft_time_limit=20)
    seen = result.get(timeout=10)
    assert (seen["id"], seen["task"], seen["retries"]) == (result.id, "conformance.ids", 0)
    assert seen["timelimit"] == [30, 20]
    assert seen["delivery_info"]["routing_key"] == "celery"


def test_a_body_of_protocol_1_with_the_least_fields(rig):
    message = envelope(headers={"task": ..., "id": ..., "lang": ...},
                       body=json.dumps({"task": "conformance.add", "id": "least", "args": [1, 2]}))
    push(rig, message)
    assert rig.ended("least", "SUCCESS")["result"] == 3


def test_two_workers_worth_of_producers_do_not_mix(rig, old):
    new = [rig.call("add", i, 0) for i in range(50)]
    aged = [old("add", i, 0) for i in range(50)]
    assert [r.get(timeout=10) for r in new] == [r.get(timeout=10) for r in aged] == list(range(50))

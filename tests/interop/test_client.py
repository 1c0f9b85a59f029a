"""tw::Client: a producer in C++ (apps/client_example.cpp), with our worker and with Python's."""
import json
import subprocess

import pytest

from support.rig import open_rig
from support.wait import eventually
from support.worker import BUILD, NEIGHBOUR, environment
from test_events import Watch

pytestmark = pytest.mark.ours
EXAMPLE = BUILD / "tests" / "interop" / "apps" / "client_example"


def run(rig, what, conf=None, fails=False):
    done = subprocess.run([EXAMPLE, what], env=environment({**rig.conf, **(conf or {})}), capture_output=True, text=True,
                          timeout=60)
    if fails:
        assert done.returncode == 1
        return done.stderr.strip()
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module", params=["ours", "python"])
def fleet(request):
    command = NEIGHBOUR if request.param == "python" else None
    with open_rig(start=False, args="-c 4") as rig:
        rig.worker(command=command)
        yield rig


def test_delay_and_get(fleet):
    assert run(fleet, "delay") == 5
    assert run(fleet, "send_task") == 5


def test_a_chain_and_what_it_collects(fleet):
    assert run(fleet, "chain") == {"sum": 10, "collected": [3, 6, 10]}


def test_a_group_saved_and_restored(fleet):
    answer = run(fleet, "group")
    assert answer.pop("id")
    assert answer == {"sums": [2, 4], "restored": [2, 4], "count": 2, "successful": True, "removed": True}


@pytest.mark.parametrize("what, expected", [
    ("chord", 380), ("upgraded", 17), ("links", [13]), ("ends_in_a_group", {"sums": [3, 4], "parent": 2})])
def test_canvases(fleet, what, expected):
    assert run(fleet, what) == expected


def test_a_chord_of_two_thousand(rig):
    assert run(rig, "many") == sum(range(2000)) + 2000


def test_a_failure_is_the_exception_that_python_raised(fleet):
    assert run(fleet, "failure") == {"what": "ValueError: no such goods", "type": "ValueError", "state": "FAILURE",
                                     "same": True, "traceback": True}


def test_options_documents_and_forgetting(fleet):
    assert run(fleet, "options") == {"id": "my-own-id", "early": False, "sum": 2, "stored": "SUCCESS", "then": "PENDING"}


def test_revoke(fleet):
    assert run(fleet, "revoke") == {"state": "REVOKED", "type": "TaskRevokedError"}


def test_patience_ends(rig):
    assert run(rig, "patience").endswith("has no result yet: PENDING")
    rig.raw.delete("nobody")


def test_task_routes_are_followed(rig):
    rig.raw.delete("elsewhere")
    done = subprocess.run([EXAMPLE, "patience"], env=environment(
        {**rig.conf, "task_routes": {"nobody.*": {"queue": "elsewhere"}}}), capture_output=True, text=True, timeout=30)
    assert done.returncode == 0
    assert rig.raw.llen("elsewhere") == 0 and rig.raw.llen("nobody") == 1  # the caller's queue wins
    rig.raw.delete("nobody")
    routed = run(rig, "delay", conf={"task_routes": {"conformance.*": "celery"}})
    assert routed == 5


def test_a_router_of_the_client_is_asked(rig):
    assert run(rig, "routed") == 3
    assert rig.raw.llen("large\x06\x163") == 1 and rig.raw.llen("mine\x06\x163") == 1
    rig.raw.delete("large\x06\x163", "mine\x06\x163")


def test_task_sent_is_told_when_it_is_asked_for(rig):
    with Watch(rig.app) as watch:
        run(rig, "delay")
        assert run(rig, "delay", conf={"task_send_sent_event": True}) == 5
        told = lambda: [e for e in list(watch.events) if e["type"] == "task-sent"]
        eventually(told, what="task-sent")
    [event] = told()
    assert event["name"] == "conformance.add" and event["args"] == "(2, 3)" and event["kwargs"] == "{}"
    assert event["queue"] == event["routing_key"] == "celery" and event["exchange"] == "" and event["retries"] == 0
    assert event["root_id"] == event["uuid"] and event["parent_id"] is None
    assert rig.state(event["uuid"]) == "SUCCESS"


def test_a_broker_that_is_away_is_tried_again_and_then_told_of(rig):
    away = {"broker_url": "redis://127.0.0.1:1/0", "task_publish_retry_policy": {"max_retries": 2, "interval_start": 0.05}}
    assert "127.0.0.1:1" in run(rig, "delay", conf=away, fails=True)


def test_a_policy_that_nobody_understands_is_refused(rig):
    words = run(rig, "delay", conf={"task_publish_retry_policy": {"max_retrys": 2}}, fails=True)
    assert "task_publish_retry_policy" in words and "max_retrys" in words

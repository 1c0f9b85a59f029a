"""What a task sees of its request."""
import socket
import uuid

import pytest


def test_the_request_of_a_plain_call(rig):
    result = rig.send("ids", (1, "é"), {"k": [None]})
    seen = result.get(timeout=10)
    assert seen == {
        "id": result.id, "task": "conformance.ids", "root_id": result.id, "parent_id": None, "group": None,
        "retries": 0, "hostname": rig.main.name, "correlation_id": result.id,
        "reply_to": rig.app.thread_oid, "origin": seen["origin"], "eta": None, "expires": None,
        "timelimit": [None, None], "argsrepr": "(1, 'é')", "kwargsrepr": "{'k': [None]}",
        "delivery_info": {"exchange": "", "routing_key": "celery", "priority": 0, "redelivered": False},
        "headers": {}, "stamps": {},
    }
    assert seen["origin"].startswith("gen") and seen["origin"].endswith("@" + socket.gethostname())


def test_the_options_of_a_call(rig):
    root, parent, group = (str(uuid.uuid4()) for _ in range(3))
    seen = rig.send(
        "ids", expires="2099-01-01T00:00:00Z", time_limit=30, soft_time_limit=20, root_id=root,
        parent_id=parent, group_id=group, priority=5, headers={"x-trace": "abc", "x-list": [1, None]},
    ).get(timeout=10)
    assert (seen["root_id"], seen["parent_id"], seen["group"]) == (root, parent, group)
    assert seen["expires"] == "2099-01-01T00:00:00Z"
    assert seen["timelimit"] == [30, 20]
    assert seen["delivery_info"]["priority"] == 5
    assert seen["headers"] == {"x-trace": "abc", "x-list": [1, None]}


def test_a_countdown_shows_as_eta(rig):
    assert "T" in rig.send("ids", countdown=0.2).get(timeout=10)["eta"]


def test_stamps(rig):
    seen = rig.send("ids", headers={"stamped_headers": ["shop"], "stamps": {"shop": ["north"]}}).get(timeout=10)
    assert seen["stamps"] == {"shop": ["north"]}


def test_a_shadow_name_is_for_the_log_only(rig):
    result = rig.send("ids", shadow="shadowed.name")
    assert result.get(timeout=10)["task"] == "conformance.ids"
    rig.main.logs(f"Task shadowed.name[{result.id}] received")
    rig.main.logs(f"Task shadowed.name[{result.id}] succeeded")


def test_hostname_is_the_node_name(rig):
    assert rig.get("hostname") == rig.main.name


def test_prefork_executes_in_children(rig):
    assert rig.get("pid") != rig.main.pid


@pytest.mark.parametrize("task_id", ["7", "with space", "ünï-cødé", "x" * 250])
def test_any_text_may_be_an_id(rig, task_id):
    result = rig.send("ids", task_id=task_id)
    assert result.get(timeout=10)["id"] == task_id
    assert rig.doc(task_id)["task_id"] == task_id


def test_the_argument_texts_of_the_producer_are_kept(rig):
    seen = rig.send("ids", (1,), argsrepr="<hidden>", kwargsrepr="<too>").get(timeout=10)
    assert (seen["argsrepr"], seen["kwargsrepr"]) == ("<hidden>", "<too>")

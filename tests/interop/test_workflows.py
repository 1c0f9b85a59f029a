"""Chains, groups and chords that a Python client starts."""
import json
import subprocess
import uuid

import pytest
from celery import chain, chord, group
from celery.canvas import chunks, xmap, xstarmap

from support.wait import eventually
from support.worker import OURS


@pytest.fixture
def s(rig):
    """conformance.<task> as a signature."""
    return lambda task, *args, **kwargs: rig.app.signature(f"conformance.{task}", args, kwargs)


def add(s, *args):
    return s("add", *args)


SHAPES = {
    "chain": (lambda s: add(s, 1, 2) | add(s, 3) | add(s, 4), 10),
    "chain of one": (lambda s: chain(add(s, 1, 2)), 3),
    "immutable step": (lambda s: add(s, 1, 2) | s("add", 5, 5).set(immutable=True) | add(s, 1), 11),
    "nested chain": (lambda s: chain(add(s, 1, 1), chain(add(s, 2), chain(add(s, 3), add(s, 4)))), 11),
    "group": (lambda s: group(add(s, i, i) for i in range(5)), [0, 2, 4, 6, 8]),
    "nested group": (lambda s: group(add(s, 1, 1), group(add(s, 2, 2), add(s, 3, 3))), [2, 4, 6]),
    "group of chains": (lambda s: group(add(s, 1, 1) | add(s, 1), add(s, 2, 2) | add(s, 2)), [3, 6]),
    "group in a chain": (lambda s: add(s, 1, 1) | group(add(s, 1), add(s, 2)), [3, 4]),
    "chord": (lambda s: chord([add(s, i, i) for i in range(4)], s("tsum")), 12),
    "chord of one": (lambda s: chord([add(s, 1, 1)], s("tsum")), 2),
    "empty chord": (lambda s: chord([], s("tsum")), 0),
    "body with arguments": (lambda s: chord([add(s, 1, 1), add(s, 2, 2)], s("echo", "x", k=1)),
                            {"args": [[2, 4], "x"], "kwargs": {"k": 1}}),
    "immutable body": (lambda s: chord([add(s, 1, 1), add(s, 2, 2)], s("add", 7, 8).set(immutable=True)), 15),
    "chord in a chain": (lambda s: add(s, 1, 1) | group(add(s, 1), add(s, 2)) | s("tsum") | add(s, 10), 17),
    "chord of chains": (lambda s: chord([add(s, 1, 1) | add(s, 1), add(s, 2, 2) | add(s, 2)], s("tsum")), 9),
    "chord with a nested group": (
        lambda s: chord([add(s, 1, 0), group(add(s, 2, 0), add(s, 3, 0)), add(s, 4, 0)], s("identity")),
        [1, 3, 2, 4]),
    "chord in a chord": (
        lambda s: chord([chord([add(s, 1, 1), add(s, 2, 2)], s("tsum")), add(s, 3, 3)], s("tsum")), 12),
    "chain that ends in a group as a part": (
        lambda s: chord([add(s, 1, 1) | group(add(s, 1), add(s, 2)), add(s, 5, 5)], s("identity")), [[3, 4], 10]),
    "chain as the body": (
        lambda s: chord([add(s, 1, 1), add(s, 2, 2)], s("tsum") | add(s, 1) | add(s, 2)), 9),
    "group as the body": (
        lambda s: chord([add(s, 1, 1), add(s, 2, 2)], group(s("tsum"), s("identity"))), [6, [2, 4]]),
    "chord as the body": (
        lambda s: chord([add(s, 1, 1), add(s, 2, 2)],
                        chord([s("tsum"), s("tsum")], s("tsum"))), 12),
    "group before group": (
        lambda s: group(add(s, 1, 1), add(s, 2, 2)) | group(s("tsum"), s("identity")), [6, [2, 4]]),
    "chord after chord": (
        lambda s: chain(add(s, 1, 1), group(add(s, 1), add(s, 2)), s("tsum"), group(add(s, 1), add(s, 2)), s("tsum")), 17),
    "two chords in a chain": (
        lambda s: chain(group(add(s, 1, 1), add(s, 2, 2)), s("tsum"), group(add(s, 1), add(s, 2)), s("tsum")), 15),
    "map": (lambda s: xmap(s("tsum"), [[1, 2], [3, 4]], app=s("tsum").app), [3, 7]),
    "starmap": (lambda s: xstarmap(s("add"), [(1, 2), (3, 4)], app=s("add").app), [3, 7]),
    "chunks": (lambda s: chunks(s("add"), [(1, 1), (2, 2), (3, 3)], 2, app=s("add").app).group(), [[2, 4], [6]]),
    "starmap in a chord": (
        lambda s: chord([xstarmap(s("add"), [(1, 2)]), xmap(s("tsum"), [[5]])], s("identity")), [[3], [5]]),
    "replaced by a task": (lambda s: s("replace_with", dict(add(s, 2, 3))), 5),
    "replaced by a chain": (lambda s: s("replace_with", dict(add(s, 2, 3) | add(s, 4))) | add(s, 1), 10),
    "replaced by a group": (lambda s: s("replace_with", dict(group(add(s, 1, 1), add(s, 2, 2)))), [2, 4]),
    "replaced by a chord": (
        lambda s: s("replace_with", dict(chord([add(s, 1, 1), add(s, 2, 2)], s("tsum")))) | add(s, 1), 7),
    "replaced in a chord": (
        lambda s: chord([s("replace_with", dict(add(s, 2, 3) | add(s, 4))), add(s, 1, 1)], s("tsum")), 11),
    "replaced twice": (
        lambda s: s("replace_with", dict(s("replace_with", dict(add(s, 2, 3))) | add(s, 1))), 6),
    "a chord that grows": (
        lambda s: chord([s("add_to_chord", [10, 20]), add(s, 1, 1)], s("tsum")), 32),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shape(rig, s, shape):
    make, expected = SHAPES[shape]
    result = make(s).apply_async()
    assert result.get(timeout=15) == expected
    assert rig.is_drained()
    eventually(lambda: not traces(rig), what=f"no trace of a chord: {traces(rig)}")


def traces(rig):
    return [key for key in rig.docs.keys("*")
            if b"taskworker.chord" in key or key.endswith((b".j", b".s", b".t"))]


def test_children_and_parents_are_those_of_celery(rig, s):
    result = (add(s, 1, 1) | add(s, 2) | group(add(s, 3), add(s, 4))).apply_async()
    assert result.get(timeout=10) == [7, 8]
    second, first = result.parent, result.parent.parent
    assert rig.doc(first.id)["children"] == [[[second.id, None], None]]
    [[head, members]] = rig.doc(second.id)["children"]
    assert head == [result.id, None]
    assert [member[0][0] for member in members] == [child.id for child in result.children]
    assert rig.doc(second.id)["parent_id"] == first.id
    assert {rig.doc(child.id)["group_id"] for child in result.children} == {result.id}


def test_a_link_gets_the_result(rig, s):
    key = rig.key()
    add(s, 1, 2).apply_async(link=s("append_result", key))
    assert rig.recorded(key, 1) == ["3"]


def test_several_links_and_a_chain(rig, s):
    key = rig.key()
    result = (add(s, 1, 2).on_error(s("errback_old", key=key)) | add(s, 1))
    result.tasks[0].link(s("append_result", key))
    result.tasks[0].link(s("append_result", key).set(immutable=False, countdown=0))
    assert result.apply_async().get(timeout=10) == 4
    assert rig.recorded(key, 2) == ["3", "3"]


def test_spawned_tasks_are_children(rig, s):
    key = rig.key()
    result = s("spawn", 3, key).apply_async()
    ids = result.get(timeout=10)
    assert sorted(rig.recorded(key, 3)) == ["0", "1", "2"]
    assert rig.doc(result.id)["children"] == [[[i, None], None] for i in ids]
    eventually(lambda: all(rig.state(i) == "SUCCESS" for i in ids))
    assert {rig.doc(i)["parent_id"] for i in ids} == {result.id}


@pytest.mark.parametrize("style", ["old", "new"])
def test_errbacks(rig, s, style):
    key = rig.key()
    result = s("fail", "why").apply_async(link_error=s(f"errback_{style}", key=key))
    record = json.loads(rig.recorded(key, 1)[0])
    assert record["id"] == result.id and record["style"] == style
    if style == "new":
        assert record == {"style": "new", "id": result.id, "exc": "ValueError", "message": "why", "traceback": True}
    rig.ended(result.id, "FAILURE")


@pytest.mark.parametrize("style", ["old", "new"])
def test_errbacks_of_a_process_that_died(rig, s, style):
    key = rig.key()
    result = s("crash", "KILL").apply_async(link_error=s(f"errback_{style}", key=key))
    record = json.loads(rig.recorded(key, 1)[0])
    assert record["id"] == result.id and record["style"] == style
    assert rig.ended(result.id, "FAILURE")["result"]["exc_type"] == "WorkerLostError"


def test_a_chain_fails_from_the_failed_step_on(rig, s):
    key = rig.key()
    canvas = chain(add(s, 1, 1), s("fail", "x").set(immutable=True), add(s, 1), add(s, 2))
    canvas.link_error(s("errback_old", key=key))
    result = canvas.apply_async()
    with pytest.raises(ValueError, match="x"):
        result.get(timeout=10)
    assert rig.ended(result.parent.id, "FAILURE")["result"]["exc_type"] == "ValueError"
    assert rig.doc(result.parent.parent.id)["status"] == "FAILURE"
    assert len(rig.recorded(key, 1)) == 1


@pytest.mark.ours
def test_a_router_of_the_app_sends_what_follows(rig, s):
    word = "route-to:elsewhere"
    result = chain(s("identity", word), s("identity")).apply_async()
    own = chain(s("identity", word), s("identity").set(queue="mine")).apply_async()  # the call's own wins
    for ended in (result, own):
        rig.ended(ended.parent.id, "SUCCESS")
    assert [m["headers"]["id"] for m in rig.queued("elsewhere")] == [result.id]
    assert [m["headers"]["id"] for m in rig.queued("mine")] == [own.id]
    rig.raw.delete("elsewhere", "mine")


@pytest.mark.ours
def test_a_router_of_the_app_sends_what_a_task_sends(rig, s):
    ids = s("spawn", 2, "route-to:elsewhere").set(queue="celery").apply_async().get(timeout=10)
    assert [m["headers"]["id"] for m in rig.queued("elsewhere")] == ids
    rig.raw.delete("elsewhere")


@pytest.mark.ours
def test_a_router_of_the_app_sends_what_call_sends(rig):
    subprocess.run([OURS.split()[0], "-A", "conformance", "call", "conformance.identity", "--args",
                    '["route-to:elsewhere"]'], env=rig.main.env, check=True, stdout=subprocess.DEVNULL)
    assert [m["headers"]["task"] for m in rig.queued("elsewhere")] == ["conformance.identity"]
    rig.raw.delete("elsewhere")


def test_a_failing_part_fails_the_body(rig, s):
    key = rig.key()
    failing = s("fail", "part")
    body = s("tsum").on_error(s("errback_old", key=key))
    result = chord([add(s, 1, 1), failing, add(s, 2, 2)], body).apply_async()
    document = rig.ended(result.id, "FAILURE")
    part = result.parent.results[1].id
    assert document["result"] == {"exc_type": "ChordError", "exc_module": "celery.exceptions",
                                  "exc_message": [f"Dependency {part} raised ValueError('part')"]}
    assert document["traceback"]
    assert json.loads(rig.recorded(key, 1)[0])["id"] == result.id


def test_a_failing_step_of_a_part_fails_the_body(rig, s):
    result = chord([add(s, 1, 1) | s("fail", "y").set(immutable=True) | add(s, 1), add(s, 2, 2)],
                   s("tsum")).apply_async()
    document = rig.ended(result.id, "FAILURE")
    assert document["result"]["exc_message"][0].endswith("raised ValueError('y')")


@pytest.mark.ours
def test_a_failing_part_of_an_inner_chord_ends_the_outer_one(rig, s):
    result = chord([chord([s("fail", "z"), add(s, 1, 1)], s("tsum")), add(s, 3, 3)], s("tsum")).apply_async()
    assert rig.ended(result.id, "FAILURE")["result"]["exc_type"] == "ChordError"


def test_a_group_body_fails_member_by_member(rig, s):
    result = chord([s("fail", "g"), add(s, 1, 1)], group(s("tsum"), s("identity"))).apply_async()
    for child in result.children:
        assert rig.ended(child.id, "FAILURE")["result"]["exc_message"] == ["g"]


def test_revoked_parts_end_the_chord(rig, s):
    result = chord([add(s, 1, 1).set(expires=-1), add(s, 2, 2)], s("tsum")).apply_async()
    assert "TaskRevokedError('expired')" in rig.ended(result.id, "FAILURE")["result"]["exc_message"][0]


def test_a_part_that_dies_ends_the_chord(rig, s):
    result = chord([s("crash", "KILL"), add(s, 2, 2)], s("tsum")).apply_async()
    assert "WorkerLostError" in rig.ended(result.id, "FAILURE")["result"]["exc_message"][0]


def test_priority_is_inherited_when_asked(fresh):
    with_priority = fresh(conf={"task_inherit_parent_priority": True})
    canvas = chain(with_priority.app.signature("conformance.ids"),
                   with_priority.app.signature("conformance.ids", immutable=True))
    result = canvas.apply_async(priority=6)
    assert result.get(timeout=10)["delivery_info"]["priority"] == 6


def test_stamps_travel_with_the_steps(rig, s):
    canvas = chain(s("ids"), s("ids").set(immutable=True))
    canvas.stamp(shop="a")
    assert canvas.apply_async().get(timeout=10)["stamps"] == {"shop": "a"}

"""taskworker call --canvas, result --tree, chord."""
import json
import re

import pytest
from celery import chain, chord, group

from support.wait import eventually
from test_commands import command  # noqa: F401

pytestmark = pytest.mark.ours


@pytest.fixture
def s(rig):
    return lambda task, *args: rig.app.signature(f"conformance.{task}", args)


def send(command, canvas, options="", tmp_path=None):
    if tmp_path:
        (tmp_path / "canvas.json").write_text(json.dumps(canvas))
        return command(f"call --canvas @{tmp_path / 'canvas.json'} {options}")
    return command(f"call --canvas '{json.dumps(canvas)}' {options}")


def test_call_sends_a_chain(rig, command, s):  # noqa: F811
    done = send(command, s("add", 1, 2) | s("add", 3))
    assert (done.returncode, done.stderr) == (0, "")
    assert rig.app.AsyncResult(done.stdout.strip()).get(timeout=10) == 6


def test_call_sends_a_chord_from_a_file(rig, command, s, tmp_path):  # noqa: F811
    done = send(command, chord([s("add", 1, 1), s("add", 2, 2)], s("tsum")), tmp_path=tmp_path)
    assert rig.app.AsyncResult(done.stdout.strip()).get(timeout=10) == 6


def test_call_sends_a_group_and_prints_its_id(rig, command, s):  # noqa: F811
    done = send(command, group(s("ids"), s("ids")), "--priority 6")
    group_id = done.stdout.strip()
    seen = eventually(lambda: [d for d in docs(rig) if d.get("group_id") == group_id and d["status"] == "SUCCESS"][1:])
    assert seen[0]["result"]["group"] == group_id and seen[0]["result"]["delivery_info"]["priority"] == 6


def docs(rig):
    return [json.loads(rig.docs.get(key)) for key in rig.docs.keys("celery-task-meta-*")]


@pytest.mark.parametrize("canvas, words", [
    ("{", "is no JSON"),
    ("7", "a signature is not an object: 7"),
    ('{"task": "a", "subtask_type": "chord", "kwargs": {"header": [{"task": "b"}]}}', "a chord without a body"),
    ("@/nowhere.json", "cannot read /nowhere.json")])
def test_call_says_what_is_wrong_with_a_canvas(command, canvas, words):  # noqa: F811
    done = command(f"call --canvas '{canvas}'")
    assert done.returncode == 2 and "--canvas" in done.stderr and words in done.stderr


@pytest.mark.parametrize("more, words", [
    ("conformance.add", "in place of a task"), ("--args '[1]'", "in itself"), ("--exchange x", "not to --exchange")])
def test_a_canvas_stands_alone(command, more, words):  # noqa: F811
    done = command(f"call {more} --canvas '{{}}'")
    assert done.returncode == 2 and words in done.stderr


def test_result_draws_the_tree(rig, command, s):  # noqa: F811
    result = chain(s("add", 1, 1), s("add", 2), group(s("add", 3), s("fail", "bad").set(immutable=True))).apply_async()
    second, first = result.parent, result.parent.parent
    assert rig.ended(result.results[0].id, "SUCCESS") and rig.ended(result.results[1].id, "FAILURE")
    done = command(f"result {second.id} --tree")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        f"{first.id} SUCCESS 2",
        f"`- {second.id} SUCCESS 4  <-",
        f"   `- group {result.id} of 2",
        f"      |- {result.results[0].id} SUCCESS 7",
        f"      `- {result.results[1].id} FAILURE ValueError: bad"]


def test_result_has_no_tree_of_what_nobody_knows(command):  # noqa: F811
    done = command("result nobody --tree")
    assert done.returncode == 3 and "nothing is stored" in done.stderr
    assert command("result x --tree --json").returncode == 2


def test_chord_shows_what_is_counted_and_what_it_waits_for(rig, command, s):  # noqa: F811
    result = chord([s("add", 1, 1), s("add", 2, 2).set(queue="later"), s("add", 3, 3).set(countdown=60),
                    s("add", 4, 4) | s("add", 5).set(queue="later")], s("tsum")).apply_async()
    group_id, parts = result.parent.id, result.parent.results
    eventually(lambda: rig.docs.zcard(f"celery-taskset-meta-{group_id}.j") == 1 and len(rig.queued("later")) == 2)
    done = command(f"chord {group_id} -Q later")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == f"chord {group_id}: 1 of 4 parts counted"
    assert lines[1].split() == ["0", parts[0].id, "SUCCESS"]
    assert lines[2] == "missing, by their place:" and [line.strip() for line in lines[3:6]] == ["1", "2", "3"]
    assert lines[6] == "It waits for"
    assert re.search(f"{parts[1].id} waits in queue later, position", done.stdout)
    assert re.search(f"{parts[3].id} waits in queue later, position", done.stdout)
    assert re.search(f"{parts[2].id} is parked|{parts[2].id} is in the hands of", done.stdout)
    rig.raw.delete("later")
    lost = command(f"chord {group_id}").stdout
    assert parts[1].id not in lost
    # Revoked, it would lie there until its time: the other tests want an empty broker.
    for tag in rig.raw.zrange("taskworker.parked", 0, -1):
        rig.raw.zrem("taskworker.parked", tag), rig.raw.zrem("unacked_index", tag), rig.raw.hdel("unacked", tag)
    rig.docs.flushdb()


def test_chord_says_when_its_parts_are_nowhere(rig, command, s):  # noqa: F811
    result = chord([s("add", 1, 1), s("add", 2, 2).set(queue="later")], s("tsum")).apply_async()
    eventually(lambda: rig.docs.exists(f"celery-taskset-meta-{result.parent.id}.j"))
    rig.raw.delete("later")
    done = command(f"chord {result.parent.id}")
    assert "None of its missing parts is in a queue" in done.stdout
    rig.docs.flushdb()


def test_chord_says_that_it_is_complete(rig, command, s):  # noqa: F811
    group_id = "complete-one"
    rig.docs.zadd("taskworker.chords", {group_id: 99_999_999_999})
    rig.docs.hset("taskworker.chords.owners", group_id, "somebody")
    rig.docs.hset("taskworker.chords.sizes", group_id, 1)
    rig.docs.zadd(f"taskworker.chords:{group_id}", {json.dumps([1, "a", "SUCCESS", 1]): 0})
    done = command(f"chord {group_id}")
    assert "1 of 1 parts counted" in done.stdout and "It is complete. somebody sends its body" in done.stdout
    rig.docs.flushdb()


def test_there_is_no_such_chord(command):  # noqa: F811
    done = command("chord nobody")
    assert done.returncode == 3 and "no such chord" in done.stderr

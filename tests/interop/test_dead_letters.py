"""taskworker dlq, scheduled and recover: what operators do with messages that nobody ran."""
import json
import shlex
import subprocess
import tempfile
import time

import pytest

from support.envelopes import push
from support.rig import open_rig
from support.wait import eventually
from support.worker import BUILD, environment

pytestmark = [pytest.mark.ours, pytest.mark.timeout(60)]


def run(rig, text, answer=None):
    return subprocess.run([str(BUILD / "bin" / "taskworker"), *shlex.split(text)], timeout=40, text=True,
                          capture_output=True, input=answer, cwd=tempfile.gettempdir(),
                          env=environment(rig.conf, rig.side_url))


def lines(rig, text):
    done = run(rig, text)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def rig(redis):
    with open_rig(redis, start=False, dbs=(12, 13), args="-c 1") as one:
        one.raw.flushdb()  # others leave dead letters there
        one.worker()
        yield one
        one.raw.flushdb()


@pytest.fixture
def letters(rig):
    """A task nobody knows, bytes that are no message, and a task that kills its process."""
    key = rig.key()
    unknown = rig.app.send_task("no.such.task", (1,), priority=3)
    rig.ended(unknown.id, "FAILURE")
    push(rig, b"\xff\xfe no message")
    eventually(lambda: len(rig.dead_letters()) == 2, what="two dead letters")
    deadly = rig.call("late_lost", key, "v", 3)
    rig.ended(deadly.id, "FAILURE", timeout=20)
    eventually(lambda: len(rig.dead_letters()) == 3, what="three dead letters")
    return {"unknown": unknown.id, "deadly": deadly.id, "key": key}


def test_list_and_show_tell_everything(rig, letters):
    newest, bytes_, unknown = lines(rig, "dlq list --json")
    assert (newest["task"], newest["id"], newest["queue"]) == ("conformance.late_lost", letters["deadly"], "celery")
    assert newest["deaths"] == 2 and "died 3 times" in newest["reason"] and newest["worker"] == rig.main.name
    assert bytes_["task"] == "" and "message" not in bytes_
    assert unknown["task"] == "no.such.task"
    shown, = lines(rig, f"dlq show {letters['unknown']} --json")
    assert json.loads(shown["message"])["headers"]["id"] == letters["unknown"]
    raw, = lines(rig, f"dlq show {bytes_['entry']} --json")
    assert raw["message_base64"] == "//4gbm8gbWVzc2FnZQ=="
    assert letters["deadly"] in run(rig, "dlq list").stdout
    assert run(rig, "dlq show no-such-id").returncode == 3


def test_a_filter_takes_what_it_names(rig, letters):
    assert [e["task"] for e in lines(rig, "dlq list --json --task 'no.*'")] == ["no.such.task"]
    assert len(lines(rig, "dlq list --json --reason died")) == 1
    assert len(lines(rig, "dlq list --json --younger 100 --limit 2")) == 2
    assert run(rig, "dlq list --older 100").returncode == 3


def test_replay_gives_a_task_all_its_tries_again(rig, letters):
    assert run(rig, f"dlq replay {letters['deadly']} --yes").returncode == 0
    assert rig.ended(letters["deadly"], "SUCCESS", timeout=20)["result"] == 4
    assert [letter.task_id for letter in rig.dead_letters()] == [letters["unknown"], ""]
    assert rig.is_drained()


def test_a_replay_goes_to_the_list_of_its_priority(rig, letters):
    rig.main.stop()
    assert run(rig, f"dlq replay {letters['unknown']} --yes").stdout == "1 dead letter(s) replayed\n"
    assert rig.raw.llen("celery\x06\x163") == 1


def test_nothing_is_changed_without_a_confirmation(rig, letters):
    for action in ("replay", "purge"):
        assert run(rig, f"dlq {action}").returncode == 2
        refused = run(rig, f"dlq {action} --all", answer="")
        assert refused.returncode == 2 and "--yes" in refused.stderr
    assert len(rig.dead_letters()) == 3


def test_purge_deletes_what_was_chosen(rig, letters):
    assert run(rig, "dlq purge --task no.such.task --yes").stdout == "1 dead letter(s) deleted\n"
    assert run(rig, "dlq purge --all --yes").returncode == 0
    assert rig.dead_letters() == [] and run(rig, "dlq purge --all --yes").returncode == 3


def test_scheduled_lists_what_waits_for_its_time(rig):
    late = rig.send("add", (1, 2), countdown=300)
    soon = rig.send("add", (3, 4), countdown=200)
    eventually(lambda: rig.raw.zcard("taskworker.parked") == 2, what="both are parked")
    first, second = lines(rig, "scheduled --json")
    assert (first["id"], second["id"]) == (soon.id, late.id)
    assert (first["task"], first["argsrepr"], first["queue"]) == ("conformance.add", "(3, 4)", "celery")
    assert soon.id in run(rig, "scheduled --limit 1").stdout


def test_recover_brings_back_what_the_last_worker_held(fresh):
    rig = fresh(args="-c 1 --prefetch-multiplier 8")
    key = rig.key()
    early = rig.call("append_slow", key, "e", 60)
    rig.recorded(key, 1)
    for i in range(5):
        rig.call("late", key, i, 60)
    eventually(lambda: rig.raw.hlen("unacked") == 5 and list(rig.raw.scan_iter("taskworker.started*")),
               what="one is marked as begun, five are held")
    rig.main.kill()
    done = run(rig, "recover")
    assert done.returncode == 0 and "1 dead worker(s): 5 message(s) handed back, 1 begun and lost" in done.stdout
    assert rig.raw.llen("celery") == 5 and rig.state(early.id) == "FAILURE"
    assert rig.raw.zcard("taskworker.workers") <= 1, "it left nothing of itself"

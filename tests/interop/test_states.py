"""States between start and end, ignored results, and the settings that change documents."""
import json
import uuid

import pytest

from support.rig import open_rig

EXTENDED = ["status", "result", "traceback", "children", "date_done", "name", "args", "kwargs", "worker",
            "retries", "queue"]


def states(rig, task, *args, **options):
    """The documents of a call in their order, until the last."""
    task_id = str(uuid.uuid4())
    seen = []
    with rig.published(task_id) as next_document:
        rig.send(task, args, task_id=task_id, **options)
        while not seen or seen[-1]["date_done"] is None:
            seen.append(json.loads(next_document()))
    return seen


def test_progress_is_seen_step_by_step(rig):
    seen = states(rig, "progress", 3, 1)
    assert [doc["status"] for doc in seen] == ["PROGRESS"] * 3 + ["SUCCESS"]
    assert [doc["result"] for doc in seen] == [{"current": i, "total": 3} for i in (1, 2, 3)] + ["done"]
    assert list(seen[0]) == ["status", "result", "traceback", "children", "date_done", "task_id"]
    assert seen[0]["traceback"] is None and seen[0]["children"] == []


def test_python_reads_custom_states(rig):
    result = rig.call("progress", 1, 4)
    rig.ended(result.id, "PROGRESS")
    assert result.state == "PROGRESS" and result.info == {"current": 1, "total": 1}
    assert not result.ready() and result.date_done is None
    assert result.get(timeout=10) == "done"


def test_track_started_tells_who_runs_it(rig):
    seen = states(rig, "started", 2)
    assert [doc["status"] for doc in seen] == ["STARTED", "SUCCESS"]
    assert seen[0]["result"] == {"pid": seen[0]["result"]["pid"], "hostname": rig.main.name}
    assert isinstance(seen[0]["result"]["pid"], int)


def test_started_is_told_before_the_end(rig):
    result = rig.call("started", 4)
    rig.ended(result.id, "STARTED")
    assert result.get(timeout=10) == "done"


# send_task() of a task the client does not know writes the header ignore_result=False, which is an order;
# None leaves the decision to the task, as protocol 1 and older producers do.
@pytest.mark.parametrize("task, args, ignore", [
    ("ignored", ("value",), None),
    ("ignored_fail", (), None),
    ("append", ("value",), True),
], ids=["success", "failure", "by the call"])
def test_an_ignored_result_is_not_stored(rig, task, args, ignore):
    key = rig.key()
    result = rig.send(task, (key, *args), ignore_result=ignore)
    rig.recorded(key, 1)
    assert rig.is_drained()
    rig.main.logs(result.id, "succeeded" if task != "ignored_fail" else "raised unexpected")
    assert rig.doc(result.id) is None


def test_the_call_may_ask_for_a_result_of_an_ignoring_task(rig):
    key = rig.key()
    assert rig.send("ignored", (key, "v"), ignore_result=False).get(timeout=10) == "never stored"


def test_a_success_is_never_overwritten(rig):
    task_id = str(uuid.uuid4())
    assert rig.send("add", (1, 2), task_id=task_id).get(timeout=10) == 3
    before = rig.doc_text(task_id)
    for task, args in (("fail", ()), ("add", (5, 5)), ("started", (0,)), ("progress", (1, 0))):
        rig.send(task, args, task_id=task_id)
        rig.main.logs(f"Task conformance.{task}[{task_id}]", "raised" if task == "fail" else "succeeded")
    assert rig.is_drained()
    assert rig.doc_text(task_id) == before


def test_a_failure_is_overwritten(rig):
    task_id = str(uuid.uuid4())
    rig.send("fail", task_id=task_id)
    rig.ended(task_id, "FAILURE")
    rig.send("add", (1, 2), task_id=task_id)
    assert rig.ended(task_id, "SUCCESS")["result"] == 3


def test_progress_of_an_ignored_result_is_still_stored(rig):
    result = rig.send("progress", (1, 0.01), ignore_result=True)
    rig.main.logs(result.id, "succeeded")
    assert rig.is_drained()
    assert rig.state(result.id) in ("PROGRESS", None)


@pytest.fixture(scope="module")
def extended(redis):
    conf = {"result_extended": True, "result_expires": None, "task_track_started": True,
            "task_default_queue": "other", "no_such_setting": 1}
    with open_rig(redis, dbs=(4, 5), conf=conf) as rig:
        yield rig


def test_an_extended_document(extended):
    result = extended.send("echo", (1, "é"), {"k": [None]}, queue="other")
    result.get(timeout=10)
    doc = extended.doc(result.id)
    assert list(doc) == EXTENDED + ["task_id"]
    assert (doc["name"], doc["args"], doc["kwargs"]) == ("conformance.echo", [1, "é"], {"k": [None]})
    assert (doc["worker"], doc["retries"], doc["queue"]) == (extended.main.name, 0, "other")
    assert result.name == "conformance.echo" and result.kwargs == {"k": [None]}


def test_an_extended_failure_after_a_retry(extended):
    key = extended.key()
    result = extended.send("retry_forever", (key, 1), parent_id="p", group_id="g")
    doc = extended.ended(result.id, "FAILURE")
    assert doc["retries"] == 1 and doc["queue"] == "other"
    assert (doc["parent_id"], doc["group_id"]) == ("p", "g")


def test_task_track_started_holds_for_all(extended):
    seen = states(extended, "sleep", 2)
    assert [doc["status"] for doc in seen] == ["STARTED", "SUCCESS"]


def test_results_that_never_expire(extended):
    result = extended.call("add", 1, 2)
    result.get(timeout=10)
    assert extended.docs.ttl(f"celery-task-meta-{result.id}") == -1


@pytest.fixture(scope="module")
def ignoring(redis):
    conf = {"task_ignore_result": True, "task_store_errors_even_if_ignored": True, "result_expires": 100}
    with open_rig(redis, dbs=(6, 7), conf=conf) as rig:
        yield rig


def test_task_ignore_result_holds_for_all(ignoring):
    key = ignoring.key()
    result = ignoring.send("append", (key, "x"), ignore_result=None)
    ignoring.recorded(key, 1)
    assert ignoring.is_drained()
    assert ignoring.doc(result.id) is None


def test_errors_may_be_stored_even_if_ignored(ignoring):
    result = ignoring.send("fail", ignore_result=None)
    assert ignoring.ended(result.id, "FAILURE")["result"]["exc_type"] == "ValueError"
    assert 90 < ignoring.docs.ttl(f"celery-task-meta-{result.id}") <= 100

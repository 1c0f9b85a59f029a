"""Remote control: revoke and terminate, as real `celery control` asks for them (wire §7)."""
import pytest

from support.wait import eventually


def test_a_revoked_id_never_runs(rig, ask):
    key, task_id = rig.key(), "revoked-before-it-was-sent"
    assert ask("revoke", task_id=task_id) == {"ok": f"tasks {{'{task_id}'}} flagged as revoked"}
    assert rig.state(task_id) == "REVOKED"
    assert task_id in ask("revoked")
    rig.send("append", [key, "ran"], task_id=task_id)
    rig.is_drained()
    assert rig.records(key) == []
    assert rig.main.logs("Discarding revoked task: conformance.append", task_id)
    doc = rig.ended(task_id, "REVOKED")
    assert (doc["result"]["exc_type"], doc["result"]["exc_message"]) == ("TaskRevokedError", ["revoked"])


def test_a_list_of_ids_is_revoked_at_once(ask):
    ids = [f"one-of-many-{i}" for i in range(100)]
    assert "flagged as revoked" in ask("revoke", task_id=ids)["ok"]
    assert set(ids) <= set(ask("revoked"))


def test_a_scheduled_task_that_is_revoked_is_discarded_at_its_time(rig, ask):
    key = rig.key()
    result = rig.send("append", [key, "ran"], countdown=5)
    eventually(lambda: [e for e in ask("scheduled") if e["request"]["id"] == result.id], what="it is scheduled")
    ask("revoke", task_id=result.id)
    rig.is_drained(timeout=20)
    assert rig.records(key) == [] and rig.state(result.id) == "REVOKED"


def test_what_waits_for_a_slot_is_revoked_what_runs_goes_on(fresh):
    rig = fresh(args="-c 1 --prefetch-multiplier 4")
    key = rig.key()
    running, waiting = rig.send("append_slow", [key, "a", 3]), rig.send("append", [key, "b"])
    rig.recorded(key, 1)
    rig.app.control.revoke([running.id, waiting.id])
    assert rig.ended(running.id, "SUCCESS")["result"] == "a"  # over the REVOKED that Celery, too, stores at once
    rig.is_drained()
    assert rig.records(key) == ["start:a", "done:a"]
    assert rig.state(waiting.id) == "REVOKED" and rig.state(running.id) == "SUCCESS"


@pytest.mark.parametrize("name, number", [("SIGTERM", 15), ("SIGKILL", 9)])
def test_terminate_ends_a_running_task(rig, ask, name, number):
    result = rig.call("sleep", 30)
    eventually(lambda: [t for t in ask("active") if t["id"] == result.id], what="it runs")
    assert ask("revoke", task_id=result.id, terminate=True, signal=name) == {"ok": f"terminate: {result.id}"}
    doc = rig.ended(result.id, "REVOKED")
    assert doc["result"]["exc_type"] == "TaskRevokedError"
    assert rig.main.logs(f"Terminating {result.id} ({number})")
    assert rig.get("add", 1, 1) == 2
    rig.is_drained()


def test_terminate_of_nobody(ask):
    assert ask("terminate", signal="SIGTERM", task_id="nobody") == {"ok": "terminate: tasks unknown"}
    assert "error" in ask("terminate", signal="sigterm", task_id="nobody")
    assert "error" in ask("revoke", task_id="nobody", terminate=True, signal="SIGNONSENSE")


def test_tasks_are_revoked_by_their_stamps(rig, ask):
    key = rig.key()
    assert ask("revoke_by_stamped_headers", headers={"customer": ["7", "8"]})["ok"].endswith(
        "flagged as revoked, but not terminated")
    for customer in ("7", "9"):
        signature = rig.app.signature("conformance.append", [key, customer])
        signature.stamp(customer=customer)
        signature.apply_async()
    assert rig.recorded(key, 1) == ["9"]
    rig.is_drained()
    assert rig.records(key) == ["9"]


@pytest.mark.ours
def test_a_worker_that_starts_knows_what_was_revoked_before(fresh):
    rig = fresh(args="-c 1")
    rig.app.control.revoke("kept-id", destination=[rig.main.name], reply=True, timeout=10)
    rig.main.stop()
    second = rig.worker()
    assert "kept-id" in rig.app.control.inspect([second.name], timeout=10).revoked()[second.name]

"""Hooks of tasks and signals of the app, in the processes where Celery tells them."""
from datetime import datetime, timedelta, timezone

import pytest

from support.wait import eventually
from support.worker import OURS

pytestmark = pytest.mark.ours
TOLD = OURS.replace("-A conformance", "-A told")


@pytest.fixture(params=["prefork", "threads"])
def told(request, redis, fresh):
    rig = fresh(redis=redis, dbs=(4, 5), start=False)
    rig.key_used = rig.key()
    rig.pool = request.param
    worker = rig.worker(start=False, args=f"-c 1 -P {request.param}", command=TOLD)
    worker.env["TOLD_KEY"] = rig.key_used
    worker.start()
    yield rig
    rig.raw.flushdb()


def test_of_a_success(told):
    told.call("told", "ok").get(timeout=10)
    assert told.recorded(told.key_used, 7) == [
        "task_prerun", "before_start", "body", 'on_success "ok"', "task_success",
        "after_return SUCCESS", "task_postrun"]


def test_of_a_failure(told):
    call = told.call("told", "fail")
    told.ended(call.id, "FAILURE")
    assert told.recorded(told.key_used, 7) == [
        "task_prerun", "before_start", "body", "on_failure KeyError", "task_failure",
        "after_return FAILURE", "task_postrun"]


def test_of_a_retry(told):
    told.call("told", "retry").get(timeout=10)
    assert told.recorded(told.key_used, 13)[:6] == [
        "task_prerun", "before_start", "body", "on_retry", "task_retry", "task_postrun"]


def test_wrong_arguments_have_hooks_but_no_body(told):
    call = told.send("told", (), {"nonsense": 1})
    assert told.ended(call.id, "FAILURE")["result"]["exc_type"] == "TypeError"
    assert told.recorded(told.key_used, 6) == [
        "task_prerun", "before_start", "on_failure TypeError", "task_failure",
        "after_return FAILURE", "task_postrun"]


def test_of_messages_the_main_process_is_told(told):
    key = f"{told.key_used}:messages"
    good = told.call("told", "ok")
    good.get(timeout=10)
    late = told.send("told", ("ok",), expires=datetime.now(timezone.utc) - timedelta(seconds=9))
    strange = told.call("no_such_task")
    told.ended(late.id, "REVOKED")
    told.ended(strange.id, "FAILURE")
    assert told.recorded(key, 5) == [
        f"task_received {good.id}", f"task_received {late.id}", f"task_revoked {late.id}",
        f"task_received {strange.id}", f"task_unknown {strange.id}"]


def test_of_processes(told):
    key = f"{told.key_used}:processes"
    told.call("told", "ok").get(timeout=10)
    assert told.main.stop() == 0
    seen = [(line.split()[0], int(line.split()[1])) for line in told.records(key)]
    of_main = [name for name, pid in seen if pid == told.main.pid]
    if told.pool == "prefork":
        assert of_main == ["worker_ready", "worker_stop", "worker_shutdown"]
        child = [name for name, pid in seen if pid != told.main.pid]
        assert child == ["process_start", "process_stop"]
    else:
        assert of_main == [
            "process_start", "worker_ready", "worker_stop", "process_stop", "worker_shutdown"]


def test_a_handler_that_throws_harms_nobody(told):
    assert told.main.logs("ERROR", "Signal handler of worker_ready raised: not so ready")
    assert told.call("told", "ok").get(timeout=10) == "ok"

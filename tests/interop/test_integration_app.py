"""The app `integration`: what Celery's own t/integration and t/smoke call, as far as it needs neither
work-flows nor remote control."""
import signal
import time

import pytest
from celery.exceptions import TimeLimitExceeded, WorkerLostError

from support.wait import eventually
from support.worker import OURS

pytestmark = pytest.mark.ours
INTEGRATION = OURS.replace("-A conformance", "-A integration")


@pytest.fixture(scope="module")
def suite(redis):
    from support.rig import open_rig

    with open_rig(redis, dbs=(4, 5), start=False) as rig:
        worker = rig.worker("-c 2", start=False, command=INTEGRATION)
        worker.env.update(REDIS_HOST="127.0.0.1", REDIS_PORT=str(redis.port))
        worker.start()
        rig.here = redis.client(0, decode_responses=True)
        yield rig
        rig.raw.flushdb()


def call(rig, task, *args, prefix="t.integration.tasks.", kwargs=None, **options):
    return rig.app.send_task(prefix + task, args, kwargs or {}, **options)


def get(rig, task, *args, wait=20, **options):
    return call(rig, task, *args, **options).get(timeout=wait)


def failure(rig, task, *args, **options):
    return rig.ended(call(rig, task, *args, **options).id, "FAILURE", timeout=20)["result"]


def test_values(suite, tmp_path):
    assert get(suite, "identity", {"a": [1]}) == {"a": [1]}
    assert get(suite, "add", 1, 2) == 3
    assert get(suite, "add", 1, 2, 4) == 7
    assert get(suite, "add", 1, 2, 0) == 3
    assert get(suite, "add_not_typed", "a", "b") == "ab"
    assert get(suite, "mul", 3, 4) == 12
    assert get(suite, "tsum", [1, 2.5]) == 3.5
    assert get(suite, "xsum", [1, [2, 3], 4]) == 10
    assert get(suite, "delayed_sum", [1, 2], 0.1) == 3
    assert get(suite, "delayed_sum_with_soft_guard", [1], 20, soft_time_limit=0.3, time_limit=20) == 0
    assert get(suite, "sleeping", 0.1, kwargs={"any": 1}) is None
    assert get(suite, "replaced_with_me") is True
    assert get(suite, "add_pydantic", {"x": 1, "y": 2}) == {"result": 3}
    file = tmp_path / "numbers"
    assert [get(suite, "write_to_file_and_return_int", str(file), i) for i in (4, 5)] == [4, 5]
    assert file.read_text() == "4\n5\n"
    assert get(suite, "add_ignore_result", 1, 2) == 3  # send_task says that it wants the result


def test_unicode_is_logged_and_printed(suite):
    assert get(suite, "print_unicode") is None
    suite.main.logs("WARNING", "håå®ƒ valmuefrø")
    suite.main.logs("hiöäüß")


def test_errors(suite):
    assert get(suite, "return_exception", "e") == ["e", True]
    assert failure(suite, "raise_error", 1) == {
        "exc_type": "ValueError", "exc_message": ["deliberate error"], "exc_module": "builtins"}
    assert failure(suite, "fail", 7) == {
        "exc_type": "ExpectedException", "exc_message": ["Task expected to fail", 7],
        "exc_module": "t.integration.tasks"}
    assert failure(suite, "fail_unpickleable", "foo", "bar")["exc_message"] == ["foo"]


def test_recording(suite):
    keys = [suite.key() for _ in range(3)]
    get(suite, "redis_echo", "hello", keys[0])
    get(suite, "redis_echo_group_id", None, keys[1], group_id="g1")
    get(suite, "redis_count", keys[2])
    get(suite, "redis_count", keys[2])
    assert suite.here.lrange(keys[0], 0, -1) == ["hello"]
    assert suite.here.lrange(keys[1], 0, -1) == ["g1"]
    assert suite.here.get(keys[2]) == "2"


def test_the_request(suite):
    sent = call(suite, "ids", 5)
    assert sent.get(timeout=10) == [sent.id, None, 5]
    sent = call(suite, "collect_ids", "r", 6)
    assert sent.get(timeout=10) == ["r", [sent.id, None, 6]]
    assert get(suite, "return_priority", priority=3) == "Priority: 3"
    properties = get(suite, "return_properties", app_id="mine")
    assert properties["app_id"] == "mine"
    assert properties["delivery_info"]["routing_key"] == "celery"


def test_retries(suite):
    assert get(suite, "retry_once", "a") == 1
    assert get(suite, "retry_once", expires=60, kwargs={"expires": 60}) == 1
    assert get(suite, "retry_once_priority", priority=5) == 5
    headers = get(suite, "retry_once_headers", headers={"x-mine": "yes"})
    assert headers["x-mine"] == "yes"
    assert get(suite, "auto_retry_class_task", prefix="") == 1
    failed = failure(suite, "retry_unpickleable", "foo", "bar", kwargs={
        "retry_kwargs": {"countdown": 0.1, "max_retries": 1}})
    assert (failed["exc_type"], failed["exc_message"]) == ("UnpickleableException", ["foo"])


@pytest.mark.timeout(60)
def test_the_fourth_attempt_may_return(suite):
    begin = time.monotonic()
    assert get(suite, "retry", kwargs={"return_value": "bar"}, wait=40) == "bar"
    assert time.monotonic() - begin >= 15


def test_smoke_tasks(suite):
    smoke = {"prefix": "t.smoke.tasks."}
    assert get(suite, "noop", 1, 2, **smoke) is None
    assert get(suite, "long_running_task", 1, True, **smoke) is True
    for text in ("Starting long running task", "Sleeping: 0", "Finished long running task"):
        suite.main.logs("INFO", text)
    assert failure(suite, "soft_time_limit_lower_than_time_limit", soft_time_limit=1, **smoke)["exc_type"] == \
        "SoftTimeLimitExceeded"


@pytest.mark.parametrize("task, raised, line", [
    ("self_termination_sigkill", WorkerLostError, "Worker exited prematurely: signal 9 (SIGKILL)"),
    ("self_termination_system_exit", WorkerLostError, "Worker exited prematurely: exitcode 1"),
    ("self_termination_delay_timeout", TimeLimitExceeded, "Hard time limit (2s) exceeded for t.smoke.tasks."),
])
def test_tasks_that_end_their_process(suite, task, raised, line):
    with pytest.raises(raised):
        get(suite, task, prefix="t.smoke.tasks.")
    suite.main.logs(line)
    assert get(suite, "add", 1, 1) == 2


def test_two_processes_with_one_slot_and_the_lines_of_the_end(redis, fresh):
    from support.worker import processes_of_session

    rig = fresh(redis=redis, dbs=(6, 7), start=False)
    worker = rig.worker("-c 1", start=False, command=INTEGRATION, level="WARNING")
    worker.env["REMAP_SIGTERM"] = "SIGQUIT"
    worker.start(wait=False)
    eventually(lambda: len(processes_of_session(worker.pid)) == 2, 10, "main and child")
    assert call(rig, "add", 1, 2).get(timeout=10) == 3
    assert worker.stop(signal.SIGTERM) == 1
    assert worker.lines("worker: Cold shutdown (MainProcess)")
    assert not worker.lines("Task t.integration")

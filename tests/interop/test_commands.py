"""taskworker call and taskworker result, and the command line of the worker."""
import json
import re
import shlex
import subprocess
import tempfile
import time

import pytest

from support.redis_server import free_port
from support.worker import BUILD, NEIGHBOUR, environment

pytestmark = pytest.mark.ours


@pytest.fixture
def command(rig):
    def run(text, timeout=10, **changes):
        env = {**environment(rig.conf, rig.side_url), **changes}
        return subprocess.run([str(BUILD / "bin" / "taskworker"), *shlex.split(text)], env=env, timeout=timeout,
                              capture_output=True, text=True, cwd=tempfile.gettempdir())
    return run


def test_call_prints_the_id_of_the_task(rig, command):
    done = command("call conformance.add --args '[2, 3]'")
    assert (done.returncode, done.stderr) == (0, "")
    task_id = done.stdout.strip()
    assert re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", task_id)
    assert rig.app.AsyncResult(task_id).get(timeout=10) == 5


def test_call_with_everything(rig, command):
    done = command("""call conformance.ids --args '[1, "é"]' --kwargs '{"k": null}' --countdown 0.2 """
                   "--expires 60 --priority 3")
    seen = rig.app.AsyncResult(done.stdout.strip()).get(timeout=10)
    assert (seen["argsrepr"], seen["kwargsrepr"]) == ("(1, 'é')", "{'k': None}")
    assert seen["delivery_info"]["priority"] == 3 and seen["eta"] and seen["expires"]
    assert seen["root_id"] == seen["id"] == seen["correlation_id"]


def test_call_to_a_queue(rig, command):
    done = command("call conformance.noop --queue elsewhere")
    message, = rig.queued("elsewhere")
    assert message["headers"]["id"] == done.stdout.strip()
    assert message["properties"]["delivery_info"] == {"exchange": "", "routing_key": "elsewhere"}
    rig.raw.delete("elsewhere")


def test_a_python_worker_understands_our_call(rig, command, fresh):
    python = fresh(redis=rig.redis, dbs=(2, 3), start=False)
    python.worker("-c 1", command=NEIGHBOUR)
    key = python.key()
    done = command(f"call conformance.late --args '[\"{key}\", \"v\"]'",
                   CELERY_BROKER_URL=python.conf["broker_url"])
    assert python.ended(done.stdout.strip(), "SUCCESS")["result"] == "v"


@pytest.mark.parametrize("text, hint", [
    ("call conformance.add --args '[1'", "--args"),
    ("call conformance.add --args '{}'", "JSON list"),
    ("call conformance.add --kwargs '[]'", "JSON object"),
    ("call conformance.add --countdown soon", "--countdown"),
    ("call", "TASK"),
    ("call conformance.add --no-such-flag", "--no-such-flag"),
    ("result", "ID"),
])
def test_a_mistake_is_told_in_one_line(command, text, hint):
    done = command(text)
    assert done.returncode == 2 and done.stdout == ""
    assert hint in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 3


def test_result_of_a_success(rig, command):
    result = rig.call("identity", {"é": [1, None]})
    result.get(timeout=10)
    done = command(f"result {result.id}")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {"é": [1, None]}


def test_result_as_json_is_the_document(rig, command):
    result = rig.call("add", 1, 2)
    result.get(timeout=10)
    assert json.loads(command(f"result {result.id} --json").stdout) == rig.doc(result.id)


def test_result_of_a_failure(rig, command):
    result = rig.call("fail")
    rig.ended(result.id, "FAILURE")
    done = command(f"result {result.id} --traceback")
    assert done.returncode == 1
    assert "ValueError: boom" in done.stdout + done.stderr
    assert "Traceback (most recent call last):" in done.stdout + done.stderr
    assert "Traceback" not in command(f"result {result.id}").stderr


def test_result_of_nothing(command):
    done = command("result no-such-id")
    assert done.returncode == 3 and done.stdout == "" and "no-such-id" in done.stderr


def test_watching_until_the_end(rig, command):
    result = rig.send("progress", (3, 1.0), countdown=0.5)
    done = command(f"result {result.id} --watch", timeout=20)
    assert done.returncode == 0
    assert "PROGRESS" in done.stdout and done.stdout.strip().endswith('"done"')


def test_no_server_is_exit_code_69(command):
    begin = time.monotonic()
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    done = command("call conformance.noop", CELERY_BROKER_URL=nowhere)
    assert done.returncode == 69 and "127.0.0.1" in done.stderr
    done = command("result x", CELERY_RESULT_BACKEND=nowhere)
    assert done.returncode == 69
    assert time.monotonic() - begin < 9


@pytest.mark.parametrize("text, hint", [
    ("-A no_such_app worker", "no_such_app"),
    ("-A conformance worker -c many", "many"),
    ("-A conformance worker -P marzipan", "prefork"),
    ("-A conformance worker --concurency 2", "--concurrency"),
    ("-A conformance worker -l loud", "loud"),
])
def test_a_worker_that_cannot_start_says_why(command, text, hint):
    done = command(text)
    assert done.returncode == 2
    assert hint in done.stderr and len(done.stderr.strip().splitlines()) <= 12


@pytest.mark.parametrize("text", ["--help", "worker --help", "call --help", "result --help"])
def test_help(command, text):
    done = command(text)
    assert done.returncode == 0 and "sage" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_version(command):
    assert re.search(r"\d+\.\d+\.\d+", command("--version").stdout)


def test_the_old_order_of_the_command_line(fresh, rig):
    old = fresh(redis=rig.redis, dbs=(2, 3), start=False)
    old.worker("-c 1", command=f"{BUILD}/bin/taskworker worker -A conformance {{args}}")
    assert old.get("add", 1, 2) == 3

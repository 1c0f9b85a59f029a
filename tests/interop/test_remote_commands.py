"""taskworker inspect, control, status, events, queues, explain: against our worker and Python's."""
import json
import os
import shlex
import signal
import subprocess
import tempfile
import threading

import pytest

from support.wait import eventually
from support.worker import BUILD, NEIGHBOUR, environment

pytestmark = pytest.mark.ours


@pytest.fixture
def start(fresh):
    def start(**options):
        rig = fresh(**options)

        def run(text, timeout=15):
            return subprocess.run([str(BUILD / "bin" / "taskworker"), *shlex.split(text)], timeout=timeout,
                                  env=environment(rig.conf, rig.side_url), capture_output=True, text=True,
                                  cwd=tempfile.gettempdir())
        return rig, run
    return start


def test_inspect_and_status_of_a_mixed_fleet(start):
    rig, run = start(args="-c 1")
    python = rig.worker("-c 1", command=NEIGHBOUR)
    names = sorted([rig.main.name, python.name])
    # Python says "ready." before it listens.
    eventually(lambda: sorted(json.loads(run("inspect ping -t 2 --json").stdout or "{}")) == names, 20, "both answer")
    status = run("status -t 5")
    assert status.returncode == 0 and status.stdout == "".join(f"->  {n}: OK\n" for n in names) + "\n2 nodes online.\n"
    ping = run("inspect ping -t 5 --json")
    assert json.loads(ping.stdout) == {name: {"ok": "pong"} for name in names}
    one = run(f"inspect stats -d {python.name} -t 10 --json")
    assert list(json.loads(one.stdout)) == [python.name]
    control = run("control rate_limit conformance.nothing 3/s -t 5 --json")
    assert json.loads(control.stdout) == [{name: {"error": "unknown task"}} for name in names]


def test_nobody_answers(start):
    rig, run = start(start=False)
    for command in ("status", "inspect ping", "control enable_events"):
        done = run(command + " -t 0.2")
        assert (done.returncode, done.stderr) == (69, "Error: No nodes replied within time constraint\n")


def test_a_reply_that_people_read(start):
    rig, run = start(args="-c 1")
    done = run(f"inspect active_queues -d {rig.main.name} -t 10")
    assert f"->  {rig.main.name}: OK\n" in done.stdout and "    * name: celery\n" in done.stdout
    assert done.stdout.endswith("\n1 node online.\n")
    wrong = run(f"control time_limit conformance.nothing 1 2 -d {rig.main.name} -t 10")
    assert f"->  {rig.main.name}: ERROR\n    unknown task\n" in wrong.stdout


@pytest.mark.parametrize("text, hint", [
    ("inspect activ", "did you mean active?"), ("control pool_grow many", "must be a number"),
    ("inspect ping surplus", "takes no argument"), ("inspect ping -t x", "--timeout")])
def test_mistakes_are_told_at_once(start, text, hint):
    rig, run = start(start=False)
    done = run(text)
    assert done.returncode == 2 and hint in done.stderr


def test_control_ends_a_worker(start):
    rig, run = start(args="-c 1")
    nobody = run("control shutdown -d nobody@interop -t 0.3")
    assert nobody.returncode == 69 and "No nodes replied" in nobody.stderr
    told = run(f"control shutdown -d {rig.main.name} -t 10")
    assert told.returncode == 0 and rig.main.name in told.stdout
    assert rig.main.wait() == 0


def test_revoke_and_grow_by_command(start):
    rig, run = start(args="-c 1")
    at = f"-d {rig.main.name} -t 10"
    assert "flagged as revoked" in run(f"control revoke some-id other-id {at}").stdout
    assert json.loads(run(f"inspect revoked --json {at}").stdout)[rig.main.name] == ["other-id", "some-id"]
    assert "pool will grow" in run(f"control pool_grow 1 {at}").stdout


def test_events_as_they_come(start):
    rig, run = start(args="-c 1 -E")
    for option, shown in (("--dump", "task succeeded: "), ("--json", '"type": "task-succeeded"')):
        watch = subprocess.Popen([str(BUILD / "bin" / "taskworker"), "events", option], stdout=subprocess.PIPE,
                                 env=environment(rig.conf), text=True)
        lines = []
        threading.Thread(target=lambda: lines.extend(iter(watch.stdout.readline, "")), daemon=True).start()
        eventually(lambda: rig.raw.pubsub_numpat() >= 2, what="it listens")
        eventually(lambda: any("heartbeat" in line for line in lines), what="a heartbeat")
        result = rig.call("noop")
        eventually(lambda: any(shown in line and result.id in line for line in lines), what=f"{shown} in {lines}")
        watch.send_signal(signal.SIGINT)
        assert watch.wait(10) == 0
    assert not rig.raw.exists("_kombu.binding.celeryev")


def test_queues(start):
    rig, run = start(args="-c 1", start=False)
    for priority in (0, 3, 3):
        last = rig.send("noop", priority=priority)
    first = rig.send("noop", queue="other")
    report = json.loads(run("queues -Q celery,other --json").stdout)
    assert report["queues"]["celery"]["messages"] == 3
    assert report["queues"]["celery"]["by_priority"] == {"0": 1, "3": 2, "6": 0, "9": 0}
    assert report["queues"]["other"]["next"] == f"conformance.noop[{first.id}]"
    assert (report["unacked"], report["parked"], report["dead_letters"]) == (0, 0, 0)
    table = run("queues").stdout
    assert "celery" in table and "0:1 3:2" in table and last.id not in table


def test_explain_says_where_a_task_is(start):
    rig, run = start(args="-c 1", start=False)
    waiting, behind = rig.send("sleep", [10]), rig.send("noop")
    assert f"{behind.id} waits in queue celery, position 2 (1 runs next)" in run(f"explain {behind.id}").stdout
    worker = rig.worker()
    eventually(lambda: "is active at " + worker.name in run(f"explain {waiting.id}").stdout, what="it runs there")
    parked = rig.send("noop", countdown=100)
    eventually(lambda: "is parked for queue celery until" in run(f"explain {parked.id}").stdout, what="it is parked")
    unknown = rig.app.send_task("no.such.task")
    eventually(lambda: "is a dead letter of queue celery" in run(f"explain {unknown.id}").stdout, what="it is dead")
    rig.ended(waiting.id, "SUCCESS", timeout=20)
    assert "has the result SUCCESS since" in run(f"explain {waiting.id}").stdout
    gone = run("explain never-sent")
    assert gone.returncode == 3 and "Never sent" in gone.stdout


def test_doctor_names_what_is_wrong_and_the_remedy(start):
    rig, run = start(args="-c 1")
    rig.raw.lpush("celery\x06\x164", "x")
    rig.raw.config_set("maxmemory-policy", "allkeys-lru")
    done = run("doctor --json")
    found = {finding["what"]: finding for finding in json.loads(done.stdout)}
    assert done.returncode == 1
    assert any("celery (step 4)" in what for what in found)
    policy = next(f for what, f in found.items() if "allkeys-lru" in what)
    assert (policy["weight"], policy["remedy"]) == ("error", "maxmemory-policy noeviction")
    rig.raw.config_set("maxmemory-policy", "noeviction")
    assert run("doctor").returncode == 0


def test_a_command_of_the_app(start):
    rig, run = start(args="-c 1")
    answer = {"destination": [rig.main.name], "reply": True, "timeout": 10}
    reply = rig.app.control.broadcast("conformance.say", arguments={"word": "hello"}, **answer)
    assert reply == [{rig.main.name: {"said": "hello"}}]
    assert "said: hello" in run(f"control conformance.say word=hello -d {rig.main.name} -t 10").stdout
    failed = rig.app.control.broadcast("conformance.say", **answer)
    assert "error" in failed[0][rig.main.name]

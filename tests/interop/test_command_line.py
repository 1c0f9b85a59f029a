"""purge, report, registered, new, --version, call by exchange; options from the environment; help; mistakes."""
import json
import os
import pty
import re
import shlex
import subprocess

import pytest

from support.worker import BUILD, environment

pytestmark = pytest.mark.ours

PROGRAM = str(BUILD / "bin" / "taskworker")


@pytest.fixture
def place(redis, fresh, tmp_path):
    rig = fresh(redis=redis, dbs=(8, 10), start=False)
    rig.raw.flushdb()

    def run(text, timeout=20, stdin="", **changes):
        env = {**environment(rig.conf, rig.side_url), **changes}
        return subprocess.run([PROGRAM, *shlex.split(text)], env=env, timeout=timeout, input=stdin,
                              capture_output=True, text=True, cwd=tmp_path)
    run.rig, run.path = rig, tmp_path
    return run


# ---- purge

def fill(rig, **queues):
    for queue, count in queues.items():
        for n in range(count):
            rig.send("noop", queue=queue, priority=(0, 3, 9)[n % 3])


def test_purge_asks_first(place):
    fill(place.rig, celery=2)
    for answer in ("n\n", "\n", "", "yo\n"):
        done = place("purge", stdin=answer)
        assert done.returncode == 1 and done.stderr.rstrip().endswith("Aborted!")
        assert "WARNING: This will remove all tasks from queue: celery." in done.stderr
        assert len(place.rig.queued()) == 2
    done = place("purge", stdin="Y\n")
    assert (done.returncode, done.stdout) == (0, "Purged 2 messages from 1 known task queue.\n")
    assert place.rig.queued() == []


def test_purge_of_named_queues_with_all_priorities(place):
    fill(place.rig, a=7, b=3, c=1)
    done = place("purge -f -Q a,b,c -X c")
    assert (done.returncode, done.stdout, done.stderr) == (0, "Purged 10 messages from 2 known task queues.\n", "")
    assert len(place.rig.queued("c")) == 1
    assert place("purge --force -Q a").stdout == "No messages purged from 1 queue.\n"


def test_purge_of_many_messages_counts_them_all_and_shows_how_far_it_is(place):
    place.rig.raw.rpush("celery", *["x"] * 50_000)
    main, side = pty.openpty()
    done = subprocess.run([PROGRAM, "purge", "-f"], env=environment(place.rig.conf), stdout=subprocess.PIPE,
                          stderr=side, text=True, timeout=20)
    shown = os.read(main, 65536).decode()
    os.close(side), os.close(main)
    assert done.stdout == "Purged 50000 messages from 1 known task queue.\n"
    assert "celery: 10000 of 50000" in shown and "celery: 50000 of 50000" in shown


def test_purge_leaves_what_workers_hold(place):
    place.rig.raw.hset("unacked", "tag", "held")
    assert place("purge -f").returncode == 0
    assert place.rig.raw.hlen("unacked") == 1


# ---- call

def test_call_by_exchange(place):
    with place.rig.app.connection() as connection:
        from kombu import Exchange, Queue
        exchange = Exchange("news", type="topic")
        for queue, key in (("sport", "sport.#"), ("all", "#"), ("weather", "weather.*")):
            Queue(queue, exchange, routing_key=key).declare(channel=connection.default_channel)
    done = place("call conformance.noop --exchange news --routing-key sport.chess")
    assert done.returncode == 0
    found = [place.rig.queued(queue) for queue in ("sport", "all", "weather")]
    assert [len(messages) for messages in found] == [1, 1, 0]
    for message, in found[:2]:
        assert message["headers"]["id"] == done.stdout.strip()
        assert message["properties"]["delivery_info"] == {"exchange": "news", "routing_key": "sport.chess"}
    tags = {message["properties"]["delivery_tag"] for message, in found[:2]}
    assert len(tags) == 2


def test_call_to_an_exchange_without_queues(place):
    done = place("call conformance.noop --exchange nowhere")
    assert done.returncode == 3 and done.stdout == ""
    assert "no queue is bound to exchange nowhere with routing key celery" in done.stderr


# ---- report, registered

def test_report_names_each_setting_with_its_layer_and_hides_secrets(place):
    (place.path / "taskworker.toml").write_text("task_time_limit = 30\n[app]\napi_key = 'hush'\ngateway = 'g'\n")
    done = place("-b redis://:hunter2@127.0.0.1:1/3 report --set worker_concurrency=3", CELERY_TASK_ACKS_LATE="yes")
    assert done.returncode == 0
    text = done.stdout
    for line in ('broker_url = "redis://:**@127.0.0.1:1/3"  (command line)', "task_time_limit = 30  (file)",
                 "task_acks_late = true  (environment)", "worker_concurrency = 3  (command line)",
                 "task_track_started = false", 'api_key = "**"', 'gateway = "g"'):
        assert line in text.splitlines(), line
    assert re.search(r"^software -> taskworker:\d+\.\d+\.\d+ compiler:", text, re.M)
    assert "hiredis:" in text and "platform -> Linux" in text and "module   -> none (0 tasks)" in text
    assert "hunter2" not in text and "hush" not in text


def test_report_as_json(place):
    report = json.loads(place("-A conformance report --json").stdout)
    assert report["module"].endswith("conformance.so")
    assert report["settings"]["broker_url"] == {"value": place.rig.conf["broker_url"], "layer": "environment",
                                                "effect": True}
    assert report["settings"]["worker_timer"]["effect"] is False
    assert "hiredis" in report["libraries"]


def test_registered(place):
    done = place("-A conformance registered")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert any(re.match(r"conformance\.add\(x: .*, y: .*\) -> ", line) for line in lines)
    at = next(i for i, line in enumerate(lines) if line.startswith("conformance.late("))
    assert "acks_late=true" in lines[at + 1]
    tasks = json.loads(place("-A conformance registered --json").stdout)
    delay = tasks["conformance.progress"]["parameters"][1]
    assert delay == {"name": "delay", "kind": "plain", "required": False, "default": 0.2}
    assert tasks["conformance.ignored"]["options"]["ignore_result"] is True
    assert place("registered").returncode == 2  # no module


# ---- versions, help, mistakes

def test_version_names_the_libraries(place):
    first, libraries = place("--version").stdout.splitlines()
    assert re.fullmatch(r"taskworker \d+\.\d+\.\d+", first)
    for name in ("hiredis", "simdjson", "nlohmann-json", "spdlog", "fmt", "toml++", "CLI11", "OpenSSL", "glibc"):
        assert re.search(re.escape(name) + r" \d+\.\d+", libraries), name


@pytest.mark.parametrize("command", ["", "worker", "call", "result", "purge", "report", "registered", "new"])
def test_help_fits_eighty_columns(place, command):
    done = place(f"{command} --help")
    assert done.returncode == 0 and done.stdout.startswith("A worker" if not command else "")
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.parametrize("text, answer", [
    ("wrker", "wrker: no such command, did you mean worker?"),
    ("purgee", "purgee: no such command, did you mean purge?"),
    ("beat", "beat: not available: run Python's, it works with our broker as well"),
    ("purge --forse", "--forse: no such option, did you mean --force?"),
    ("worker --log-fromat json", "--log-fromat: no such option, did you mean --log-format?"),
    ("worker -l inof", "-l inof: must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL, FATAL, did you mean INFO?"),
    ("worker -B", "-B: not available: there is no beat yet; run Python's `celery beat`, it works with us"),
    ("call x --routing-key k", "--routing-key k: needs --exchange; without one a task goes to --queue"),
    ("call x --serializer pickle", '--serializer pickle: must be one of json, yaml, msgpack'),
    ("new 9lives", "new '9lives': must be letters, digits and _, a letter first, e.g. tasks_9lives"),
    ("new test", "new test: that name is taken, e.g. test_tasks is not"),
])
def test_a_mistake_is_one_line_with_the_nearest_right_one(place, text, answer):
    done = place(text)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"taskworker: error: {answer}\n")


# ---- options from the environment

def test_options_from_the_environment(place):
    env = {"CELERY_CALL_QUEUE": "of the variable", "CELERY_CALL_KWARGS": '{"k": 1}'}
    place("call conformance.noop", **env)
    message, = place.rig.queued("of the variable")
    assert message["headers"]["kwargsrepr"] == "{'k': 1}"
    place("call conformance.noop --queue flag", **env)  # the command line wins
    assert len(place.rig.queued("flag")) == 1


def test_options_of_the_worker_from_the_environment(place):
    done = place("worker", CELERY_APP="conformance", CELERY_WORKER_LOGLEVEL="loud")
    assert done.returncode == 2 and "-l loud" in done.stderr
    done = place("-A conformance worker", CELERY_WORKER_PURGE="perhaps")
    assert done.stderr == 'taskworker: error: environment CELERY_WORKER_PURGE = "perhaps": must be true or false\n'
    done = place("-A conformance worker", CELERY_WORKER_TIME_LIMIT="soon")
    assert done.returncode == 2 and "task_time_limit" in done.stderr and "CELERY_WORKER_TIME_LIMIT" in done.stderr
    done = place("report", BROKER_URL="redis://elsewhere/1")
    assert 'broker_url = "redis://elsewhere:6379/1"' in done.stdout or "redis://elsewhere/1" in done.stdout
    assert done.stderr == ""  # these are no unknown settings


def test_unknown_variables_are_named_once(place):
    done = place("report", CELERY_WORKER_HOSTNAME="w@h", CELERYD_NODES="3", CELERY_NO_SUCH="1")
    assert done.stderr == "environment: no such setting, passed over: CELERYD_NODES, CELERY_NO_SUCH\n"

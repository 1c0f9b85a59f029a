"""Where the log goes and how its lines look: --logfile, --log-format, worker_log_format, colours."""
import json
import os
import pty
import re
import signal
import subprocess

import pytest

from support.wait import eventually
from support.worker import OURS, environment

pytestmark = pytest.mark.ours

STAMP = r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}: "


@pytest.fixture
def quiet(redis, fresh, tmp_path):
    """Workers whose log is a file in tmp_path; each gets its own databases."""
    def start(args, **options):
        rig = fresh(redis=redis, dbs=(4, 5), start=False)
        rig.raw.flushdb()
        worker = rig.worker(start=False, args=f"-c 1 {args}", **options)
        worker.start(wait=False)
        return rig, worker
    return start


def wait_for(path, *parts):
    def lines():
        found = path.read_text().splitlines() if path.exists() else []
        return [line for line in found if all(part in line for part in parts)]
    return eventually(lines, 15, f"a line with {parts} in {path}")[0]


def test_a_logfile_takes_all_lines_and_leaves_the_banner_on_stdout(quiet, tmp_path):
    rig, worker = quiet(f"-f {tmp_path}/%n-%h.log", name="w7@host.example")
    path = tmp_path / "w7-host.example.log"
    assert re.fullmatch(STAMP + r"INFO/MainProcess\] w7@host.example ready\.", wait_for(path, "ready."))
    assert rig.get("add", 1, 2) == 3
    wait_for(path, "INFO/ForkPoolWorker-1", "succeeded")
    assert "[config]" in worker.output() and "ready." not in worker.output()


def test_each_pool_process_may_have_a_file_of_its_own(quiet, tmp_path):
    rig, worker = quiet(f"--logfile={tmp_path}/w%I.log --max-tasks-per-child=1")
    wait_for(tmp_path / "w.log", "ready.")
    for expected in (3, 4):
        assert rig.get("add", 1, expected - 1) == expected
    wait_for(tmp_path / "w-1.log", "ForkPoolWorker-1", "succeeded")
    wait_for(tmp_path / "w-1.log", "ForkPoolWorker-2", "succeeded")  # the index is that of the place
    wait_for(tmp_path / "w.log", "MainProcess", "received")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["w-1.log", "w.log"]


def test_a_rotated_logfile_is_followed(quiet, tmp_path):
    path = tmp_path / "w.log"
    rig, worker = quiet(f"-f {path}")
    wait_for(path, "ready.")
    path.rename(tmp_path / "w.log.1")
    result = rig.call("add", 1, 2)
    result.get(timeout=10)
    wait_for(path, result.id, "succeeded")
    assert result.id not in (tmp_path / "w.log.1").read_text()


def test_a_logfile_that_cannot_be_written_ends_the_worker_at_once(quiet):
    _, worker = quiet("-f /no/such/folder/w.log")
    assert worker.wait() == 2
    assert worker.lines("taskworker: error: --logfile /no/such/folder/w.log: No such file or directory")
    _, worker = quiet("-f %q.log")
    assert worker.wait() == 2 and worker.lines("--logfile %q.log: unknown %q")


def test_json_lines(quiet, tmp_path):
    path = tmp_path / "w.log"
    rig, worker = quiet(f"-f {path} --log-format json")
    ready = json.loads(wait_for(path, "ready."))
    assert (ready["level"], ready["process"], ready["pid"]) == ("INFO", "MainProcess", worker.pid)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", ready["time"])
    result = rig.call("fail")
    rig.ended(result.id, "FAILURE")
    failed = json.loads(wait_for(path, result.id, "raised unexpected"))
    assert (failed["level"], failed["task_name"], failed["task_id"]) == ("ERROR", "conformance.fail", result.id)
    assert failed["logger"] == "celery.app.trace" and failed["process"] == "ForkPoolWorker-1"
    assert "\nTraceback (most recent call last):\n" in failed["message"]
    for line in path.read_text().splitlines():
        assert json.loads(line)["message"]


def test_the_formats_of_the_lines(quiet):
    rig, worker = quiet("", conf={}, level="DEBUG", command=OURS.replace(
        "{args}", "{args} --set 'worker_log_format=%(levelname)-8s|%(process)d|%(name)s|%(message)s' "))
    assert worker.logs(f"INFO    |{worker.pid}|celery.worker|", "ready.")
    result = rig.call("add", 1, 2)
    result.get(timeout=10)
    line = worker.logs("|celery.app.trace|", result.id)
    assert line.startswith("INFO    |") and f"|{worker.pid}|" not in line


@pytest.mark.parametrize("setting, hint", [
    ("worker_log_format=plain", "it has no field"),
    ("worker_log_format=%(lvlname)s", "did you mean levelname?"),
    ("worker_task_log_format=%(task_nam)s", "did you mean task_name?"),
    ("worker_log_type=xml", "must be one of text, json"),
    ("worker_redirect_stdouts_level=loud", "must be one of DEBUG"),
])
def test_a_wrong_format_is_a_setting_error(quiet, setting, hint):
    _, worker = quiet("--set '" + setting + "'")
    assert worker.wait() == 2
    line, = [line for line in worker.output().splitlines() if line]
    assert hint in line and setting.split("=")[0] in line


def on_a_terminal(rig, args, **changes):
    """The output of a worker on a pseudo terminal, ended when it is ready."""
    command = OURS.replace("{args}", f"-n tty@interop -c 1 -l DEBUG {args}").split()
    main, side = pty.openpty()
    env = {**environment(rig.conf), "TERM": "xterm", **changes}
    env.pop("NO_COLOR", None) if "NO_COLOR" not in changes else None
    process = subprocess.Popen(command, env=env, stdin=side, stdout=side, stderr=side, start_new_session=True)
    os.close(side)
    output = b""
    try:
        while b"ready." not in output:
            output += os.read(main, 65536)
        process.send_signal(signal.SIGTERM)
        while True:
            output += os.read(main, 65536)
    except OSError:  # the other side is closed
        pass
    finally:
        os.close(main)
        if process.poll() is None:
            try:
                process.wait(10)
            finally:
                process.kill()
    return output.decode()


def test_a_terminal_gets_colours(redis, fresh):
    rig = fresh(redis=redis, dbs=(4, 5), start=False)
    rig.raw.flushdb()
    output = on_a_terminal(rig, "--set worker_log_color=true", CELERY_UNHEARD_OF="1")
    assert "\x1b[1;36m" in output  # the banner
    assert re.search("\x1b\\[1;33m" + STAMP + r"WARNING/MainProcess\] .*CELERY_UNHEARD_OF.*\x1b\[0m", output)


@pytest.mark.parametrize("args, env", [
    ("--no-color --set worker_log_color=true", {}), ("-C --set worker_log_color=true", {}),
    ("--set worker_log_color=false", {}), ("", {"NO_COLOR": "1"})])
def test_a_terminal_without_colours(redis, fresh, args, env):
    rig = fresh(redis=redis, dbs=(4, 5), start=False)
    assert "\x1b[" not in on_a_terminal(rig, args, **env)


def test_a_file_gets_no_colours_even_if_somebody_asks_for_them(quiet):
    rig, worker = quiet("--set worker_log_color=true")
    worker.logs("ready.")
    with pytest.raises(ValueError):
        rig.get("fail")
    worker.logs("raised unexpected")
    assert "\x1b[" not in worker.output()


def test_what_tasks_print_is_logged_as_celery_does(quiet):
    rig, worker = quiet("")
    rig.get("chatter", 2)
    for i in range(2):
        for stream in ("stdout", "stderr"):
            line = worker.logs(f"{stream} line {i} Ωμέγα")
            assert re.fullmatch(STAMP + rf"WARNING/ForkPoolWorker-1\] {stream} line {i} Ωμέγα", line)


def test_json_lines_name_the_task_that_printed(quiet, tmp_path):
    path = tmp_path / "w.log"
    rig, worker = quiet(f"-f {path} --log-format=json --set worker_redirect_stdouts_level=error")
    results = [rig.call("chatter", 1) for _ in range(5)]
    for result in results:
        result.get(timeout=10)
        line = json.loads(wait_for(path, "stdout line 0", result.id))
        assert (line["level"], line["logger"]) == ("ERROR", "celery.redirected")
        assert (line["task_name"], line["process"]) == ("conformance.chatter", "ForkPoolWorker-1")


def test_output_may_be_left_alone(quiet):
    rig, worker = quiet("--set worker_redirect_stdouts=false")
    rig.get("chatter", 1)
    eventually(lambda: "stdout line 0 Ωμέγα" in worker.output().splitlines(), 10, "the bare line")


def test_with_threads_output_goes_where_the_workers_goes(quiet):
    rig, worker = quiet("-P threads")
    rig.get("chatter", 1)
    eventually(lambda: "stdout line 0 Ωμέγα" in worker.output().splitlines(), 10, "the bare line")


def test_usr2_opens_the_logfile_anew(quiet, tmp_path):
    path = tmp_path / "w.log"
    rig, worker = quiet(f"-f {path}")
    wait_for(path, "ready.")
    path.rename(tmp_path / "w.log.1")
    worker.send_signal(signal.SIGUSR2)
    assert rig.get("add", 1, 2) == 3
    wait_for(path, "succeeded")
    assert worker.is_alive()

"""--detach, --pidfile, --uid, --gid, --umask, --workdir, --purge and the check for root."""
import contextlib
import grp
import os
import pwd
import shlex
import signal
import subprocess
from pathlib import Path

import pytest

from support.wait import eventually
from support.worker import BUILD, environment

pytestmark = pytest.mark.ours

needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")


@pytest.fixture
def place(redis, fresh, tmp_path):
    """Runs the command in tmp_path against an empty database; what it leaves running is ended by its pidfile."""
    rig = fresh(redis=redis, dbs=(6, 7), start=False)
    rig.raw.flushdb()
    rig.docs.flushdb()

    def run(text, timeout=20, **changes):
        env = {**environment(rig.conf, rig.side_url), **changes}
        return subprocess.run([str(BUILD / "bin" / "taskworker"), *shlex.split(text)], env=env, timeout=timeout,
                              capture_output=True, text=True, cwd=tmp_path)
    run.rig, run.path = rig, tmp_path
    yield run
    for file in tmp_path.rglob("*.pid"):
        with contextlib.suppress(OSError, ValueError):
            os.kill(int(file.read_text()), signal.SIGKILL)


def stat_of(pid):
    return Path(f"/proc/{pid}/status").read_text()


def field(pid, name):
    return next(line.split()[1:] for line in stat_of(pid).splitlines() if line.startswith(name))


def detached(place, args="", **changes):
    done = place(f"-A conformance worker -D -n d@interop -l info -c 1 --pidfile=%n.pid -f %n.log {args}", **changes)
    assert (done.returncode, done.stderr) == (0, "")
    pid = int((place.path / "d.pid").read_text())
    eventually(lambda: "ready." in (place.path / "d.log").read_text(), 15, "the daemon is ready")
    return pid


def gone(pid):
    return not Path(f"/proc/{pid}").exists()


def test_a_worker_goes_into_the_background(place):
    pid = detached(place, "--umask=027")
    assert os.getsid(pid) != os.getsid(0) and os.getsid(pid) != pid
    assert {os.readlink(f"/proc/{pid}/fd/{n}") for n in (0, 1, 2)} == {"/dev/null"}
    assert os.readlink(f"/proc/{pid}/cwd") == str(place.path)
    assert field(pid, "Umask") == ["0027"]
    assert place.rig.get("add", 1, 2) == 3
    assert place.rig.get("chatter", 1) == 1
    os.kill(pid, signal.SIGTERM)
    eventually(lambda: gone(pid), 15, "the daemon has ended")
    assert not (place.path / "d.pid").exists()
    log = (place.path / "d.log").read_text()
    assert "WARNING/ForkPoolWorker-1] stdout line 0 Ωμέγα" in log


def test_a_second_worker_with_the_same_pidfile_is_refused(place):
    pid = detached(place)
    for flags in ("", "-D"):
        done = place(f"-A conformance worker {flags} -n d@interop --pidfile=%n.pid")
        assert done.returncode == 73 and done.stdout == ""
        assert done.stderr == (f"ERROR: Pidfile ({place.path}/d.pid) already exists.\n"
                               f"Seems we're already running? (pid: {pid})\n")
    assert int((place.path / "d.pid").read_text()) == pid and not gone(pid)


@pytest.mark.parametrize("content, word", [("999999999\n", "Stale"), ("nonsense", "Broken"), ("1", "Broken"),
                                           ("", "Broken")])
def test_an_old_pidfile_is_taken_over(place, content, word):
    (place.path / "w.pid").write_text(content)
    worker = place.rig.worker("-c 1 --pidfile=" + str(place.path / "w.pid"))
    assert int((place.path / "w.pid").read_text()) == worker.pid
    assert worker.lines(f"{word} pidfile found - Removing it.")
    assert worker.stop() == 0
    assert not (place.path / "w.pid").exists()


def test_mistakes_are_told_before_anybody_goes_into_the_background(place):
    for args, hint in (("--pidfile=/no/such/w.pid", "--pidfile /no/such/w.pid: No such file"),
                       ("-f /no/such/w.log", "--logfile /no/such/w.log: No such file"),
                       ("--uid=nobody_at_all", "--uid nobody_at_all: there is no such user"),
                       ("--gid=no_such_group", "--gid no_such_group: there is no such group"),
                       ("--umask=999", "must be file mode bits like 022, from 0 to 0777")):
        done = place(f"-A conformance worker -D {args}")
        assert done.returncode in (1, 2), args
        assert hint in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr


def test_workdir_holds_for_everything_that_follows(place):
    (place.path / "there").mkdir()
    (place.path / "there" / "taskworker.toml").write_text("task_default_queue = 'of the toml'\n")
    done = place("--workdir there report")
    assert done.returncode == 0 and 'task_default_queue = "of the toml"  (file)' in done.stdout
    done = place("report --workdir=nowhere")
    assert done.returncode == 2 and done.stderr == "taskworker: error: --workdir nowhere: No such file or directory\n"


@needs_root
def test_a_worker_becomes_another_user_for_good(place):
    worker = place.rig.worker("-c 1 --uid=nobody --gid=games")
    uid, gid = pwd.getpwnam("nobody").pw_uid, grp.getgrnam("games").gr_gid
    pid = place.rig.get("pid")
    for process in (worker.pid, pid):
        assert field(process, "Uid:") == [str(uid)] * 4
        assert field(process, "Gid:") == [str(gid)] * 4


@needs_root
def test_root_with_pickle_is_refused_as_in_celery(place):
    done = place("-A conformance worker --set accept_content=json,pickle")
    assert done.returncode == 1
    assert "superuser privileges" in done.stderr and "C_FORCE_ROOT" in done.stderr


@needs_root
def test_root_is_warned(place):
    worker = place.rig.worker("-c 1")
    assert worker.logs("WARNING/MainProcess] You're running the worker with superuser privileges")
    worker.stop()


def test_purge_at_the_start_of_a_worker(place):
    for _ in range(3):
        place.rig.call("noop")
    worker = place.rig.worker("-c 1 --purge")
    assert worker.lines("purge: Erased 3 messages from the queue.")
    assert place.rig.get("add", 1, 2) == 3
    assert not worker.lines("noop", "received")
    assert place.rig.leftovers() == {}

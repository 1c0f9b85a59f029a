"""taskworker top, driven in a pseudo-terminal as a person does it."""
import contextlib
import os
import signal
import subprocess
import tempfile
import termios

import pytest

from support.redis_server import RedisServer
from support.terminal import Terminal
from support.wait import eventually
from support.worker import BUILD, NEIGHBOUR, environment

pytestmark = pytest.mark.ours
TOP = [str(BUILD / "bin" / "taskworker"), "top", "-i", "0.3"]


@pytest.fixture
def open_top():
    made = []

    def open_top(rig, rows=30, columns=150):
        made.append(Terminal(TOP, environment(rig.conf, rig.side_url), rows, columns))
        return made[-1]
    yield open_top
    for top in made:
        top.__exit__()


def shows(top, *parts, timeout=10):
    def look():
        picture = top.picture()
        return all(part in picture for part in parts) and picture
    try:
        return eventually(look, timeout, what=f"the picture has {parts}")
    except AssertionError as error:
        raise AssertionError(f"{error}\n{top.picture()}") from None


def typed(top, keys, *parts):
    """Types until the picture has the parts: a worker whose answer came late has no rows in the next picture."""
    for _ in range(3):
        top.type(keys)
        with contextlib.suppress(AssertionError):
            return shows(top, *parts, timeout=3)
    return shows(top, *parts)


def select(top, arrows, call):
    def marked():
        top.type(arrows)
        return [line for line in top.picture().splitlines() if line.startswith(">") and call.id in line]
    eventually(marked, what=f"{call.id} is marked", every=0.5)


def test_it_shows_workers_queues_and_what_runs(fresh, open_top):
    rig = fresh(args="-c 2")
    python = rig.worker("-c 1 -Q python", command=NEIGHBOUR)
    running = [rig.call("sleep", 30) for _ in range(2)]
    inspect = rig.app.control.inspect([rig.main.name], timeout=10)
    eventually(lambda: len(inspect.active()[rig.main.name]) == 2, what="both run")
    for _ in range(7):
        rig.call("noop")
    top = open_top(rig)
    picture = shows(top, "2 workers, 2 of 3 slots busy", rig.main.name, python.name, running[0].id, "conformance.sleep",
                    "QUEUE", "celery", "[30]", "q quit")
    assert "prefork" in picture and "MESSAGES" in picture
    if folder := os.environ.get("TASKWORKER_SCREENSHOTS"):
        with open(f"{folder}/top.txt", "w") as out:
            out.write(picture)
    assert all(len(line) <= 150 for line in picture.splitlines())
    top.type("q")
    assert top.wait() == 0
    rig.app.control.revoke([call.id for call in running], terminate=True)


def test_keys_select_revoke_and_terminate(fresh, open_top):
    rig = fresh(args="-c 2")
    first = rig.call("sleep", 60)
    inspect = rig.app.control.inspect([rig.main.name], timeout=10)
    eventually(lambda: inspect.active()[rig.main.name], what="the first runs")
    second = rig.call("sleep", 60)
    top = open_top(rig)
    shows(top, first.id, second.id)
    typed(top, "t", "select a task first")
    select(top, "\x1b[B\x1b[B", second)  # the younger one
    typed(top, "t", f"terminate {second.id} by SIGTERM? y / n")
    typed(top, "n", "not terminated")
    select(top, "\x1b[B\x1b[B", second)
    typed(top, "t", f"terminate {second.id} by SIGTERM? y / n")
    top.type("y")
    shows(top, "told to terminate: " + second.id)
    rig.ended(second.id, "REVOKED")
    assert rig.state(first.id) is None
    select(top, "\x1b[A", first)
    typed(top, "r", "revoked: " + first.id)
    eventually(lambda: first.id in inspect.revoked()[rig.main.name], what="it is revoked")
    select(top, "\x1b[A", first)
    typed(top, "t", "terminate " + first.id)
    top.type("y")
    shows(top, "nothing runs")


@pytest.mark.parametrize("end", ["q", "\x03", signal.SIGTERM])
def test_the_terminal_is_as_it_was(fresh, open_top, end):
    rig = fresh(args="-c 1")
    top = open_top(rig)
    shows(top, rig.main.name)
    assert b"\x1b[?1049h" in top.written
    assert not top.modes()[3] & termios.ECHO
    top.type(end) if isinstance(end, str) else top.process.send_signal(end)
    assert top.wait() == 0
    assert top.written.endswith(b"\x1b[?25h\x1b[?1049l")
    assert top.modes()[3] & termios.ECHO and top.modes()[3] & termios.ICANON


def test_it_fits_a_small_terminal_that_changes(fresh, open_top):
    rig = fresh(args="-c 1")
    top = open_top(rig, 12, 60)
    picture = shows(top, rig.main.name[:20], "q quit")
    assert len(picture.splitlines()) <= 12 and all(len(line) <= 60 for line in picture.splitlines())
    top.resize(40, 200)
    eventually(lambda: len(top.picture().splitlines()) == 40, what="it uses the room")


def test_it_says_that_redis_is_away_and_goes_on(fresh, open_top):
    with RedisServer() as server:
        rig = fresh(redis=server, args="-c 1")
        top = open_top(rig)
        shows(top, rig.main.name)
        server.stop()
        shows(top, "Connection refused", "nobody answers")
        server.start()
        shows(top, rig.main.name, "1 worker,", timeout=20)


def test_one_look_goes_into_a_pipe(fresh):
    rig = fresh(args="-c 1")
    run = lambda: subprocess.run(TOP + ["--once"], env=environment(rig.conf, rig.side_url), capture_output=True,  # noqa: E731
                                 text=True, timeout=15, cwd=tempfile.gettempdir())
    done = eventually(lambda: (look := run()).returncode == 0 and look, what="it answers within the second of a look")
    assert rig.main.name in done.stdout and "\x1b" not in done.stdout
    rig.main.stop()
    done = run()
    assert done.returncode == 69 and "nobody answers" in done.stdout

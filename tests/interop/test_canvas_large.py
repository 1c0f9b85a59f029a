"""Chords of thousands of parts and long chains: commands per part stay what they are for small ones.

TASKWORKER_LARGE=1 takes the sizes of docs/canvas.md and prints its figures (pytest -s).
"""
import os
import time

import pytest
from celery import chord
from celery.canvas import _chain

from support.wait import eventually
from support.worker import NEIGHBOUR

LARGE = bool(os.environ.get("TASKWORKER_LARGE"))
CHORDS = (1_000, 10_000) if LARGE else (100, 1_000)
CHAINS = (100, 1_000) if LARGE else (20, 200)
pytestmark = [pytest.mark.ours, pytest.mark.timeout(300)]


def add(rig, *args):
    return rig.app.signature("conformance.add", args)


def chord_of(rig, n):
    return chord([add(rig, i, 1) for i in range(n)], rig.app.signature("conformance.tsum")), n * (n - 1) // 2 + n


def chain_of(rig, n):
    return _chain(add(rig, 1, 0), *[add(rig, 1) for _ in range(n - 1)], app=rig.app), n


def measured(rig, make, n):
    """What our worker does with a canvas that lies in its queue: commands, those within scripts included, and seconds,
    each per part; without the client's looks for results."""
    canvas, expected = make(rig, n)
    rig.app.control.cancel_consumer("celery", destination=[rig.main.name], reply=True, timeout=10)
    eventually(lambda: not rig.app.control.inspect([rig.main.name], timeout=10).active_queues()[rig.main.name])
    result = canvas.apply_async()
    server = rig.redis.client()
    server.config_resetstat()
    begin = time.monotonic()
    rig.app.control.add_consumer("celery", destination=[rig.main.name])
    eventually(lambda: rig.state(result.id), timeout=120, every=0.005)
    seconds = time.monotonic() - begin
    stats = server.info("commandstats")
    calls = sum(stat["calls"] for name, stat in stats.items() if name not in ("cmdstat_get", "cmdstat_config|resetstat"))
    assert result.get(timeout=10) == expected
    print(f"\n{make.__name__} {n:>6}: {seconds:6.2f} s, {seconds / n * 1e6:6.0f} us and {calls / n:5.1f} commands a part")
    return calls / n, seconds / n


@pytest.mark.parametrize("make, sizes", [(chord_of, CHORDS), (chain_of, CHAINS)])
def test_commands_grow_with_the_size_and_no_faster(fresh, make, sizes):
    rig = fresh(args="-c 2")
    (small, _), (large, _) = (measured(rig, make, n) for n in sizes)
    assert large < 1.4 * small


@pytest.mark.skipif(not LARGE, reason="time is no test; TASKWORKER_LARGE=1 measures it")
def test_a_step_of_a_long_chain_takes_less_than_a_third_of_celerys_time(fresh):
    """Beside Python's worker in the same minute; each step carries the steps behind it."""
    rigs = {"celery": fresh(start=False), "taskworker": fresh(start=False)}
    rigs["celery"].worker(args="-c 2", command=NEIGHBOUR)
    rigs["taskworker"].worker(args="-c 2")
    times = {}
    for n in (100, 300, 1_000):
        for name, rig in rigs.items():
            print(f"\n{name}:", end="")
            times[name, n] = min(measured(rig, chain_of, n)[1] for _ in range(3))
    assert times["taskworker", 1_000] < 4 * times["taskworker", 100]
    assert times["taskworker", 1_000] < times["celery", 1_000] / 3


@pytest.mark.skipif(not LARGE, reason="time is no test; TASKWORKER_LARGE=1 measures it")
def test_a_large_chord_takes_no_longer_per_part_than_a_small_one(fresh):
    rig = fresh(args="-c 2")
    small, large = (min(measured(rig, chord_of, n)[1] for _ in range(3)) for n in CHORDS)
    assert large < 2 * small

"""`celery control autoscale` and its neighbours against a worker with --autoscale."""
import os
import subprocess
import sys

import pytest

from support.wait import eventually


@pytest.fixture
def scaled(fresh):
    rig = fresh(start=False)
    worker = rig.worker("--autoscale=4,1", start=False)
    worker.env["AUTOSCALE_KEEPALIVE"] = "1"
    return rig, worker.start()


def celery(rig, worker, *args):
    broker = rig.conf["broker_url"]
    return subprocess.run([sys.executable, "-m", "celery", "-b", broker, "control", "-t", "10", "-d", worker.name, *args],
                          capture_output=True, text=True, timeout=20, env={**os.environ, "CELERY_BROKER_URL": broker, "NO_COLOR": "1"})


def stats(rig, worker):
    return rig.app.control.inspect([worker.name], timeout=10).stats()[worker.name]


def slots(rig, worker):
    pool = stats(rig, worker)["pool"]
    return pool["max-concurrency"], len(pool["processes"])


def test_stats_show_the_autoscaler(scaled):
    rig, worker = scaled
    assert stats(rig, worker)["autoscaler"] == {"max": 4, "min": 1, "current": 1, "qty": 0}


def test_celery_control_autoscale_moves_the_bounds(scaled):
    rig, worker = scaled
    done = celery(rig, worker, "autoscale", "6", "3")
    assert done.returncode == 0 and "autoscale now max=6 min=3" in done.stdout
    eventually(lambda: slots(rig, worker) == (3, 3), what="the least is there at once")
    assert stats(rig, worker)["autoscaler"]["max"] == 6
    calls = [rig.call("sleep", 60) for _ in range(8)]
    eventually(lambda: slots(rig, worker) == (6, 6), what="the new most is reached")
    done = celery(rig, worker, "autoscale", "2", "1")
    assert "autoscale now max=2 min=1" in done.stdout
    eventually(lambda: slots(rig, worker)[0] == 2, what="the lowered bound counts at once")
    rig.app.control.revoke([call.id for call in calls], terminate=True)
    eventually(lambda: slots(rig, worker)[1] <= 2, what="who is one too many ends with its task")


@pytest.mark.parametrize("command", ["pool_grow", "pool_shrink"])
def test_the_pool_has_one_master(scaled, command):
    rig, worker = scaled
    reply, = getattr(rig.app.control, command)(1, destination=[worker.name], reply=True, timeout=10)
    assert reply == {worker.name: {"error": f"{command} is not supported with autoscale. Adjust autoscale range instead."}}
    eventually(lambda: slots(rig, worker) == (1, 1), what="one process, as before")


@pytest.mark.ours
def test_bounds_that_make_no_sense_are_refused(scaled):
    rig, worker = scaled
    for bounds in ({"max": 0}, {"min": 5}, {"max": 2, "min": 3}, {"max": "many"}, {"max": -1}, {"max": 2.5}):
        reply, = rig.app.control.broadcast("autoscale", arguments=bounds, destination=[worker.name], reply=True,
                                               timeout=10)
        assert "Error" in reply[worker.name]["error"], bounds
    assert stats(rig, worker)["autoscaler"]["max"] == 4

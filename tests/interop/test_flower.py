"""Real Flower, watching and steering our worker beside a Python one: its pages and its JSON API."""
import contextlib
import os
import shutil

import pytest

from support.flower import Flower
from support.rig import open_rig
from support.wait import eventually
from support.worker import NEIGHBOUR


@pytest.fixture(scope="module")
def fleet(redis):
    with open_rig(redis, dbs=(6, 7), start=False) as rig:
        ours = rig.worker("-c 2 -E", quiet="")
        python = rig.worker("-c 1 -E -Q python", command=NEIGHBOUR, quiet="")
        with Flower(rig.conf, rig.side_url) as flower:
            eventually(lambda: set(flower.json("/api/workers?refresh=true")) >= {ours.name, python.name}, timeout=30,
                       what="Flower knows both workers")
            yield rig, ours, python, flower


def worker_of(flower, worker):
    return flower.json(f"/api/workers?refresh=true&workername={worker.name}")[worker.name]


def task_of(flower, task_id):
    status, _ = flower.get(f"/api/task/info/{task_id}")
    return flower.json(f"/api/task/info/{task_id}") if status == 200 else {}


def state_of(flower, task_id):
    return task_of(flower, task_id).get("state")


def test_workers_are_listed_with_all_that_flower_shows(fleet):
    rig, ours, python, flower = fleet
    info = worker_of(flower, ours)
    assert info["stats"]["pool"]["max-concurrency"] == 2 and len(info["stats"]["pool"]["processes"]) == 2
    assert "conformance.add" in info["registered"]
    assert [queue["name"] for queue in info["active_queues"]] == ["celery"]
    assert info["conf"]["broker_url"] and info["active"] == [] and info["reserved"] == [] and info["scheduled"] == []
    assert info["timestamp"] > 0
    assert set(info) == set(worker_of(flower, python)), "a Python worker shows the same sections"
    eventually(lambda: flower.json("/api/workers?status=true") == {ours.name: True, python.name: True}, what="both are alive")


def test_tasks_are_followed_from_receipt_to_end(fleet):
    rig, ours, python, flower = fleet
    done = rig.call("add", 2, 3)
    failed = rig.call("fail", "boom")
    with contextlib.suppress(ValueError):
        done.get(timeout=10), failed.get(timeout=10)
    eventually(lambda: state_of(flower, done.id) == "SUCCESS", what="the success is known")
    eventually(lambda: state_of(flower, failed.id) == "FAILURE", what="the failure is known")
    task = task_of(flower, done.id)
    assert (task["name"], task["args"], task["kwargs"], task["result"]) == ("conformance.add", "(2, 3)", "{}", "5")
    assert task["worker"] == ours.name and task["received"] and task["started"] and task["runtime"] >= 0
    task = task_of(flower, failed.id)
    assert task["exception"] == "ValueError('boom')" and "ValueError" in task["traceback"]
    listed = flower.json("/api/tasks?limit=100&taskname=conformance.add")
    assert done.id in listed and listed[done.id]["state"] == "SUCCESS"
    assert {"conformance.add", "conformance.fail"} <= set(flower.json("/api/task/types")["task-types"])
    both = rig.send("late", (rig.key(), "x"), queue="python")
    eventually(lambda: state_of(flower, both.id) == "SUCCESS", what="the Python worker's task as well")
    assert task_of(flower, both.id)["worker"] == python.name


def test_a_running_task_is_shown_and_terminated(fleet):
    rig, ours, _, flower = fleet
    result = rig.call("sleep", 60)
    eventually(lambda: [t["id"] for t in worker_of(flower, ours)["active"]] == [result.id], what="it is active")
    eventually(lambda: state_of(flower, result.id) == "STARTED", what="it has started")
    assert "Revoked" in flower.post(f"/api/task/revoke/{result.id}", terminate="true", signal="SIGTERM")["message"]
    rig.ended(result.id, "REVOKED")
    eventually(lambda: state_of(flower, result.id) == "REVOKED", what="Flower knows that it was revoked")


def test_a_waiting_task_is_revoked(fleet):
    rig, ours, _, flower = fleet
    key = rig.key()
    result = rig.send("append", (key, "ran"), countdown=5)
    eventually(lambda: ours.lines(result.id, "received"), what="it is received")
    flower.post(f"/api/task/revoke/{result.id}")
    rig.ended(result.id, "REVOKED")
    assert rig.is_drained(timeout=20) and rig.records(key) == []
    eventually(lambda: state_of(flower, result.id) == "REVOKED", what="Flower knows")
    eventually(lambda: result.id in worker_of(flower, ours)["revoked"], what="it is listed as revoked")


def test_the_pool_grows_and_shrinks(fleet):
    _, ours, _, flower = fleet

    def slots():
        return worker_of(flower, ours)["stats"]["pool"]["max-concurrency"]
    assert "Growing" in flower.post(f"/api/worker/pool/grow/{ours.name}", n=1)["message"]
    assert slots() == 3
    assert "Shrinking" in flower.post(f"/api/worker/pool/shrink/{ours.name}", n=1)["message"]
    assert slots() == 2


def test_rate_and_time_limits(fleet):
    rig, ours, _, flower = fleet
    told = flower.post("/api/task/rate-limit/conformance.late", workername=ours.name, ratelimit="100/s")
    assert told["message"] == "new rate limit set successfully"
    assert "conformance.late [rate_limit=100/s]" in worker_of(flower, ours)["registered"]
    told = flower.post("/api/task/timeout/conformance.late", workername=ours.name, hard=0.5)
    assert "time limits set successfully" in told["message"]
    result = rig.call("late", rig.key(), "x", 30)
    assert rig.ended(result.id, "FAILURE")["result"]["exc_type"] == "TimeLimitExceeded"


def test_consumers_are_added_and_cancelled(fleet):
    rig, ours, _, flower = fleet

    def queues():
        return [queue["name"] for queue in worker_of(flower, ours)["active_queues"]]
    flower.post(f"/api/worker/queue/add-consumer/{ours.name}", queue="extra")
    eventually(lambda: queues() == ["celery", "extra"], what="it consumes one queue more")
    assert rig.send("add", (1, 1), queue="extra").get(timeout=10) == 2
    flower.post(f"/api/worker/queue/cancel-consumer/{ours.name}", queue="extra")
    eventually(lambda: queues() == ["celery"], what="and one less")


def test_queue_lengths(fleet):
    rig, ours, _, flower = fleet
    key = rig.key()
    rig.send("late", (key, "first", 6), queue="python")
    rig.recorded(key, 1)
    for _ in range(20):
        rig.send("late", (key, "next"), queue="python")
    lengths = {queue["name"]: queue["messages"] for queue in flower.json("/api/queues/length")["active_queues"]}
    assert set(lengths) == {"celery", "python"} and lengths["celery"] == 0 and lengths["python"] > 0
    rig.recorded(key, 42, timeout=30)


def test_every_page_is_there(fleet):
    rig, ours, python, flower = fleet
    result = rig.call("add", 1, 2)
    result.get(timeout=10)
    eventually(lambda: state_of(flower, result.id) == "SUCCESS", what="the task is known")
    for path, parts in {
        "/workers": [ours.name, python.name],
        f"/worker/{ours.name}": ["conformance.add", "prefork", "celery"],
        "/tasks": ["Tasks"],
        f"/task/{result.id}": [result.id, "conformance.add", "SUCCESS"],
        "/broker": ["celery", "python"],
    }.items():
        status, page = flower.get(path)
        assert status == 200 and not [part for part in parts if part not in page], path
    assert 'flower_events_total{' in flower.get("/metrics")[1]
    assert "Traceback" not in flower.output() and "[E " not in flower.output()


@pytest.mark.skipif(not (shutil.which("chromium") and shutil.which("chromedriver")), reason="no browser here")
def test_the_pages_as_a_browser_draws_them(fleet, tmp_path):
    from selenium import webdriver
    rig, ours, python, flower = fleet
    running = [rig.call("sleep", 120), rig.call("sleep", 120)]
    for n in range(5):
        rig.call("add", n, n)
    eventually(lambda: len(worker_of(flower, ours)["active"]) == 2, what="two tasks run")
    options = webdriver.ChromeOptions()
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1400,900", f"--user-data-dir={tmp_path}"):
        options.add_argument(flag)
    options.binary_location = shutil.which("chromium")
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    try:
        browser.get(f"http://127.0.0.1:{flower.port}/workers")

        def row():  # in one moment: the table is drawn anew every few seconds
            rows = browser.execute_script(
                "return [...document.querySelectorAll('#workers-table tbody tr')].map(tr => "
                "[...tr.querySelectorAll('td')].map(td => td.innerText.trim()))")
            return next((cells for cells in rows if cells[0] == ours.name), None)
        cells = eventually(lambda: row() if (row() or ["", "", ""])[1:3] == ["Online", "2"] else None, timeout=20,
                           what="our worker is online with two active tasks")
        assert cells[0] == ours.name
        keep(browser, "flower-workers")
        browser.get(f"http://127.0.0.1:{flower.port}/tasks")
        eventually(lambda: running[0].id in browser.page_source, timeout=20, what="the running task is in the table")
        keep(browser, "flower-tasks")
        browser.get(f"http://127.0.0.1:{flower.port}/worker/{ours.name}")
        assert "prefork" in browser.page_source
        keep(browser, "flower-worker")
    finally:
        browser.quit()
        rig.app.control.revoke([call.id for call in running], terminate=True)


def keep(browser, name):
    """For somebody who wants to look: TASKWORKER_SCREENSHOTS names the folder."""
    if folder := os.environ.get("TASKWORKER_SCREENSHOTS"):
        browser.save_screenshot(f"{folder}/{name}.png")

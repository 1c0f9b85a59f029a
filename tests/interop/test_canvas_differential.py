"""Random canvases on a fleet of Python workers, on one of ours and on a mixed one: the same results, the same final
documents, the same errbacks.

TASKWORKER_CANVASES=500 makes the large run; TASKWORKER_SEED another one than the usual.
"""
import contextlib
import json
import os

import pytest
from celery.exceptions import TimeoutError as NoResult

from support.canvases import Canvases, FailingCanvases, at_rest, current, documents, notes, open_fleets, trees, unlike
from support.wait import eventually

COUNT = int(os.environ.get("TASKWORKER_CANVASES", 15))
SEED = int(os.environ.get("TASKWORKER_SEED", 1))
DEPTH = 4
pytestmark = [pytest.mark.ours, pytest.mark.timeout(120 + 20 * COUNT)]


@pytest.fixture(scope="module")
def fleets():
    with open_fleets() as made:
        yield made


def final_documents(rig):
    """What is stored of all tasks in the end; ids are of no account."""
    stored = [json.loads(rig.docs.get(key)) for key in rig.docs.keys("celery-task-meta-*")]
    return sorted(json.dumps([d["status"], d["result"], len(d["children"] or [])], sort_keys=True) for d in stored)


def outcome(rig, seed, patience):
    """Some canvases end under an id that Celery's producer does not expect: get() waits for ever, whoever runs them.
    The second get() looks first: a client that subscribes just then may miss the news."""
    rig.docs.flushdb()
    with current(rig.app):
        result = Canvases(seed, rig.app).canvas(DEPTH).apply_async()
    for seconds in (patience, 1):
        with contextlib.suppress(NoResult):
            return result.get(timeout=seconds)
    return "no result"


@pytest.mark.parametrize("seed", range(SEED, SEED + COUNT))
def test_all_fleets_agree(fleets, seed):
    python = outcome(fleets["python"], seed, 5)
    patience = 2 if python == "no result" else 10
    ours = outcome(fleets["ours"], seed, patience)
    if python == "no result" != ours:  # it was only slow
        python = outcome(fleets["python"], seed, 25)
    assert ours == python
    assert outcome(fleets["mixed"], seed, patience) == python
    assert all(rig.is_drained() for rig in fleets.values())
    # A Python worker stores a task's own document after it has sent what follows.
    eventually(lambda: final_documents(fleets["python"]) == final_documents(fleets["ours"]) ==
               final_documents(fleets["mixed"]), what=json.dumps({n: final_documents(r) for n, r in fleets.items()}, indent=1))
    assert all(document.startswith('["SUCCESS"') for document in final_documents(fleets["ours"]))


def end_of_failing(rig, seed):
    """Trees of documents and the errbacks' notes of a canvas in which tasks fail."""
    rig.docs.flushdb()
    rig.side.flushdb()
    with current(rig.app):
        FailingCanvases(seed, rig.app).canvas(DEPTH).apply_async()
    at_rest(rig)
    return {"trees": trees(documents(rig)), "errbacks": notes(rig)}


@pytest.mark.parametrize("seed", range(SEED, SEED + COUNT))
def test_all_fleets_agree_on_failures(fleets, seed):
    """Python workers are asked again if they differ: where two of their processes count the last parts of a chord at once
    both end it, and its errbacks run twice. Ours has one chance."""
    ends = {name: end_of_failing(rig, seed) for name, rig in fleets.items()}
    canvas = FailingCanvases(seed, fleets["python"].app).canvas(DEPTH)
    for name in ("python", "mixed", "python", "mixed", "python", "mixed"):
        wrong = {fleet: unlike(ends[fleet], ends["python"], canvas) for fleet in ("ours", "mixed")}
        if not any(wrong.values()):
            return
        ends[name] = end_of_failing(fleets[name], seed)
    pytest.fail(json.dumps({"wrong": wrong, **ends}, indent=1))

"""Python workers on the same queue, with and without a short visibility timeout."""
import time

from harness.reaped import Reaped
from harness.stage import stage
from support.wait import eventually

from .kills import SLOTS, good_end


def impatient(seconds):
    return {"broker_transport_options": {
        "visibility_timeout": seconds, "unacked_restore_interval": 1, "unacked_restore_throttle": 1}}


def mixed_fleet(options):
    """Our workers are killed, Python's live; all share one queue."""
    kills = options.kills or (100 if options.long else 6)
    with stage(options, conf=impatient(20)) as s:
        args = ("-c", str(SLOTS), "--prefetch-multiplier", "2")
        s.fleet.start("-c", "2", kind="celery")
        reaped, workers, numbers = Reaped(s), [], []
        for _ in range(2):
            workers.append(s.fleet.start(*args))
            reaped.started(workers[-1])
        for k in range(kills):
            if s.queued() < 300:
                numbers += s.producer.send("chaos.late", 300, 0.01)
            s.busy()
            workers[k % 2].kill()
            workers[k % 2].close()
            workers[k % 2] = s.fleet.start(*args)
            reaped.started(workers[k % 2])
        drained = s.drained(120)
        verdict = {"kills": kills, **s.verdict(numbers), "handed_back": reaped.histogram()}
        python = {w.pid for w in s.fleet.workers if w.kind == "celery"}
        verdict["by_python"] = len({a.n for a in s.ledger.attempts() if a.parent in python})
        return {**verdict, "ok": good_end(verdict, drained, kills * SLOTS, back="handed_back") and verdict["by_python"] > 0}


def visibility(options):
    """A Python neighbour sweeps with a visibility timeout far below what our tasks take."""
    timeout, run = (30, 120) if options.long else (2, 9)
    with stage(options, conf=impatient(timeout)) as s:
        worker = s.fleet.start("-c", "2", "--prefetch-multiplier", "2")
        # What Python itself takes with an ETA it runs every visibility timeout: ours are parked before.
        due = time.time() + run
        eta = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(due))
        late = s.producer.send("chaos.late", 4, 0, eta=eta)
        if s.kind == "ours":
            eventually(lambda: s.client.zcard("taskworker.parked") == 4, what="they are parked")
        numbers = s.producer.send("chaos.late", 4, run)  # two run, two wait for a slot
        eventually(lambda: len(s.ledger.attempts()) >= 2, what="two of them run")
        if s.kind == "ours":  # Celery's come back to the queue
            eventually(lambda: not s.queued(), what="all are fetched")
        s.fleet.start("-c", "2", "-Q", "celery,other", kind="celery")
        early = int(due)
        drained = s.drained(5 * run + 60)
        verdict = s.verdict(numbers + late)
        attempts = s.ledger.attempts()
        verdict["before_eta"] = sum(a.n in late and a.start < early for a in attempts)
        return {**verdict, "worker_alive": worker.is_alive(),
                "ok": good_end(verdict, drained, 0) and worker.is_alive() and not verdict["before_eta"]}

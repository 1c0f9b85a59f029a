"""kill -9 and TERM on busy workers under a saturated queue."""
import os
import signal
import subprocess
import time

from harness.reaped import Reaped
from harness.stage import stage

SLOTS, TASK = 4, 0.01


def saturate(s, numbers, depth=400):
    if s.queued() < depth:
        numbers += s.producer.send("chaos.late", depth, TASK)


def settle_down(s, timeout):
    """Until all is done. Stock Celery's lost work comes back after an hour only: until nothing moves."""
    if s.kind == "ours":
        return s.drained(timeout)
    moved, until = time.monotonic(), time.monotonic() + timeout
    size = s.ledger.size()
    while time.monotonic() < until and time.monotonic() < moved + 8:
        time.sleep(0.2)
        if s.ledger.size() != size:
            size, moved = s.ledger.size(), time.monotonic()
    return True


def good_end(verdict, drained, most_cut_off, back="recovery"):
    """Nothing lost; at most one repetition per killed busy slot, and of the few whose end was on its way; all
    back within 15 s."""
    return (drained and verdict["lost"] == verdict["done_without_result"] == verdict["orphans_that_went_on"] == 0
            and verdict["repeated_while_it_ran"] == verdict["repeated_without_a_death"] == 0
            and verdict["run_after_its_end_was_stored"] == 0 and verdict["repeated_after_being_cut_off"] <= most_cut_off
            and verdict["repeated_with_the_end_not_yet_stored"] <= 2 * most_cut_off
            and verdict[back].get("max", 0) <= 15)


def kill_loop(options, pool):
    kills = options.kills or (500 if options.long else 12)
    with stage(options) as s:
        args = ("-P", pool, "-c", str(SLOTS), "--prefetch-multiplier", "8")
        reaped, workers, numbers = Reaped(s), [], []
        for _ in range(2):
            workers.append(s.fleet.start(*args))
            reaped.started(workers[-1])
        for _ in range(kills):
            saturate(s, numbers)
            s.busy()
            time.sleep(s.luck.random() * 0.15)
            victim = s.luck.randrange(len(workers))
            workers[victim].kill()
            workers[victim].close()
            saturate(s, numbers)
            workers[victim] = s.fleet.start(*args)
            reaped.started(workers[victim])
        drained = settle_down(s, 120)
        # What a task waits in all is not judged: who takes it up again may be killed in its turn.
        verdict = {"kills": kills, **s.verdict(numbers), "handed_back": reaped.histogram()}
        return {**verdict, "ok": good_end(verdict, drained, kills * SLOTS, back="handed_back")}


def kill_prefork(options):
    """kill -9 of busy prefork workers, late ack."""
    return kill_loop(options, "prefork")


def kill_threads(options):
    """kill -9 of busy workers with threads, late ack."""
    return kill_loop(options, "threads")


def kill_children(options):
    """kill -9 of single pool children; the tasks ask to be run again (reject_on_worker_lost)."""
    kills = options.kills or (200 if options.long else 20)
    with stage(options) as s:
        worker = s.fleet.start("-c", str(SLOTS))
        numbers = []
        for _ in range(kills):
            if s.queued() < 200:
                numbers += s.producer.send("chaos.again", 200, 0.02)
            s.busy(16)
            busy = {a.pid for a in s.ledger.attempts()[-40:]} & set(worker.children())
            if busy:
                victim = s.luck.choice(sorted(busy))
                s.fleet.deaths[victim] = time.time()
                os.kill(victim, signal.SIGKILL)
        drained = settle_down(s, 60)
        verdict = {"kills": kills, **s.verdict(numbers), "worker_alive": worker.is_alive()}
        return {**verdict, "ok": good_end(verdict, drained, kills) and verdict["worker_alive"]}


def term_loop(options):
    """TERM under load: nothing lost, nothing doubled, exit 0, unstarted work visible at once."""
    rounds = options.kills or (100 if options.long else 6)
    with stage(options) as s:
        numbers, codes, visible = [], [], []
        for _ in range(rounds):
            numbers += s.producer.send("chaos.late", 60, 0.2)
            worker = s.fleet.start("-c", str(SLOTS), "--prefetch-multiplier", "8")
            s.busy(4)
            time.sleep(s.luck.random() * 0.1)
            began = time.monotonic()
            worker.process.send_signal(signal.SIGTERM)
            while s.held() > SLOTS and time.monotonic() < began + 20:
                pass
            visible.append(time.monotonic() - began)
            try:
                codes.append(worker.process.wait(30))
            except subprocess.TimeoutExpired:
                codes.append("hangs")
            worker.close()
        s.fleet.start("-c", "16")
        drained = settle_down(s, 120)
        verdict = {"terms": rounds, **s.verdict(numbers), "exit_codes": sorted(set(map(str, codes))),
                   "unstarted_visible_ms": {"median": round(sorted(visible)[len(visible) // 2] * 1000, 1),
                                            "max": round(max(visible) * 1000, 1)}}
        return {**verdict, "ok": good_end(verdict, drained, 0) and verdict["exit_codes"] == ["0"]
                and verdict["unstarted_visible_ms"]["median"] <= 50}

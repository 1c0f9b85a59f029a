"""Tasks that are not due yet cost Redis memory, not ours."""
import time
from pathlib import Path

from harness.stage import stage

MOST_GROWTH_KB = 10 * 1024


def pss_kb(worker):
    """What the worker and its children have in memory, shared pages counted once."""
    maps = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in (worker.pid, *worker.children())]
    return sum(int(line.split()[1]) for text in maps for line in text.splitlines() if line.startswith("Pss:"))


def send_parked(s, count, eta):
    numbers = []
    while len(numbers) < count:
        numbers += s.producer.send("chaos.late", 5000, 0, eta=eta)
    return numbers


def parked(options):
    """100,000 tasks with an ETA: at most 10 MB more in the worker, and others run meanwhile."""
    count = 100_000
    with stage(options) as s:
        worker = s.fleet.start("-c", "2")
        warm = s.producer.send("chaos.late", 2000, 0)
        drained = s.drained(60)
        before = pss_kb(worker)
        eta = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(time.time() + 3600))
        numbers = send_parked(s, count, eta)
        began, deadline = time.monotonic(), time.monotonic() + 180
        while s.client.zcard("taskworker.parked") < count and time.monotonic() < deadline:
            time.sleep(0.1)
        took = time.monotonic() - began
        good = s.producer.send("chaos.late", 200, 0)
        while not set(good) <= s.ledger.done() and time.monotonic() < deadline:
            time.sleep(0.1)
        after, done = pss_kb(worker), s.ledger.done()
        kept = s.client.zcard("taskworker.parked")
        return {"parked": kept, "pss_before_kb": before, "pss_after_kb": after, "grown_kb": after - before,
                "seconds_until_all_were_parked": round(took, 1), "begun_early": len(done & set(numbers)),
                "ok": (drained and kept == count == len(numbers) and after - before <= MOST_GROWTH_KB
                       and set(warm) <= done and set(good) <= done and not done & set(numbers) and worker.is_alive())}

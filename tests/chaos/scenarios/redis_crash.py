"""Redis itself is killed."""
import time

from harness.stage import stage

from .kills import SLOTS, settle_down


def redis_crash(options):
    """kill -9 of Redis with appendfsync always, and restart: what it confirmed is done, once."""
    crashes = options.kills or (50 if options.long else 4)
    with stage(options, "--appendonly", "yes", "--appendfsync", "always") as s:
        worker = s.fleet.start("-c", str(SLOTS))
        numbers, back, ends = [], [], 0
        for _ in range(crashes):
            while s.queued() < 150:
                numbers += s.producer.send("chaos.late", 50, 0.01)
            if not worker.is_alive():  # as a supervisor does it
                worker, ends = s.fleet.start("-c", str(SLOTS)), ends + 1
            s.busy(30)
            s.redis.kill()
            time.sleep(s.luck.random())
            s.redis.start()
            began, size = time.monotonic(), s.ledger.size()
            while s.ledger.size() <= size + 2000 and time.monotonic() < began + 30 and s.queued():
                time.sleep(0.02)
            back.append(round(time.monotonic() - began, 2))
        drained = settle_down(s, 60)
        verdict = {"crashes": crashes, **s.verdict(numbers), "worker_alive": worker.is_alive(),
                   "worker_ended": ends, "back_s": {"max": max(back)}}
        return {**verdict, "ok": drained and worker.is_alive() and not ends and max(back) <= 5 and verdict["lost"] == 0
                and verdict["repeated"] == verdict["done_without_result"] == 0}

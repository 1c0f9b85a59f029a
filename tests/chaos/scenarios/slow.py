"""A slow network, a paused Redis: nobody is thought dead who is not."""
import contextlib
import time

from harness.proxy import Proxy
from harness.stage import Stage

from .kills import settle_down

FALSE_ALARMS = ("is dead:", "thought us dead", "lease lost")


def slow(options):
    """Round trips of one second for one worker, then 5 s without Redis for all: nobody is reaped."""
    with contextlib.ExitStack() as stack:
        s = Stage(options, stack)
        proxy = stack.enter_context(Proxy(s.redis.port, delay=0.5))
        far = s.fleet.start("-c", "2", broker_url=proxy.url(), result_backend=proxy.url(), wait=False)
        near = s.fleet.start("-c", "2")
        far.wait_ready()
        numbers, until = [], time.monotonic() + (90 if options.long else 22)
        while time.monotonic() < until:
            if s.queued() < 10:
                numbers += s.producer.send("chaos.late", 20, 0.2)
            time.sleep(0.2)
        s.redis.pause(5)
        time.sleep(3)
        s.redis.pause(5)
        numbers += s.producer.send("chaos.late", 20, 0.01)
        drained = settle_down(s, 60)
        verdict = s.verdict(numbers)
        alarms = {text: far.count(text) + near.count(text) for text in FALSE_ALARMS}
        by_far = len({a.n for a in s.ledger.attempts() if a.parent == far.pid})
        return {**verdict, "false_alarms": alarms, "done_by_the_slow_one": by_far,
                "ok": drained and verdict["lost"] == 0 and verdict["repeated"] == 0 and by_far > 5
                and not any(alarms.values()) and far.is_alive() and near.is_alive()}

"""The worker dies at one exact call to Redis: before it is sent, in its middle, before its answer."""
import contextlib
import time

from harness.proxy import Proxy
from harness.stage import Stage

from .kills import settle_down

KINDS = ("before", "middle", "after")


def die_at(s, args, number, kind):
    """One worker whose n-th write to Redis is its last act."""
    cut = {"before": lambda size: 0, "middle": lambda size: max(1, size // 2), "after": lambda size: size}[kind]
    with contextlib.ExitStack() as stack:
        dead = []

        def on_send(n, size):
            if n < number or dead:
                return None
            dead.append(cut(size))
            if kind != "after":
                worker.kill()  # "after": the bytes reach Redis first, the answer never comes back
            return dead[0]

        proxy = stack.enter_context(Proxy(s.redis.port, on_send=on_send))
        worker = s.fleet.start(*args, wait=False, broker_url=proxy.url(), result_backend=proxy.url())
        deadline = time.monotonic() + (4 if s.kind == "ours" else 15)  # Celery needs longer to start
        while not dead and time.monotonic() < deadline:
            time.sleep(0.005)
        if kind == "after" or not dead:
            time.sleep(0.01)
            worker.kill()
        worker.close()
        return bool(dead)


def boundaries(options):
    """kill -9 at call boundaries and inside a partial write; another worker takes over."""
    with contextlib.ExitStack() as stack:
        s = Stage(options, stack)
        args = ("-P", "threads", "-c", "2", "--prefetch-multiplier", "4")
        highest = 90
        places = [(number, kind) for number in range(1, highest) for kind in KINDS]
        if not options.long:
            places = s.luck.sample(places, options.kills or 24)
        numbers, early, reached = [], [], 0
        for number, kind in places:
            numbers += s.producer.send("chaos.late", 8, 0.002)
            early += s.producer.send("chaos.early", 4, 0.002)
            eta = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(time.time() + 4))
            numbers += s.producer.send("chaos.late", 1, 0, eta=eta)
            reached += die_at(s, args, number, kind)
        s.fleet.start("-P", "threads", "-c", "8")
        drained = settle_down(s, 90)
        verdict = {"places": len(places), "reached": reached, **s.verdict(numbers + early)}
        begun = {}
        for attempt in s.ledger.attempts():
            begun[attempt.n] = begun.get(attempt.n, 0) + 1
        verdict["early_repeated"] = sum(begun.get(n, 0) > 1 for n in early)
        verdict["early_told_lost"] = sum(d["status"] == "FAILURE" for d in s.documents(early).values())
        return {**verdict, "ok": drained and verdict["lost"] == 0 and verdict["repeated_while_it_ran"] == 0
                and verdict["repeated_without_a_death"] == 0 and verdict["run_after_its_end_was_stored"] == 0
                and reached > len(places) // 2}

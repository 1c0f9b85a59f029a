"""Tasks that take their process with them, among good ones."""
import time

from harness.stage import stage

from .kills import settle_down

KINDS = ("segv", "exit", "memory")


def poison(options):
    """SIGSEGV, _exit and out of memory: tried three times, then dead letters; the good ones are done."""
    each = 10 if options.long else 2
    with stage(options) as s:
        worker = s.fleet.start("-c", "2")
        good, bad = s.producer.send("chaos.late", 100, 0.005), []
        for _ in range(each):
            for kind in KINDS:
                bad += s.producer.send("chaos.poison", 1, kind)
                good += s.producer.send("chaos.late", 50, 0.005)
        if s.kind == "ours":
            drained = settle_down(s, 90)
        else:
            time.sleep(20)
            drained = False
        attempts = s.ledger.attempts()
        runs = [sum(a.n == n for a in attempts) for n in bad]
        documents = s.documents(bad)
        told = sum(documents.get(n, {}).get("status") == "FAILURE" for n in bad)
        verdict = {**s.verdict(good + bad, besides=set(bad)), "poison": len(bad), "most_runs_of_a_poison": max(runs), "poison_told": told,
                   "good": len(good), "good_done": len(s.ledger.done() & set(good)),
                   "worker_alive": worker.is_alive()}
        ok = (drained and verdict["good_done"] == len(good) and told == len(bad) == verdict["dead_letters"]
              and max(runs) == 3 and verdict["lost"] == verdict["repeated"] == 0 and verdict["worker_alive"])
        return {**verdict, "ok": ok}

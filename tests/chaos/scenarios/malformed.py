"""The corpus of messages that nobody should send: each alone, and all among good ones."""
import json
import threading
import time
from pathlib import Path

from harness.corpus import corpus, id_in
from harness.stage import stage

# Legal, without an end that one could look up: whether it was run is seen in other tests.
UNTOLD = {"headers.ignore_result is true"}
ENDED = {"SUCCESS", "FAILURE", "REVOKED", "RETRY"}


def accounted(s, raw, letters):
    """A dead letter, byte for byte and with a reason; or an end under the message's own id."""
    if letters.get(raw):
        return True
    task_id = id_in(raw)
    if task_id is None:
        return False
    document = s.client.get(f"celery-task-meta-{task_id}".encode("utf-8", "surrogatepass"))
    return document is not None and json.loads(document)["status"] in ENDED


def newest_letters(s):
    last = s.client.xrevrange("taskworker.dead_letters", count=2)
    return {fields[b"message"]: fields[b"reason"] for _, fields in last}


def letters_of(s):
    return {fields[b"message"]: fields[b"reason"] for fields in s.dead_letters()}


def memory_kb(worker):
    sizes = [Path(f"/proc/{pid}/status").read_text() for pid in (worker.pid, *worker.children())]
    return max(int(line.split()[1]) for status in sizes for line in status.splitlines() if line.startswith("VmHWM"))


class Unacked(threading.Thread):
    """Looks again and again whether all that is held is JSON."""

    def __init__(self, client):
        super().__init__(daemon=True)
        self.client, self.wrong, self.looks, self.stop = client, 0, 0, threading.Event()

    def run(self):
        while not self.stop.wait(0.005):
            for entry in self.client.hvals("unacked"):
                try:
                    json.loads(entry)
                except ValueError:
                    self.wrong += 1
            self.looks += 1


def malformed(options):
    """At least 400 malformed messages, alone and among good ones: no exit, nothing vanishes, bytes are kept."""
    messages = [one for one in corpus(1 if options.long else 7) if one[0] not in UNTOLD]
    if options.worker == "celery":
        return malformed_celery(options, messages)
    with stage(options) as s:
        worker = s.fleet.start("-c", "2")
        watch = Unacked(s.redis.client())
        watch.start()
        slowest, vanished = 0.0, []
        for name, raw in messages:
            began = time.monotonic()
            s.client.lpush("celery", raw)
            while not (s.empty() and accounted(s, raw, newest_letters(s))) and time.monotonic() < began + 10:
                time.sleep(0.002)
            slowest = max(slowest, time.monotonic() - began)
            if not accounted(s, raw, newest_letters(s)):
                vanished.append(name)
        alone = s.client.xlen("taskworker.dead_letters")
        s.client.delete("taskworker.dead_letters", *s.client.scan_iter("celery-task-meta-*"))
        mixed = messages * 1
        s.luck.shuffle(mixed)
        good = []
        for _, raw in mixed:
            s.client.lpush("celery", raw)
            good += s.producer.send("chaos.late", 1, 0)
        drained = s.drained(120)
        letters = letters_of(s)
        vanished_mixed = [name for name, raw in mixed if not accounted(s, raw, letters)]
        watch.stop.set()
        watch.join()
        done = s.ledger.done()
        good_lost = [n for n in good if n not in done]
        return {"messages": len(messages), "dead_letters_alone": alone, "dead_letters_mixed": len(letters),
                "exits": 0 if worker.is_alive() else 1, "vanished": vanished[:20], "vanished_mixed": vanished_mixed[:20],
                "good": len(good), "good_lost": len(good_lost), "entries_of_unacked_that_are_not_json": watch.wrong,
                "looks_at_unacked": watch.looks, "slowest_s": round(slowest, 2), "most_memory_kb": memory_kb(worker),
                "ok": (drained and worker.is_alive() and not vanished and not vanished_mixed and not good_lost
                       and not watch.wrong and len(messages) >= 400)}


def malformed_celery(options, messages):
    """Every so many-th message, alone: how often does the worker exit, how often hang?"""
    sample = messages[::1 if options.long else 12]
    with stage(options) as s:
        worker, exits, hangs = s.fleet.start("-c", "1"), [], []
        for name, raw in sample:
            s.client.lpush("celery", raw)
            n, = s.producer.send("chaos.late", 1, 0)
            until = time.monotonic() + 8
            while time.monotonic() < until and worker.is_alive() and n not in s.ledger.done():
                time.sleep(0.02)
            if n in s.ledger.done():
                continue
            (hangs if worker.is_alive() else exits).append(name)
            worker.close()
            s.client.flushall()
            worker = s.fleet.start("-c", "1")
        return {"messages": len(sample), "exits": len(exits), "hangs": len(hangs), "ok": not exits and not hangs}

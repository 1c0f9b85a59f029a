"""Redis in trouble, and the worker in the middle of its work: it goes on by itself."""
import contextlib
import time

from harness.proxy import Proxy
from harness.stage import Stage, stage
from harness.tasks import envelope

HOLD = 2.5


@contextlib.contextmanager
def configured(s, **settings):
    names = {name.replace("_", "-"): value for name, value in settings.items()}
    before = {name: s.client.config_get(name)[name] for name in names}
    for name, value in names.items():
        s.client.config_set(name, value)
    yield
    for name, value in before.items():
        s.client.config_set(name, value)


@contextlib.contextmanager
def read_only(s):
    s.client.replicaof("127.0.0.1", "1")
    yield
    s.client.replicaof("NO", "ONE")


@contextlib.contextmanager
def master_down(s):
    with configured(s, replica_serve_stale_data="no"), read_only(s):
        yield


@contextlib.contextmanager
def no_auth(s):
    s.client.config_set("requirepass", "rotated")
    s.client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    yield
    s.client.config_set("requirepass", "")


@contextlib.contextmanager
def loading(s):
    filler = s.client.pipeline(transaction=False)
    for i in range(8000):
        filler.set(f"filler:{i}", "x" * 100)
    filler.execute()
    s.redis.stop(save=True)
    s.redis.options = ("--key-load-delay", "350", "--loading-process-events-interval-bytes", "1024")
    # Answers LOADING for about three seconds; start() returns when that is over.
    s.redis.start()
    yield


@contextlib.contextmanager
def restart(s):
    s.redis.stop(save=True)
    yield
    s.redis.start()


@contextlib.contextmanager
def client_kill(s):
    until = time.monotonic() + HOLD
    while time.monotonic() < until:
        s.client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        time.sleep(0.1)
    yield


@contextlib.contextmanager
def at_once(s, *command):
    for _ in range(5):
        s.client.execute_command(*command)
        time.sleep(0.2)
    yield


@contextlib.contextmanager
def client_pause(s):
    s.client.execute_command("CLIENT", "PAUSE", 5000, "ALL")
    time.sleep(5)
    yield


@contextlib.contextmanager
def stopped(s):
    s.redis.pause(5)
    yield


TROUBLES = {
    "READONLY": read_only,
    "MASTERDOWN": master_down,
    "NOAUTH": no_auth,
    "OOM": lambda s: configured(s, maxmemory="1"),
    "NOSCRIPT": lambda s: at_once(s, "SCRIPT", "FLUSH"),
    "FLUSHALL": lambda s: at_once(s, "FLUSHALL"),
    "CLIENT KILL": client_kill,
    "CLIENT PAUSE": client_pause,
    "SIGSTOP": stopped,
    "LOADING": loading,
    "restart": restart,
}


def probe(s, timeout=30):
    """Seconds until a task that is next in the queue has been done."""
    n = s.producer.next
    s.producer.next += 1
    task_id, text = envelope("chaos.late", n, 0)
    began = time.monotonic()
    s.client.rpush("celery", text)
    s.producer.ids[n] = task_id
    while n not in s.ledger.done():
        if time.monotonic() > began + timeout:
            return None
        time.sleep(0.02)
    return round(time.monotonic() - began, 2)


def one(s, worker, name, trouble):
    """One trouble under load; what came of it."""
    numbers = s.producer.send("chaos.late", 150, 0.01)
    s.busy(20)
    with trouble:
        time.sleep(HOLD if name in ("READONLY", "MASTERDOWN", "NOAUTH", "OOM", "restart") else 0)
    back = probe(s)
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline and (s.queued() or s.held()) and worker.is_alive():
        time.sleep(0.1)
    done = s.ledger.done()
    lost = [n for n in numbers if n not in done]
    return {"trouble": name, "back_s": back, "lost": len(lost), "alive": worker.is_alive(),
            "ok": back is not None and back <= 5 and worker.is_alive() and (not lost or name == "FLUSHALL")}


def troubles(options):
    """READONLY, OOM, NOAUTH …: going on within 5 s after the cause ends, without losing anything."""
    with stage(options) as s:
        worker, results = s.fleet.start("-c", "2"), []
        for name, trouble in TROUBLES.items():
            if not worker.is_alive():
                worker.close()
                worker = s.fleet.start("-c", "2")
            results.append(one(s, worker, name, trouble(s)))
        attempts = s.ledger.attempts()
        repeated = len(attempts) - len({a.n for a in attempts})
        return {"troubles": results, "repeated": repeated,
                "ok": all(result["ok"] for result in results) and repeated == 0}


def half_open(options):
    """The network stops carrying what the sockets still accept."""
    with contextlib.ExitStack() as stack:
        s = Stage(options, stack)
        proxy = stack.enter_context(Proxy(s.redis.port))
        worker = s.fleet.start("-c", "2", broker_url=proxy.url(), result_backend=proxy.url())
        numbers = s.producer.send("chaos.late", 20, 0.01)
        idle = s.drained(20)
        proxy.freeze()
        found_idle = probe(s, 60)
        numbers += s.producer.send("chaos.late", 1500, 0.01)
        s.busy(20)
        proxy.freeze()
        found_busy = probe(s, 60)
        proxy.black_hole(True)
        time.sleep(6)
        proxy.black_hole(False)
        after_hole = probe(s, 60)
        drained = s.drained(60)
        verdict = s.verdict(numbers)
        times = {"idle": found_idle, "busy": found_busy, "after_a_black_hole": after_hole}
        return {**verdict, "noticed_s": times, "alive": worker.is_alive(),
                "ok": idle and drained and verdict["lost"] == 0 and worker.is_alive() and verdict["repeated"] == 0
                and all(value is not None and value <= 15 for value in times.values())}

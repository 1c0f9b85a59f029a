"""What is measured: workers, and figures of them."""
import subprocess
import time
from collections import namedtuple

import processes
from stage import Stage

Worker = namedtuple("Worker", "name command env speed count", defaults=({}, 1, 1))  # speed: messages of a run, in 1,000


def ours(pool, *flags, speed=100, name=None):
    return Worker(name or f"taskworker {pool}", ["{build}/bin/taskworker", "-A", "bench", "worker", "-P", pool, "-c", "2",
                                       "-l", "warning", "-n", "w%N@bench", *flags], speed=speed)


def celery(name, *flags, prefetch=None, count=1):
    return Worker(name, ["{python}", "-m", "celery", "-A", "celery_app", "worker", "-l", "warning", "-n", "w%N@bench", *flags],
                  {"BENCH_PREFETCH": str(prefetch)} if prefetch else {}, 4, count)


def floor(settle, stored):
    return Worker(f"floor, {settle}", ["{build}/tests/bench/bench_floor", "{url}", "256", settle, stored], speed=200)


LEAN = ("--without-gossip", "--without-mingle", "--without-heartbeat")
SOLO, THREADS, PREFORK = ours("solo"), ours("threads"), ours("prefork")
CELERY, CELERY_SOLO = celery("Celery prefork -c 2", "-c", "2"), celery("Celery solo", "-P", "solo")
CELERY_BEST = celery("Celery 3 x solo, tuned", "-P", "solo", *LEAN, prefetch=64, count=3)
LATE = "task_acks_late=true"


def rate(build, worker, task="bench.add", args=(1, 2), size=None, stored=True, count=None):
    """Tasks per second between 5 % and 95 %, and what one task costs there."""
    n = size or worker.speed * 1000
    with Stage(build) as stage:
        stage.fill(stage.messages(task, list(args), n, **({} if stored else {"ignore_result": True})))
        stage.start(worker, count or worker.count)
        stage.until(lambda: stage.left() <= 0.95 * n)
        begin, left_begin = stage.look(), stage.left()
        stage.until(lambda: stage.left() <= 0.05 * n)
        end, left_end = stage.look(), stage.left()
        done, seconds = left_begin - left_end, end["at"] - begin["at"]
        stage.until(lambda: stage.left() == 0)
        if stored:
            stage.until(lambda: sum(1 for _ in stage.redis.scan_iter("celery-task-meta-*", 10_000)) == n, pause=0.2)
        each = {what: (end[what] - begin[what]) / done for what in ("worker", "redis", "commands")}
        own = (end["worker"] - begin["worker"]) + (end["redis"] - begin["redis"])
        return {"rate": done / seconds, "worker_us": each["worker"] * 1e6, "redis_us": each["redis"] * 1e6,
                "commands": each["commands"], "other_cores": (end["machine"] - begin["machine"] - own) / seconds,
                "pss": processes.memory(stage.pids())[1]}


def round_trips(build, worker, n=2000, pause=0):
    """One task at a time, LPUSH to the published result; microseconds."""
    with Stage(build) as stage:
        path = f"{stage.folder.name}/messages"
        with open(path, "w") as file:
            file.writelines(line + "\n" for line in stage.messages("bench.add", [1, 2], n))
        warm = stage.messages("bench.add", [1, 2], 50)
        stage.start(worker, worker.count)
        stage.fill(warm)
        stage.until(lambda: stage.left() == 0)
        out = subprocess.run([f"{stage.build}/tests/bench/bench_round_trips", stage.url, path, str(pause)],
                             capture_output=True, text=True, check=True, timeout=300).stdout
        took = sorted(float(line) for line in out.split())
        return {"p50": took[n // 2], "p99": took[n * 99 // 100], "p999": took[n * 999 // 1000]}


def delay_get(build, worker, n=500):
    """delay().get() of a Python producer; microseconds."""
    with Stage(build) as stage:
        stage.start(worker, worker.count)
        took = []
        for number in range(n + 20):
            begin = time.perf_counter()
            stage.app.send_task("bench.add", (1, 2)).get(timeout=30)
            if number >= 20:
                took.append((time.perf_counter() - begin) * 1e6)
        took.sort()
        # What is left of the results must not look for the server when it is gone.
        stage.app.backend.result_consumer.cancel_for = lambda _: None
        return {"p50": took[n // 2], "p99": took[n * 99 // 100]}


def start_up(build, worker):
    """From exec to the first result; milliseconds."""
    with Stage(build) as stage:
        stage.fill(stage.messages("bench.add", [1, 2], 1))
        begin = time.perf_counter()
        stage.start(worker, worker.count)
        stage.until(lambda: any(stage.redis.scan_iter("celery-task-meta-*")), pause=0.0005)
        return {"first_ms": (time.perf_counter() - begin) * 1e3}


def idle(build, worker, seconds=30):
    """After some tasks, when nothing has come for a while."""
    with Stage(build) as stage:
        messages = stage.messages("bench.add", [1, 2], 20)
        ours = {row["id"] for row in stage.redis.client_list()}
        stage.start(worker, worker.count)
        stage.fill(messages)
        stage.until(lambda: stage.left() == 0)
        time.sleep(12)
        pids = stage.pids()
        commands, switches = stage.commands(but={"info"}), processes.switches(pids)
        time.sleep(seconds)
        commands = stage.commands(but={"info"}) - commands
        rss, pss = processes.memory(pids)
        clients = sum(1 for row in stage.redis.client_list() if row["id"] not in ours)
        return {"commands_s": commands / seconds,
                "switches_s": (processes.switches(pids) - switches) / seconds,
                "connections": clients, "rss": rss, "pss": pss, "processes": len(pids)}


def parked(build, worker, n=20_000):
    """Tasks with an ETA an hour ahead: what each adds to the worker's memory, in bytes."""
    with Stage(build) as stage:
        messages = stage.messages("bench.noop", [], n, countdown=3600)
        stage.start(worker, worker.count)
        time.sleep(3)
        before = processes.memory(stage.pids())[1]
        stage.fill(messages)
        stage.until(lambda: stage.redis.llen("celery") == 0)
        time.sleep(2)
        return {"bytes_each": (processes.memory(stage.pids())[1] - before) * 2**20 / n}

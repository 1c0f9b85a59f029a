"""tests/bench/run calls this: all measurements in turns, then table, JSON and picture."""
import argparse
import fnmatch
import json
import os
import platform
import statistics
import subprocess
from pathlib import Path

import cells
from cells import CELERY, CELERY_BEST, CELERY_SOLO, LATE, PREFORK, SOLO, THREADS, Worker, floor, ours
from report import table, write_svg


def with_flag(worker, flag, name):
    return Worker(name, [*worker.command, flag], worker.env, worker.speed, worker.count)


def plan(full):
    """(section, name, what to call). Order within a section is the order of the turns."""
    def each(section, workers, call):
        return [(section, worker.name, lambda build, w=worker: call(build, w)) for worker in workers]

    rows = each("add, result stored",
                [floor("pipeline", "stored"), floor("script", "stored"), SOLO, THREADS, PREFORK,
                 with_flag(THREADS, LATE, "taskworker threads, late ack"),
                 with_flag(PREFORK, LATE, "taskworker prefork, late ack"), CELERY, CELERY_SOLO, CELERY_BEST],
                cells.rate)
    rows += each("noop, result ignored",
                 [floor("pipeline", "ignored"), SOLO, THREADS, PREFORK, CELERY, CELERY_BEST],
                 lambda build, w: cells.rate(build, w, "bench.noop", (), stored=False))
    alone = floor("pipeline", "stored")
    rows += each("one at a time, LPUSH to result, µs", [alone, SOLO, THREADS, PREFORK, CELERY, CELERY_SOLO],
                 lambda build, w: cells.round_trips(build, w, 2000 if w.speed > 4 else 400))
    rows += each("delay().get() in Python, µs", [alone, THREADS, PREFORK, CELERY],
                 lambda build, w: cells.delay_get(build, w, 500 if w.speed > 4 else 200))
    rows += each("exec to first result", [SOLO, THREADS, PREFORK, CELERY, CELERY_SOLO], cells.start_up)
    rows += each("idle", [SOLO, THREADS, PREFORK, CELERY, CELERY_SOLO], cells.idle)
    rows += each("parked for an hour", [THREADS, PREFORK, CELERY_SOLO], cells.parked)
    rows += [("workers on one queue", f"{n} x taskworker threads",
              lambda build, n=n: cells.rate(build, THREADS, count=n)) for n in (1, 2, 4)]
    depths = (1_000, 10_000, 100_000, 1_000_000) if full else (10_000, 100_000)
    rows += [("depth of the queue", f"{n:,} queued", lambda build, n=n: cells.rate(build, THREADS, size=n))
             for n in depths]
    slots = (1, 10, 100, 1000) if full else (10, 1000)
    rows += [("slots, tasks that sleep 100 ms", f"threads -c {n}",
              lambda build, n=n: cells.rate(build, ours("threads", "-c", str(n)), "bench.sleep", (0.1,), size=n * 60))
             for n in slots]
    return rows


def machine():
    version = subprocess.run(["redis-server", "--version"], capture_output=True, text=True).stdout.split()
    return {"cores": os.cpu_count(), "kernel": platform.release(), "redis": version[2].removeprefix("v="),
            "cpu": next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line), "")}


def merge(runs):
    """Of several runs: {figure: (median, min, max)}"""
    return {key: (statistics.median(v), min(v), max(v)) for key in runs[0] for v in [[run[key] for run in runs]]}


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/run")
    parser.add_argument("size", nargs="?", choices=["quick", "full"], default="quick")
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--only", default="*", help="sections whose name matches, e.g. 'add*'")
    parser.add_argument("--out", help="folder for bench.json and bench.svg")
    parser.add_argument("--repeat", type=int, help="turns; default 1 (quick) or 3 (full)")
    options = parser.parse_args()
    out = Path(options.out or Path(options.build) / "bench")
    out.mkdir(parents=True, exist_ok=True)
    rows = [row for row in plan(options.size == "full") if fnmatch.fnmatch(row[0], options.only)]
    runs = {}
    for _ in range(options.repeat or (3 if options.size == "full" else 1)):
        for section, name, call in rows:
            figures = call(options.build)
            runs.setdefault(section, {}).setdefault(name, []).append(figures)
            print(f"{section}: {name}: " + ", ".join(f"{k} {v:,.1f}" for k, v in figures.items()), flush=True)
    results = {section: {name: merge(r) for name, r in names.items()} for section, names in runs.items()}
    (out / "bench.json").write_text(json.dumps({"machine": machine(), "runs": runs}, indent=1))
    print("\n" + table(results, machine()))
    if "add, result stored" in results:
        write_svg(out / "bench.svg", {n: r["rate"][0] for n, r in results["add, result stored"].items()})


if __name__ == "__main__":
    main()

"""Chaos: see tests/chaos/run."""
import argparse
import copy
import json
import platform
import random
import subprocess
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor, as_completed
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "interop")]

from harness.fleet import OURS  # noqa: E402
from scenarios.boundaries import boundaries  # noqa: E402
from scenarios.kills import kill_children, kill_prefork, kill_threads, term_loop  # noqa: E402
from scenarios.malformed import malformed  # noqa: E402
from scenarios.neighbours import mixed_fleet, visibility  # noqa: E402
from scenarios.parked import parked  # noqa: E402
from scenarios.poison import poison  # noqa: E402
from scenarios.redis_crash import redis_crash  # noqa: E402
from scenarios.slow import slow  # noqa: E402
from scenarios.troubles import half_open, troubles  # noqa: E402

SCENARIOS = {f.__name__: f for f in (
    kill_prefork, kill_threads, kill_children, term_loop, poison, mixed_fleet, visibility, redis_crash, troubles,
    half_open, boundaries, slow, malformed, parked)}

OURS_ONLY = {"parked"}  # Celery keeps them in memory


def versions():
    ours = subprocess.run([OURS[0], "--version"], capture_output=True, text=True, check=True).stdout.strip()
    redis = subprocess.run(["redis-server", "--version"], capture_output=True, text=True, check=True).stdout
    return {"taskworker": ours.splitlines()[0].split()[-1], "celery": version("celery"), "kombu": version("kombu"),
            "redis": redis.split("v=")[1].split()[0], "python": platform.python_version()}


def arguments():
    parser = argparse.ArgumentParser(prog="tests/chaos/run", description="Breaks things under busy workers.")
    parser.add_argument("scenario", nargs="*", help="default: all")
    parser.add_argument("--long", action="store_true", help="the long form of each scenario")
    parser.add_argument("--kills", type=int, help="how often it is killed, instead of the scenario's own number")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--worker", choices=("ours", "celery", "both"), default="ours", help="who is under test")
    parser.add_argument("--jobs", type=int, help="how many scenarios are played at once; the long form: one, else three")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where the logs of the workers go")
    parser.add_argument("--list", action="store_true", help="name the scenarios")
    options = parser.parse_args()
    if unknown := set(options.scenario) - set(SCENARIOS):
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    return options


def play(name, options, facts):
    began = time.monotonic()
    try:
        outcome = SCENARIOS[name](options)
    except Exception:  # a scenario that breaks off is a bad verdict, and the next one is played
        traceback.print_exc()
        outcome = {"ok": False, "broke_off": traceback.format_exc().strip().splitlines()[-1]}
    return {"scenario": name, "worker": options.worker, "seed": options.seed, "long": options.long,
            "versions": facts, **outcome, "seconds": round(time.monotonic() - began, 1)}


def plays(options):
    """(scenario, options) of all that is to be played, the longest first: they decide when the whole run ends."""
    for name in by_length(options.scenario or [name for name in SCENARIOS if has_worker(name, options.worker)]):
        for worker in ("ours", "celery") if options.worker == "both" else (options.worker,):
            one = copy.copy(options)
            one.worker = worker
            if has_worker(name, worker):
                yield name, one


def has_worker(name, worker):
    return worker != "celery" or name not in OURS_ONLY


def verdicts(options):
    """Each as soon as it is known. They mostly wait, so that some can be played at once."""
    facts = versions()
    jobs = options.jobs or (1 if options.long or options.kills else 3)
    if jobs == 1:
        yield from (play(name, one, facts) for name, one in plays(options))
        return
    with ProcessPoolExecutor(jobs, max_tasks_per_child=1) as pool:
        for ended in as_completed([pool.submit(play, name, one, facts) for name, one in plays(options)]):
            yield ended.result()


def by_length(names):
    longest = ["troubles", "slow", "half_open", "boundaries", "malformed", "visibility"]
    return sorted(names, key=lambda name: longest.index(name) if name in longest else len(longest))


def main():
    options = arguments()
    if options.list:
        for name, scenario in SCENARIOS.items():
            print(f"{name:16} {scenario.__doc__}")
        return 0
    good = []
    for verdict in verdicts(options):
        print(json.dumps(verdict), flush=True)
        if verdict["worker"] == options.worker or verdict["worker"] == "ours":  # Celery may fail beside ours
            good.append(verdict["ok"])
    print(f"{sum(good)} passed, {len(good) - sum(good)} failed")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())

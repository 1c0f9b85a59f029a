"""What tasks did, from the file they note it in: nothing of it passes through what is tested."""
from collections import defaultdict, namedtuple

Attempt = namedtuple("Attempt", "n pid parent start done")  # done: None if it never came


def read(path):
    """All attempts, in the order of their starts."""
    open_attempts, attempts = {}, []
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        lines = []
    for line in lines:
        what, n, pid, parent, at = line.split()
        n, pid, parent, at = int(n), int(pid), int(parent), float(at)
        if what == "start":
            open_attempts[n, pid] = len(attempts)
            attempts.append(Attempt(n, pid, parent, at, None))
        else:
            place = open_attempts.pop((n, pid))
            attempts[place] = attempts[place]._replace(done=at)
    return attempts


class Ledger:
    def __init__(self, path):
        self.path = path

    def size(self):
        return self.path.stat().st_size if self.path.exists() else 0

    def attempts(self):
        return read(self.path)

    def done(self):
        return {attempt.n for attempt in self.attempts() if attempt.done is not None}


def judge(attempts, deaths, ended_at=None):
    """Counts over all attempts. deaths: pid → when that worker or child died; ended_at: n → when its
    success was stored."""
    by_task = defaultdict(list)
    for attempt in attempts:
        by_task[attempt.n].append(attempt)

    def end_of(attempt):
        died = min((deaths[pid] for pid in (attempt.pid, attempt.parent) if pid in deaths), default=None)
        return attempt.done if attempt.done is not None else died

    repeated = overlapping = unexplained = after_end = ended = 0
    recovery = []
    for n, runs in by_task.items():
        runs.sort(key=lambda attempt: attempt.start)
        repeated += len(runs) - 1
        for before, after in zip(runs, runs[1:]):
            end = end_of(before)
            if end is None or after.start < end - 0.001:
                overlapping += 1
            died = [deaths[pid] for pid in (before.pid, before.parent) if pid in deaths]
            if not died:
                unexplained += 1
            elif before.done is None:
                recovery.append(after.start - min(died))
            else:
                ended += 1  # died between the task's last line and the settling of its end
        stored = (ended_at or {}).get(n)
        after_end += sum(stored is not None and run.start > stored + 0.001 for run in runs)
    orphans = sum(
        attempt.done is not None and attempt.parent in deaths and attempt.done > deaths[attempt.parent] + 0.25
        for attempt in attempts)
    return {"attempts": len(attempts), "repeated": repeated,
            "repeated_after_being_cut_off": len(recovery), "repeated_with_the_end_not_yet_stored": ended,
            "repeated_while_it_ran": overlapping,
            "repeated_without_a_death": unexplained, "run_after_its_end_was_stored": after_end,
            "orphans_that_went_on": orphans, "recovery": histogram(recovery)}


def histogram(seconds):
    """How long it took until an attempt that was cut off began anew."""
    if not seconds:
        return {"count": 0}
    seconds = sorted(seconds)
    bounds = [1, 2, 4, 6, 8, 10, 12, 15, 20, 30, 60]
    counts, rest = {}, list(seconds)
    for bound in bounds:
        below = [value for value in rest if value <= bound]
        if below:
            counts[f"<={bound}s"] = len(below)
        rest = rest[len(below):]
    if rest:
        counts[">60s"] = len(rest)
    return {"count": len(seconds), "p50": round(seconds[len(seconds) // 2], 2),
            "p99": round(seconds[min(len(seconds) - 1, len(seconds) * 99 // 100)], 2),
            "max": round(seconds[-1], 2), "histogram": counts}

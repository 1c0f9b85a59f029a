"""Records what real Celery writes: celery-5.6.3.jsonl, results-5.6.3.jsonl, json_cases.jsonl, iso_cases.jsonl.

Run it with a Python that has celery, redis, pyyaml and msgpack; it starts its own redis-server on a unix
socket and its own worker, and stops both.
"""
import gc
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))


class Server:
    """A redis-server of our own."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        socket = os.path.join(self.folder.name, "redis.sock")
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no"],
            stdout=subprocess.DEVNULL, cwd=self.folder.name)
        os.environ["GOLDEN_URL"] = f"redis+socket://{socket}"
        import redis
        self.client = redis.Redis(unix_socket_path=socket)
        deadline = time.monotonic() + 10
        while True:
            try:
                self.client.ping()
                return self.client
            except redis.ConnectionError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()


def take_all(client, *queues):
    """All messages that lie in the queues, oldest first."""
    found = []
    for queue in queues:
        for step in ("", "\x06\x163", "\x06\x166", "\x06\x169"):
            while (raw := client.rpop(queue + step)) is not None:
                found.append(raw.decode())
    return found


def sent_messages(client):
    from message_cases import SENDERS
    for name, send in SENDERS:
        send()
        for number, raw in enumerate(take_all(client, "celery", "sms")):
            yield (name if number == 0 else f"{name}, {number + 1}"), raw


def start_worker():
    return subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "golden_app", "worker", "-P", "solo", "-l", "critical", "-n", "golden@host",
         "--without-gossip", "--without-mingle", "--without-heartbeat"],
        cwd=HERE, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONWARNINGS": "ignore"}, stdout=subprocess.DEVNULL)


def worked_messages(client, results):
    """Runs a real worker: what it publishes goes to `parked`; what it stores is appended to `results`."""
    import golden_app as g

    pubsub = client.pubsub()
    pubsub.psubscribe("celery-task-meta-*")
    parked = {"queue": "parked"}
    runs = [
        ("success", lambda: g.add.delay(2, 3)),
        ("success in a group", lambda: g.add.apply_async((2, 3), group_id="the-group", parent_id="the-parent")),
        ("rich result", lambda: g.progress.delay()),
        ("failure", lambda: g.fail.delay("boom", 3)),
        ("failure of a class of its own", lambda: g.custom_failure.delay()),
        ("retried", lambda: g.retry.apply_async((1,), {"countdown": 60})),
        ("retried with all there is", lambda: g.retry.apply_async(
            (1, "\u00e9"), {"countdown": 0}, expires=3600, priority=3, shadow="other", time_limit=30, soft_time_limit=20,
            headers={"tenant": "shop", "x-death": [1]}, link=g.add.s(1).set(**parked), ignore_result=True, app_id="shop",
            group_id="the-group", group_index=2, root_id="the-root", parent_id="the-parent")),
        ("retried without exception", lambda: g.bare_retry.delay()),
        ("retried with other arguments", lambda: g.new_args.delay(1, a=2)),
        ("callbacks published by a worker", lambda: g.add.apply_async((1, 2), link=g.add.s(3).set(**parked))),
        ("chain step published by a worker", lambda: (g.add.s(1, 2) | g.add.s(3).set(**parked) | g.add.s(4)).delay()),
        ("expired", lambda: g.add.apply_async((1, 2), expires=-5)),
    ]
    for name, run in runs:
        task_id = run().id
        deadline = time.monotonic() + 20
        quiet = 0
        while time.monotonic() < deadline and quiet < 8:
            got = pubsub.get_message(ignore_subscribe_messages=True, timeout=0.1)
            quiet = 0 if got else quiet + 1 if client.llen("celery") == 0 and client.hlen("unacked") == 0 else 0
            if got:
                results.append({"name": name, "raw": got["data"].decode()})
        for number, raw in enumerate(take_all(client, "parked")):
            yield (name if number == 0 else f"{name}, {number + 1}"), raw


def iso_cases():
    """Texts and what dateutil's isoparse says: seconds since 1970 (naive is UTC) and its isoformat, or null."""
    import random
    from datetime import timezone

    from dateutil.parser import isoparse
    dice = random.Random(3)
    dates = ["2024", "2024-05", "202405", "2024-05-01", "20240501", "2024-W18", "2024-W18-3", "2024W183", "2024W18", "2024-122",
             "2024122", "2023-366", "2024-366", "2024-02-29", "2023-02-29", "2024-W53-7", "2020-W53-7", "0000-01-01", "2024-00-10",
             "2024-1-01", "24-05-01", "2024/05/01", ""]
    clocks = ["", "10", "10:00", "1000", "10:00:00", "100000", "10:00:00.5", "10:00:00,123456789", "100000.25", "24:00", "24:00:00",
              "24:00:01", "2400", "23:59:59.999999", "10:60", "10:00:60", "1", "10:", "10:0", "1000:00", "10:0000", "10:00:00.", "25:00"]
    zones = ["", "Z", "z", "+00:00", "-00:00", "+02:00", "+0200", "+02", "-05:30", "-0530", "+2", "+02:0", "+24:00", "+02:60", " Z", "ZZ"]
    texts = set()
    for day in dates:
        for clock in clocks:
            for _ in range(2):
                joint = dice.choice("TTTT t_x") if clock else dice.choice(["", "", "T"])
                texts.add(day + joint + clock + dice.choice(zones))
    for text in sorted(texts):
        try:
            parsed = isoparse(text)
            aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)
            yield {"in": text, "utc": aware.astimezone(timezone.utc).isoformat()}
        except (ValueError, OverflowError):
            yield {"in": text, "utc": None}


def without_paths(text):
    """Tracebacks name the files of the machine that recorded them."""
    import celery
    packages = str(pathlib.Path(celery.__file__).parent.parent)
    for folder, name in ((str(HERE), "/app"), (packages, "/python")):
        text = text.replace(json.dumps(folder)[1:-1], name)
    return text


def write(name, rows):
    from kombu.utils.json import dumps
    rows = [without_paths(dumps(row)) for row in rows]
    (HERE / name).write_text("".join(row + "\n" for row in rows))
    print(name, len(rows))


def main():
    with Server() as client:
        from golden_app import app
        from json_cases import cases
        from python_view import python_view
        messages = list(sent_messages(client))
        results = []
        worker = start_worker()
        try:
            messages += worked_messages(client, results)
        finally:
            worker.terminate()
            worker.wait()
        write("celery-5.6.3.jsonl",
              [{"name": name, "raw": raw, "python": python_view(app, raw, ["json"])} for name, raw in messages])
        gc.collect()  # results unsubscribe when they die
    write("results-5.6.3.jsonl", results)
    (HERE / "json_cases.jsonl").write_text("".join(json.dumps(row) + "\n" for row in cases()))
    write("iso_cases.jsonl", iso_cases())


if __name__ == "__main__":
    main()

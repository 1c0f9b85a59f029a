"""record_forms.py <version>: writes forms-<version>.jsonl, what this Celery writes in every form.

Messages: {"name", "raw", "python": python_view}. Results: {"name", "serializer", "document": base64, "python": …}.
Run by record_versions.
"""
import base64
import gc
import json
import os
import sys
import time

from record import Server, start_worker, take_all, without_paths, HERE

ACCEPT = ["json", "yaml", "msgpack"]


def sent(client, app):
    from kombu.utils.json import dumps
    from message_cases import SENDERS, forms
    from python_view import python_view
    for name, send in [*SENDERS, *forms()]:
        try:
            send()
        except Exception as exc:  # kombu < 5.4 has no body_encoding utf-8
            print(f"cannot send '{name}': {exc!r}", file=sys.stderr)
            continue
        for number, raw in enumerate(take_all(client, "celery", "sms")):
            yield without_paths(dumps({"name": name if number == 0 else f"{name}, {number + 1}", "raw": raw,
                                       "python": python_view(app, raw, ACCEPT)}))


def cleaned(document, serializer):
    """The stored document and what it says; without the paths of this machine in its traceback."""
    from kombu import serialization
    content_type = {"json": "application/json", "yaml": "application/x-yaml", "msgpack": "application/x-msgpack"}[serializer]
    meta = serialization.loads(document, content_type, "utf-8", accept={content_type})
    if meta["traceback"]:
        meta["traceback"] = json.loads(without_paths(json.dumps(meta["traceback"])))
        document = serialization.dumps(meta, serializer)[2]
    return (document.encode() if isinstance(document, str) else document), meta


def results(client, app, serializer, **settings):
    """What a real worker stores under this serializer, and what AsyncResult makes of it."""
    import golden_app as g
    from kombu.utils.json import dumps

    os.environ["GOLDEN_CONF"] = json.dumps({"result_serializer": serializer, "accept_content": ACCEPT, **settings})
    pubsub = client.pubsub()
    pubsub.psubscribe("celery-task-meta-*")
    calls = [
        ("success", lambda: g.add.delay(2, 3)), ("rich result", lambda: g.progress.delay()),
        ("bytes", lambda: g.echo.delay(b"\x00\xff", b"text")), ("failure", lambda: g.fail.delay("boom", 3, "\u00e9")),
        ("expired", lambda: g.add.apply_async((1, 2), expires=-5)),
        ("in a group", lambda: g.add.apply_async((2, 3), group_id="g", parent_id="p", root_id="r")),
    ]
    if serializer != "msgpack":
        calls.append(("dates", lambda: g.dates.delay()))
    worker = start_worker()
    try:
        for name, call in calls:
            call()
            quiet = 0
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline and quiet < 6:
                got = pubsub.get_message(ignore_subscribe_messages=True, timeout=0.1)
                busy = got or client.llen("celery") or client.hlen("unacked")
                quiet = 0 if busy else quiet + 1
                if got:
                    document, meta = cleaned(got["data"], serializer)
                    yield dumps({"name": " ".join([name, *settings]), "serializer": serializer,
                                 "document": base64.b64encode(document).decode(), "python": meta})
    finally:
        worker.terminate()
        worker.wait()
        pubsub.close()


def main():
    version = sys.argv[1]
    with Server() as client:
        from golden_app import app
        app.conf.accept_content = ACCEPT
        rows = list(sent(client, app))
        for serializer in ACCEPT:
            rows += results(client, app, serializer)
        rows += results(client, app, "json", result_extended=True, timezone="Europe/Berlin")
        app.backend.result_consumer.cancel_for = lambda _: None  # nothing to unsubscribe from any more
        gc.collect()
    (HERE / f"forms-{version}.jsonl").write_text("".join(row + "\n" for row in rows))
    print(version, len(rows))


if __name__ == "__main__":
    main()

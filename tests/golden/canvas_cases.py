"""Records what Celery sends for canvases: canvas-5.6.3.jsonl. Run it with a Python that has celery.

Per case: the signature as a client would serialise it, the arguments it is called with, and the messages
(task, args, kwargs, embed, headers that matter), with every id replaced by its number in order of appearance.
"""
import json
import pathlib
import re

from celery import Celery, chain, chord, group
from celery.backends.cache import CacheBackend
from kombu.utils.json import dumps

app = Celery("golden", broker="memory://", set_as_current=True)
sent = []


class Backend(CacheBackend):
    """Sends chords as the Redis backend does: nothing polls."""

    supports_native_join = True

    def apply_chord(self, header_result_args, body, **kwargs):
        pass

    def set_chord_size(self, group_id, chord_size):
        sent.append({"size": chord_size, "group": group_id})


app._local.backend = app._backend_cache = Backend(app=app, url="memory://")


def record(producer, name, message, **options):
    headers, _, body, _ = message
    args, kwargs, embed = json.loads(dumps(body))
    keep = ("group", "group_index", "root_id", "parent_id", "shadow", "id", "retries", "timelimit",
            "replaced_task_nesting", "stamped_headers", "stamps", "argsrepr", "kwargsrepr")
    sent.append({"task": name, "args": args, "kwargs": kwargs, "embed": embed,
                 "headers": {key: headers[key] for key in keep}, "priority": options.get("priority")})


app.amqp.__dict__["send_task_message"] = record


def t(name, *args, **kwargs):
    return app.signature(f"t.{name}", args=args, kwargs=kwargs)


def i(name, *args):
    return app.signature(f"t.{name}", args=args, immutable=True)


CASES = {
    "task": lambda: t("a", 1, k=2),
    "options": lambda: t("a").set(priority=3, time_limit=9, soft_time_limit=8, shadow="s", retries=1),
    "link and errback": lambda: t("a").set(link=[dict(t("b"))], link_error=[dict(t("e"))]),
    "chain": lambda: t("a", 1) | t("b", 2) | i("c", 3),
    "chain with links": lambda: (t("a") | t("b")).set(link=t("l"), link_error=t("e")),
    "nested chains": lambda: chain(t("a"), chain(t("b"), chain(t("c"), t("d")))),
    "group": lambda: group(t("a", 1), i("b", 2)),
    "nested groups": lambda: group(t("a"), group(t("b"), group(t("c"), t("d"))), t("e")),
    "group of chains": lambda: group(t("a") | t("b"), t("c")),
    "group at the end": lambda: t("a") | group(t("b"), t("c")),
    "group of one": lambda: t("a") | group(t("b")) | t("c"),
    "chord": lambda: chord([t("a"), t("b")], t("z", 9)),
    "chord of chains": lambda: chord([t("a") | t("b"), t("c")], t("z")),
    "chord with groups": lambda: chord([t("a"), group(t("b"), t("c")), t("d")], t("z")),
    "chord in a chord": lambda: chord([chord([t("a"), t("b")], t("y")), t("c")], t("z")),
    "upgrade": lambda: t("a") | group(t("b"), t("c")) | t("z"),
    "upgrade, then more": lambda: t("a") | group(t("b"), t("c")) | t("x") | t("y"),
    "group | group": lambda: group(t("a"), t("b")) | group(t("c"), t("d")),
    "chord body chain": lambda: chord([t("a")], t("x") | t("y")),
    "chord body group": lambda: chord([t("a"), t("b")], group(t("x"), t("y"))),
    "chord body chord": lambda: chord([t("a")], chord([t("x"), t("y")], t("z"))),
    "two chords": lambda: chain(group(t("a"), t("b")), t("c"), group(t("d"), t("e")), t("f")),
    "part ends in a group": lambda: chord([t("a") | group(t("b"), t("c")), t("d")], t("z")),
    "errback of a chord": lambda: chord([t("a"), t("b")], t("z")).on_error(t("e")),
    "stamped": lambda: stamped(t("a") | group(t("b"), t("c")) | t("z")),
    "empty chord": lambda: chord([], t("z")),
}


def stamped(canvas):
    canvas.stamp(shop="one")
    return canvas


def numbered(text):
    seen = {}
    pattern = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    return re.sub(pattern, lambda m: seen.setdefault(m.group(), f"id-{len(seen) + 1}"), text)


def without_reply_to(value):
    """The client's own queue for rpc results is no part of the shape."""
    if isinstance(value, dict):
        return {key: without_reply_to(one) for key, one in value.items() if key != "reply_to"}
    return [without_reply_to(one) for one in value] if isinstance(value, list) else value


def main():
    with open(pathlib.Path(__file__).parent / "canvas-5.6.3.jsonl", "w", encoding="utf-8") as out:
        for name, make in CASES.items():
            signature = json.loads(dumps(make()))
            sent.clear()
            app.signature(json.loads(dumps(signature))).apply_async((7,))
            messages = without_reply_to(json.loads(dumps(sent)))
            messages = json.loads(numbered(json.dumps(messages, sort_keys=True)))
            out.write(json.dumps({"case": name, "signature": without_reply_to(signature), "messages": messages}) + "\n")


if __name__ == "__main__":
    main()

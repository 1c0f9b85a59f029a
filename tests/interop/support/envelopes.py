"""Messages made by hand, as kombu lays them into Redis."""
import base64
import json
import uuid


def envelope(args=(), kwargs=None, task="conformance.add", body=None, headers=None, properties=None,
             **fields):
    """A protocol 2 message. Fields that are given replace what would stand there; ... removes one."""
    task_id = str(uuid.uuid4())
    if body is None:
        body = json.dumps([list(args), kwargs or {}, {"callbacks": None, "errbacks": None, "chain": None,
                                                      "chord": None}])
    if isinstance(body, str):
        body = body.encode()
    message = {
        "body": base64.b64encode(body).decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": replaced({"lang": "py", "task": task, "id": task_id}, headers),
        "properties": replaced({
            "correlation_id": task_id, "reply_to": "", "delivery_mode": 2, "priority": 0,
            "delivery_info": {"exchange": "", "routing_key": "celery"},
            "body_encoding": "base64", "delivery_tag": str(uuid.uuid4())}, properties),
    }
    return replaced(message, fields)


def replaced(fields, changes):
    if changes is not None and not isinstance(changes, dict):
        return changes
    fields = {**fields, **{name.replace("_", "-") if name in ("content_type", "content_encoding") else name: value
                           for name, value in (changes or {}).items()}}
    return {name: value for name, value in fields.items() if value is not ...}


def push(rig, message, queue="celery"):
    """Lays a message into a queue: bytes as they are. Returns the bytes."""
    raw = message if isinstance(message, bytes) else json.dumps(message).encode()
    rig.raw.lpush(queue, raw)
    return raw

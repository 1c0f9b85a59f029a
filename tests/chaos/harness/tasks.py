"""Tasks as a Python producer lays them into Redis, many at once."""
import base64
import json
import uuid


def envelope(task, n, *rest, queue="celery", **headers):
    task_id = str(uuid.uuid4())
    body = json.dumps([[n, *rest], {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}])
    return task_id, json.dumps({
        "body": base64.b64encode(body.encode()).decode(), "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {"lang": "py", "task": task, "id": task_id, "shadow": None, "eta": None, "expires": None,
                    "group": None, "group_index": None, "retries": 0, "timelimit": [None, None],
                    "root_id": task_id, "parent_id": None, "argsrepr": f"({n},)", "kwargsrepr": "{}",
                    "origin": "chaos", "ignore_result": False, **headers},
        "properties": {"correlation_id": task_id, "reply_to": "", "delivery_mode": 2, "priority": 0,
                       "delivery_info": {"exchange": "", "routing_key": queue}, "body_encoding": "base64",
                       "delivery_tag": str(uuid.uuid4())}})


class Producer:
    """Numbers its tasks; remembers which id has which number."""

    def __init__(self, client):
        self.client, self.next, self.ids = client, 1, {}

    def send(self, task, count=1, *rest, queue="celery", **headers):
        """Returns the numbers. Only what Redis has confirmed counts as sent."""
        made = []
        for n in range(self.next, self.next + count):
            made.append((n, *envelope(task, n, *rest, queue=queue, **headers)))
        self.next += count
        pipeline = self.client.pipeline(transaction=False)
        for _, _, text in made:
            pipeline.lpush(queue, text)
        pipeline.execute()
        self.ids.update({n: task_id for n, task_id, _ in made})
        return [n for n, _, _ in made]

"""The least rights that docs/operations.md lists are enough: tasks, remote control, events, broadcasts."""
import re

import pytest
from kombu import Exchange

from support.redis_server import RedisServer
from support.rig import client_app, open_rig
from support.wait import eventually
from support.worker import TREE

pytestmark = pytest.mark.ours


def documented():
    """The words of all `ACL SETUSER worker …`."""
    text = (TREE / "docs" / "operations.md").read_text()
    blocks = re.findall(r"ACL SETUSER worker (?:on >PASSWORD )?([^`]*)```", text)
    return [word for block in blocks for word in block.split() if word != "\\"]


def test_a_worker_lives_with_the_rights_of_the_documentation():
    with RedisServer(user="worker", password="secret", acl=" ".join(documented())) as server:
        queues = {"celery": {}, "celery-news": {"exchange": "celery-news", "exchange_type": "fanout"}}
        with open_rig(redis=server, start=False, conf={"task_queues": queues}) as rig:
            worker = rig.worker("-c 1 -E", quiet="")
            with client_app({**rig.conf, "broker_url": f"redis://127.0.0.1:{server.port}/0",
                             "result_backend": f"redis://127.0.0.1:{server.port}/1"}) as app:
                result = app.send_task("conformance.add", (1, 2))
                eventually(lambda: rig.doc(result.id), what="the task has run")
                told = app.send_task("conformance.add", (3, 4), queue="celery-news",
                                     declare=[Exchange("celery-news", type="fanout")])
                eventually(lambda: rig.doc(told.id), what="the broadcast was heard")
                inspect = app.control.inspect([worker.name], timeout=10)
                for command in ("ping", "stats", "active", "scheduled", "revoked", "active_queues"):
                    assert getattr(inspect, command)()[worker.name] is not None, command
                app.control.revoke("an-id", destination=[worker.name], reply=True, timeout=10)
                assert "an-id" in inspect.revoked()[worker.name]
            assert worker.stop() == 0
            assert "NOPERM" not in worker.output() and "may not" not in worker.output(), worker.output()

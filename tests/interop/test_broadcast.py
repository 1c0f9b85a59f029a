"""Broadcast queues (fanout exchanges): what is sent there is run by every worker that listens."""
import pytest
from kombu import Exchange, Queue
from kombu.common import Broadcast

from support.rig import client_app
from support.wait import eventually, throughout
from support.worker import NEIGHBOUR

NEWS = {"news": {"exchange": "news", "exchange_type": "fanout"}, "celery": {}}


@pytest.fixture
def rig(fresh):
    rig = fresh(args="-c 2", conf={"task_queues": NEWS})
    # What people write in Python: the queue has an exchange of its name and a name of nobody's.
    rig.app.close()
    rig.app = client_app({**rig.conf, "task_queues": [Broadcast("news"), Queue("celery")]})
    return rig


# A process that only sends says so: kombu takes an exchange that its connection does not know for a direct one.
DECLARE = [Exchange("news", type="fanout")]


def tell(rig, task, *args, **options):
    return rig.send(task, args, queue="news", declare=DECLARE, **options)


def send_to_exchange(rig, routing_key, task, *args):
    with rig.app.connection_for_write() as connection, connection.Producer() as producer:
        message = rig.app.amqp.as_task_v2("bare-id", f"conformance.{task}", args)
        producer.publish(message.body, exchange=DECLARE[0], declare=DECLARE, routing_key=routing_key, serializer="json",
                         headers=message.headers, **message.properties)


def listeners(rig):
    return rig.raw.pubsub_numpat()


def test_every_worker_runs_it_python_and_ours(rig):
    other = rig.worker()
    before = listeners(rig)
    python = rig.worker("-c 1 -Q news", command=NEIGHBOUR, conf={"task_queues": None, "broadcast": "news"})
    eventually(lambda: listeners(rig) > before, what="the Python worker listens too")
    key = rig.key()
    tell(rig, "late", key, "all")
    rig.recorded(key, 6)
    throughout(lambda: rig.records(key).count("done:all") == 3, 0.5)
    for worker in (rig.main, other, python):
        assert worker.logs("conformance.late", "received")
    assert rig.is_drained()


def test_whatever_key_it_was_sent_with_and_ordinary_queues_go_on(rig):
    key = rig.key()
    tell(rig, "append", key, "default key")
    tell(rig, "append", key, "own key", routing_key="some.key")
    rig.recorded(key, 2)
    send_to_exchange(rig, "", "append", key, "no key")
    rig.recorded(key, 3)
    assert sorted(rig.records(key)) == ["default key", "no key", "own key"]
    assert rig.get("add", 2, 3) == 5


def test_results_retries_and_etas_are_as_for_any_task(rig):
    assert tell(rig, "add", 2, 2).get(timeout=10) == 4
    key = rig.key()
    assert tell(rig, "retry_then_succeed", key, 2).get(timeout=10) == 2
    assert len(rig.records(key)) == 3
    assert tell(rig, "identity", "later", countdown=3).get(timeout=15) == "later"
    assert rig.is_drained()


@pytest.mark.ours
def test_what_cannot_be_read_is_a_dead_letter(rig):
    for channel in (f"/{rig.dbs[0]}.news", f"/{rig.dbs[0]}.news/celery"):
        rig.raw.publish(channel, b"\xffnonsense")
    eventually(lambda: len(rig.dead_letters()) == 2, what="both are kept")
    assert tell(rig, "add", 2, 2).get(timeout=10) == 4


@pytest.mark.ours
def test_inspect_shows_it_and_it_can_be_given_up_and_taken_again(rig):
    name, control = rig.main.name, rig.app.control
    queues = {q["name"]: q for q in control.inspect([name], timeout=10).active_queues()[name]}
    assert queues["news"]["exchange"]["type"] == "fanout" and queues["celery"]["exchange"]["type"] == "direct"
    assert "exchange=news(fanout)" in rig.main.output()
    assert control.cancel_consumer("news", destination=[name], reply=True, timeout=10) == [{name: {"ok": "no longer consuming from news"}}]
    eventually(lambda: [q["name"] for q in control.inspect([name], timeout=10).active_queues()[name]] == ["celery"],
               what="the queue is given up")
    key = rig.key()
    tell(rig, "append", key, "unheard")
    throughout(lambda: not rig.records(key), 0.5)
    assert control.add_consumer("news", destination=[name], reply=True, timeout=10) == [{name: {"ok": "add consumer news"}}]
    eventually(lambda: listeners(rig) >= 3, what="it listens again")
    tell(rig, "append", key, "heard")
    assert rig.recorded(key, 1) == ["heard"]


@pytest.mark.ours
def test_a_worker_that_ends_leaves_nothing_behind(rig):
    for _ in range(4):
        tell(rig, "sleep", 1.5)
    rig.main.logs("conformance.sleep", "received")
    assert rig.main.stop() == 0
    assert not list(rig.raw.scan_iter("taskworker.broadcast*"))
    assert not rig.raw.exists("_kombu.binding.news")
    rig.main.start()
    key = rig.key()
    tell(rig, "append", key, "again")
    assert rig.recorded(key, 1) == ["again"]


def test_it_listens_again_after_redis_was_away(fresh):
    from support.redis_server import RedisServer
    with RedisServer() as server:
        rig = fresh(redis=server, args="-c 1", conf={"task_queues": NEWS})
        server.restart()
        eventually(lambda: listeners(rig) >= 3, timeout=20, what="it listens again")
        key = rig.key()
        send_to_exchange(rig, "k", "append", key, "again")
        assert rig.recorded(key, 1) == ["again"]

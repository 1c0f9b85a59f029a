"""Queues with exchanges and routing keys of their own, declared in task_queues."""
import pytest
from celery.utils.nodenames import worker_direct

from support.redis_server import RedisServer
from support.rig import open_rig
from support.wait import eventually

QUEUES = {
    "orders": {"exchange": "shop", "exchange_type": "topic", "routing_key": "order.#"},
    "mails": {"exchange": "mail", "routing_key": "out"},
    "brief": {"exchange": "brief", "routing_key": "brief", "queue_arguments": {"x-expires": 60000}},
    "plain": {},
}


@pytest.fixture(scope="module")
def shop():
    with RedisServer() as server, \
            open_rig(server, conf={"task_queues": QUEUES, "worker_direct": True}) as rig:
        yield rig


def test_all_declared_queues_are_consumed(shop):
    for queue in QUEUES:
        assert shop.send("add", (1, 2), queue=queue).get(timeout=10) == 3


def test_a_topic_exchange_leads_to_its_queue(shop):
    call = shop.send("add", (2, 3), queue="orders", routing_key="order.new.express")
    assert call.get(timeout=10) == 5


def test_a_retry_of_a_message_from_an_exchange_runs(shop):
    for queue in ("orders", "mails"):
        result = shop.send("retry_then_succeed", (shop.key(), 2), queue=queue)
        assert result.get(timeout=10) == 2
    assert shop.is_drained("orders") and shop.is_drained("mails")


def test_bindings_are_those_of_a_python_worker(shop):
    """The same tables that kombu itself writes for these queues."""
    ours = {exchange: shop.raw.smembers(f"_kombu.binding.{exchange}") for exchange in ("shop", "mail", "celery")}
    shop.raw.delete(*[f"_kombu.binding.{exchange}" for exchange in ours])
    with shop.app.connection_for_write() as connection:
        for name in QUEUES:
            shop.app.amqp.queues[name](connection.default_channel).declare()
    kombus = {exchange: shop.raw.smembers(f"_kombu.binding.{exchange}") for exchange in ours}
    assert ours == kombus


@pytest.mark.ours
def test_the_banner_shows_exchanges(shop):
    assert shop.main.lines("orders", "exchange=shop(topic) key=order.#")
    assert shop.main.lines("mails", "exchange=mail(direct) key=out")


def test_a_worker_has_a_queue_of_its_own(shop):
    call = shop.send("add", (3, 4), queue=worker_direct(shop.main.name))
    assert call.get(timeout=10) == 7


@pytest.mark.ours
def test_an_unknown_queue_is_refused_when_none_shall_be_made(fresh):
    rig = fresh(start=False, conf={"task_queues": ["plain"], "task_create_missing_queues": False})
    worker = rig.worker("-c 1 -Q other", start=False)
    worker.start(wait=False)
    assert worker.wait() == 2
    assert "other" in worker.output() and "task_queues" in worker.output()


@pytest.mark.ours
def test_x_leaves_a_declared_queue_alone(fresh):
    rig = fresh(start=False, conf={"task_queues": {"a": {}, "b": {}}})
    rig.worker("-c 1 -X b")
    rig.send("add", (1, 2), queue="b")
    assert rig.send("add", (1, 2), queue="a").get(timeout=10) == 3
    eventually(lambda: len(rig.queued("b")) == 1, what="the message stays")

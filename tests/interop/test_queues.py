"""Several queues and priorities."""
import pytest


def test_zero_is_first_and_nine_is_last(rig, fresh):
    narrow = fresh(redis=rig.redis, dbs=(2, 3), args="-c 1 --prefetch-multiplier 1", start=False)
    key = narrow.key()
    for priority in (9, 6, 3, 0, 9, 6, 3, 0, 5, 2, None, 7):
        narrow.send("append", (key, str(priority)), priority=priority)
    lengths = [narrow.raw.llen(f"celery{step}") for step in ("", "\x06\x163", "\x06\x166", "\x06\x169")]
    assert lengths == [4, 3, 3, 2]
    narrow.worker()
    assert narrow.recorded(key, 12) == ["0", "0", "2", "None", "3", "3", "5", "6", "6", "7", "9", "9"]
    assert narrow.is_drained()


def test_the_oldest_of_one_priority_is_first(rig, fresh):
    narrow = fresh(redis=rig.redis, dbs=(2, 3), args="-c 1", start=False)
    key = narrow.key()
    for i in range(100):
        narrow.call("append", key, i)
    narrow.worker()
    assert narrow.recorded(key, 100) == [str(i) for i in range(100)]


@pytest.fixture
def two_queues(rig, fresh):
    return fresh(redis=rig.redis, dbs=(2, 3), args="-c 1 -Q a,b --prefetch-multiplier 1", start=False)


def test_only_the_queues_asked_for_are_consumed(two_queues):
    key = two_queues.key()
    for queue in ("a", "b", "celery"):
        two_queues.send("append", (key, queue), queue=queue)
    two_queues.worker()
    assert sorted(two_queues.recorded(key, 2)) == ["a", "b"]
    assert two_queues.is_drained("a") and two_queues.is_drained("b")
    assert [m["headers"]["task"] for m in two_queues.queued("celery")] == ["conformance.append"]
    assert two_queues.raw.delete("celery")


def test_queues_take_turns(two_queues):
    key = two_queues.key()
    for queue in ("a", "b"):
        for _ in range(60):
            two_queues.send("append", (key, queue), queue=queue)
    two_queues.worker()
    first = two_queues.recorded(key, 120)[:60]
    assert 15 <= first.count("a") <= 45


def test_a_priority_of_one_queue_goes_before_the_rest_of_another(two_queues):
    key = two_queues.key()
    for i in range(10):
        two_queues.send("append", (key, "a9"), queue="a", priority=9)
        two_queues.send("append", (key, "b0"), queue="b", priority=0)
    two_queues.worker()
    assert two_queues.recorded(key, 20) == ["b0"] * 10 + ["a9"] * 10


def test_a_queue_that_was_empty_wakes_the_worker(rig, fresh):
    many = fresh(redis=rig.redis, dbs=(2, 3), args="-c 2 -Q a,b,c")
    for queue in ("c", "a", "b", "c"):
        for priority in (9, 0):
            assert many.send("add", (1, 2), queue=queue, priority=priority).get(timeout=6) == 3


def test_a_named_exchange(rig):
    """Producers with an exchange of their own find the queue by the binding the worker wrote."""
    result = rig.send("ids", exchange="celery", routing_key="celery")
    info = result.get(timeout=10)["delivery_info"]
    assert (info["exchange"], info["routing_key"]) == ("celery", "celery")
    assert b"celery\x06\x16\x06\x16celery" in rig.raw.smembers("_kombu.binding.celery")

"""Where broker and results may be, and how one logs in."""
import contextlib

import pytest

from support.redis_server import RedisServer
from support.rig import open_rig
from support.wait import eventually

SECRET = "p@ss/wörd%:1"

PLACES = {
    "one database": {"dbs": (0, 0)},
    "two databases": {"dbs": (3, 5)},
    "a unix socket": {"unix": True, "dbs": (2, 4)},
    "two servers": {"second": True},
    "a password": {"login": {"password": SECRET}},
    "a password on a unix socket": {"login": {"password": SECRET}, "unix": True},
    "an ACL user": {"login": {"user": "shop", "password": SECRET}},
    "an ACL user without dangerous commands": {
        "login": {"user": "shop", "password": SECRET, "acl": "~* &* +@all -@dangerous"}},
    "an ACL user without SORT": {
        "login": {"user": "shop", "password": SECRET, "acl": "~* &* +@all -sort"}},
    "a key prefix": {"conf": {"broker_transport_options": {"global_keyprefix": "kp:"},
                              "result_backend_transport_options": {"global_keyprefix": "rp"}}},
}


@pytest.fixture(scope="module", params=PLACES.values(), ids=PLACES)
def place(request):
    options = {k: v for k, v in request.param.items() if k not in ("login", "second")}
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(RedisServer(**request.param.get("login", {})))
        if request.param.get("second"):
            options["backend"] = stack.enter_context(RedisServer())
        side = stack.enter_context(RedisServer()) if server.user else None
        rig = stack.enter_context(open_rig(server, side=side, **options))
        rig.prefixed = "conf" in options
        yield rig


def test_tasks_are_done_there(place):
    key = place.key()
    calls = [place.call("add", i, 1) for i in range(50)]
    assert [call.get(timeout=10) for call in calls] == list(range(1, 51))
    with pytest.raises(ValueError, match="^boom$"):
        place.get("fail")
    assert place.get("late", key, "v") == "v"
    assert place.get("retry_then_succeed", place.key(), 2) == 2
    assert place.send("add", (1, 2), countdown=0.3, priority=9).get(timeout=10) == 3
    assert place.get("late_requeue_once", place.key()) == 2


def test_progress_is_published_there(place):
    result = place.call("progress", 1, 0.5)
    eventually(lambda: result.state == "PROGRESS", what="PROGRESS")
    assert result.get(timeout=10) == "done"


def test_nothing_is_left_there(place):
    assert place.is_drained()
    kinds = {key.decode().partition("-")[0] for key in place.docs.scan_iter("*task-meta-*")}
    assert kinds == ({"rp_celery"} if place.prefixed else {"celery"})
    if place.prefixed:
        assert {k for k in place.raw.scan_iter("*") if not k.startswith(b"kp:")} == set()


def test_no_password_in_the_log(place):
    assert place.main.is_alive()
    for part in (SECRET, "p@ss", "p%40ss", "%:1"):
        assert part not in place.main.output()


def test_the_transport_is_shown(place):
    line = place.main.lines("transport:")[0]
    assert str(place.redis.port) in line or str(place.redis.socket) in line


@pytest.mark.ours
def test_a_wrong_password_is_told_once_and_tried_again(fresh):
    with RedisServer(password="right") as server:
        rig = fresh(redis=server, start=False)
        wrong = {name: rig.conf[name].replace("right", "wrong") for name in ("broker_url", "result_backend")}
        worker = rig.worker(start=False, conf=wrong)
        worker.start(wait=False)
        eventually(lambda: "WRONGPASS" in worker.output() or worker.output().count("Cannot connect"),
                   what="a line about the login")
        assert worker.is_alive()
        assert "wrong" not in worker.output().replace("WRONGPASS", "").replace("wrong password", "")


@pytest.mark.ours
def test_a_right_that_is_missing_is_named(fresh):
    with RedisServer(user="shop", password=SECRET, acl="~* &* +@all -@scripting") as server:
        worker = fresh(redis=server, side=server, start=False).worker(start=False).start(wait=False)
        line = worker.logs("NOPERM")
        assert "script" in line and SECRET not in line and worker.is_alive()

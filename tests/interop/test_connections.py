"""Where broker and results may be, and how one logs in."""
import contextlib
from urllib.parse import quote

import pytest

from support.certificates import Certificates
from support.redis_server import RedisServer, free_port
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
    "TLS": {"login": {"password": SECRET}, "tls": {}, "dbs": (0, 2)},
    "TLS with a client certificate": {"tls": {"tls_clients": True}},
    "a key prefix": {"conf": {"broker_transport_options": {"global_keyprefix": "kp:"},
                              "result_backend_transport_options": {"global_keyprefix": "rp"}}},
}


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module", params=PLACES.values(), ids=PLACES)
def place(request, certificates):
    options = {k: v for k, v in request.param.items() if k not in ("login", "second", "tls")}
    login = dict(request.param.get("login", {}))
    if "tls" in request.param:
        login |= {"tls": certificates, **request.param["tls"]}
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(RedisServer(**login))
        if request.param.get("second"):
            options["backend"] = stack.enter_context(RedisServer())
        side = stack.enter_context(RedisServer()) if server.user or server.tls else None
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
    result = place.call("progress", 1, 2)
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
    assert str(place.redis.tls_port or place.redis.port) in line or str(place.redis.socket) in line


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


@pytest.mark.ours
def test_no_way_in_shows_a_password(fresh, certificates):
    """Every way to fail: nobody there, wrong password, no trust, no TLS, no such database, no rights."""
    with RedisServer(password="right") as plain, \
            RedisServer(password="right", tls=certificates) as secure, \
            RedisServer(user="poor", password=SECRET, acl="~* &* +ping") as poor:
        login = f"u:{quote(SECRET, safe='')}@"
        ways = {
            f"redis://{login}127.0.0.1:{free_port()}/0": "Connection refused",
            f"redis://:{quote(SECRET, safe='')}@127.0.0.1:{plain.port}/0": "WRONGPASS",
            f"redis://{login}no-such-host.invalid:1/0": "connect to",
            f"rediss://:right@localhost:{secure.tls_port}/0": "certificate is not trusted",
            f"redis://{login}127.0.0.1:{secure.tls_port}/0": "then rediss://",
            f"rediss://{login}127.0.0.1:{plain.port}/0?ssl_cert_reqs=none": "TLS",
            f"redis+socket://{login}/nowhere/redis.sock": "No such file",
            plain.url(99): "DB index",
            poor.url(): "NOPERM",
        }
        for url, sign in ways.items():
            rig = fresh(redis=plain, start=False)
            worker = rig.worker(start=False, conf={"broker_url": url, "result_backend": url})
            worker.start(wait=False)
            worker.logs(sign, timeout=10)
            assert worker.is_alive(), url
            for part in (SECRET, quote(SECRET, safe=""), "right@", "p@ss", "p%40ss"):
                assert part not in worker.output(), url
            worker.close()


@pytest.mark.ours
def test_the_next_broker_is_taken_when_the_first_is_gone(fresh):
    """Producers in Python and the worker have the same list; both move on."""
    with RedisServer() as results, RedisServer() as second:
        rig = fresh(backend=results, start=False, side=results)
        conf = {"broker_url": f"{rig.redis.url()};{second.url()}"}
        rig.worker(conf=conf)
        assert rig.get("add", 1, 2) == 3
        rig.redis.stop()
        rig.main.logs("broker: now", str(second.port), timeout=20)
        rig.app.conf.broker_url = conf["broker_url"]
        with rig.app.connection_for_write(url=second.url()) as connection:
            call = rig.app.send_task("conformance.add", (2, 3), connection=connection)
        assert call.get(timeout=20) == 5
        assert rig.main.is_alive()

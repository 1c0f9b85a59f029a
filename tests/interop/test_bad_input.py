"""Bad input in every form a message, a setting or a connection has: named, nothing lost, the worker stays."""
import bz2
import json
import lzma
import pickle
import subprocess
import time
import zlib

import brotli
import msgpack
import pytest
from backports import zstd

from support.certificates import Certificates
from support.envelopes import envelope, push
from support.redis_server import RedisServer
from support.rig import open_rig
from support.wait import eventually
from support.worker import BUILD, environment

pytestmark = pytest.mark.ours

BODY = json.dumps([[1, 2], {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}]).encode()
CODECS = {"application/x-gzip": zlib.compress, "application/x-bz2": bz2.compress, "application/x-lzma": lzma.compress,
          "application/zstd": zstd.compress, "application/x-brotli": brotli.compress}


@pytest.fixture(scope="module")
def all_forms(redis):
    conf = {"accept_content": ["json", "yaml", "msgpack"]}
    with open_rig(redis, dbs=(14, 15), conf=conf, args="-c 2") as rig:
        yield rig


def compressed(name, body):
    return envelope(body=body, headers={"compression": name})


def typed(value):
    return envelope(body=json.dumps([[value, 1], {}, {}]))


def messages():
    """What is wrong → the message, and what must be said of it."""
    yield "a compression nobody knows", compressed("rot13", BODY), "compression 'rot13' is unknown"
    for name, pack in CODECS.items():
        whole = pack(BODY)
        said = f"the body is a truncated {name} stream"
        yield f"{name} without its end", compressed(name, whole[:-1]), said
        yield f"half of {name}", compressed(name, whole[:len(whole) // 2]), said
        yield f"nothing as {name}", compressed(name, b""), said
        yield f"{name} that is none", compressed(name, b"\xffno stream at all, nor anything like one" * 9), name
    yield "zlib that says it is zstd", compressed("application/zstd", zlib.compress(BODY)), "application/zstd stream"
    yield "an unknown type", typed({"__type__": "money", "__value__": 1}), "unsupported __type__ 'money'"
    yield "a type that is a number", typed({"__type__": 5, "__value__": 1}), "unsupported __type__ 5"
    yield "a date that is none", typed({"__type__": "date", "__value__": "2024-02-30"}), "'2024-02-30' is no value"
    yield "a uuid that is none", typed({"__type__": "uuid", "__value__": {"hex": "12"}}), "__type__ 'uuid'"
    yield "a decimal that is none", typed({"__type__": "decimal", "__value__": "1,5"}), "__type__ 'decimal'"
    yield "pickle", envelope(body=pickle.dumps([[1, 2], {}, {}]), content_type="application/x-python-serialize",
                             content_encoding="binary"), "Refusing to deserialize untrusted content of type pickle"
    yield "YAML that runs code", envelope(body="[[!!python/object/apply:os.system [ls]], {}, {}]",
                                          content_type="application/x-yaml"), "python/object/apply"
    yield "half of YAML", envelope(body="[[1, 2], {", content_type="application/x-yaml"), "the body is not YAML"
    packed = msgpack.packb([[1, 2], {}, {}])
    yield "half of msgpack", envelope(body=packed[:-2], content_type="application/x-msgpack",
                                      content_encoding="binary"), "the body is not msgpack: unexpected end"
    yield "an extension of msgpack", envelope(body=msgpack.packb([[msgpack.ExtType(9, b"x")], {}, {}]),
                                              content_type="application/x-msgpack", content_encoding="binary"), "extension type 9"
    yield "an unknown content type", envelope(content_type="application/x-marzipan"), "application/x-marzipan"
    yield "an unknown charset", envelope(content_encoding="utf-99"), "utf-99"
    yield "an unknown body encoding", envelope(properties={"body_encoding": "rot13"}), "rot13"
    yield "base64 that is none", envelope() | {"body": "%%%"}, "base64"


MESSAGES = {what: (message, said) for what, message, said in messages()}


@pytest.mark.parametrize("what", MESSAGES)
def test_a_message_is_kept_with_a_reason_that_names_what_is_wrong(all_forms, what):
    rig, (message, said) = all_forms, MESSAGES[what]
    before = len(rig.dead_letters())
    raw = push(rig, message)
    assert rig.get("add", 1, 2) == 3
    assert rig.is_drained()
    letter, = rig.dead_letters()[before:]
    assert letter.message == raw
    assert said in letter.reason
    assert rig.main.is_alive()


def exit_of(conf, **environ):
    """How a worker with these settings ends, and what it says."""
    conf = {"broker_url": "redis://127.0.0.1:1/0", "result_backend": "redis://127.0.0.1:1/0", **conf}
    command = [str(BUILD / "bin" / "taskworker"), "-A", "conformance", "worker", "-n", "bad@interop"]
    done = subprocess.run(command, env={**environment(conf), **environ}, capture_output=True, text=True, timeout=20)
    return done.returncode, done.stderr


SETTINGS = {
    "a prefix that is a number": ({"broker_transport_options": {"global_keyprefix": 7}},
                                  "broker_transport_options.global_keyprefix: must be text"),
    "a prefix of results that is a list": ({"result_backend_transport_options": {"global_keyprefix": ["x"]}},
                                           "result_backend_transport_options.global_keyprefix"),
    "a scheme that nobody knows": ({"broker_url": "redos://127.0.0.1/0"}, "redos"),
    "a database that is a word": ({"broker_url": "redis://127.0.0.1/first"}, "first"),
    "a port that is none": ({"broker_url": "redis://127.0.0.1:99999/0"}, "99999"),
    "a check of certificates that nobody knows": ({"broker_url": "rediss://127.0.0.1/0?ssl_cert_reqs=maybe"}, "ssl_cert_reqs: must be required"),
    "an authority that is not there": ({"broker_url": "rediss://127.0.0.1/0?ssl_ca_certs=/nowhere/ca.pem"}, "/nowhere/ca.pem"),
    "a serializer that nobody knows": ({"result_serializer": "marzipan"}, "marzipan"),
    "a compression that nobody knows": ({"task_compression": "marzipan"}, "marzipan"),
    "accepted content that nobody knows": ({"accept_content": ["marzipan"]}, "marzipan"),
    "a strategy that nobody knows": ({"broker_transport_options": {"queue_order_strategy": "dice"}}, "queue_order_strategy"),
    "steps that are words": ({"broker_transport_options": {"priority_steps": ["low"]}}, "priority_steps"),
}


@pytest.mark.parametrize("what", SETTINGS)
def test_a_setting_is_refused_by_name_before_anything_is_fetched(what):
    conf, said = SETTINGS[what]
    code, stderr = exit_of(conf)
    assert code == 2 and said in stderr, stderr
    assert "Traceback" not in stderr and "terminate" not in stderr


def test_a_prefix_that_is_not_the_producers_touches_nothing(fresh):
    """A worker with another prefix waits at keys of its own; what lies at the old ones stays."""
    with RedisServer() as server:
        rig = fresh(redis=server, start=False)
        result = rig.call("add", 1, 2)
        wrong = rig.worker(conf={"broker_transport_options": {"global_keyprefix": "wrong:"}})
        assert rig.raw.llen("celery") == 1
        wrong.stop()
        rig.worker()
        assert rig.ended(result.id, "SUCCESS")["result"] == 3


def test_a_wrong_password_is_named_and_work_begins_when_it_is_right(fresh):
    with RedisServer(password="right") as server:
        rig = fresh(redis=server, start=False)
        result = rig.call("add", 1, 2)
        assert rig.docs.ping()
        conf = {name: rig.conf[name].replace("right", "sesame") for name in ("broker_url", "result_backend")}
        worker = rig.worker(start=False, conf=conf).start(wait=False)
        assert "sesame" not in worker.logs("WRONGPASS", timeout=10)
        assert worker.is_alive() and rig.raw.llen("celery") == 1
        rig.raw.config_set("requirepass", "sesame")
        server.password = "sesame"
        assert rig.ended(result.id, "SUCCESS", timeout=20)["result"] == 3


def test_a_certificate_that_is_not_trusted_is_named_and_the_queue_is_left_alone(fresh, tmp_path):
    certificates = Certificates(tmp_path)
    with RedisServer(tls=certificates) as server:
        rig = fresh(redis=server, side=server, start=False)
        result = rig.call("add", 1, 2)
        for trust in ("ssl_ca_certs=" + certificates["other-ca.pem"], "ssl_cert_reqs=required"):
            url = f"rediss://localhost:{server.tls_port}/0?{trust}"
            worker = rig.worker(start=False, conf={"broker_url": url, "result_backend": url}).start(wait=False)
            worker.logs("certificate is not trusted", timeout=10)
            assert worker.is_alive() and rig.raw.llen("celery") == 1
            worker.close()
        rig.worker()
        assert rig.ended(result.id, "SUCCESS")["result"] == 3


def test_a_client_certificate_that_is_missing_is_named(fresh, tmp_path):
    with RedisServer(tls=Certificates(tmp_path), tls_clients=True) as server:
        rig = fresh(redis=server, side=server, start=False)
        result = rig.call("add", 1, 2)
        url = f"rediss://localhost:{server.tls_port}/0?ssl_ca_certs={tmp_path}/ca.pem"
        worker = rig.worker(start=False, conf={"broker_url": url, "result_backend": url}).start(wait=False)
        worker.logs("certificate", timeout=10)
        assert worker.is_alive() and rig.raw.llen("celery") == 1
        worker.close()
        rig.worker()
        assert rig.ended(result.id, "SUCCESS")["result"] == 3


def denials(worker):
    return worker.lines("NOPERM") + worker.lines("can't run this command")


DENIED = ["hset", "zadd", "blmove", "evalsha", "set", "zrem", "hdel"]  # a missing PUBLISH is put up with


@pytest.mark.parametrize("command", DENIED)
def test_a_command_that_is_denied_in_the_midst_of_work_is_named_and_nothing_is_lost(fresh, command):
    with RedisServer(user="shop", password="open") as server, RedisServer() as side:
        rig = fresh(redis=server, side=side)
        key = rig.key()
        assert rig.get("add", 1, 1) == 2
        rig.raw.execute_command("ACL", "SETUSER", "shop", f"-{command}")
        ids = [rig.call("append", key, number).id for number in range(20)]
        eventually(lambda: [line for line in denials(rig.main) if command in line.lower()], 20,
                   f"a line that names {command}")
        time.sleep(5 if command == "set" else 0)  # more than three tries
        assert rig.main.is_alive()
        rig.raw.execute_command("ACL", "SETUSER", "shop", "+@all")
        for task_id in ids:
            rig.ended(task_id, "SUCCESS", timeout=30)
        assert sorted(map(int, rig.records(key))) == list(range(20))
        assert rig.is_drained(timeout=20) and rig.main.is_alive()

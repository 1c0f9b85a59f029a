"""Health and metrics over HTTP; what systemd is told."""
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import urllib.error
import urllib.request

import pytest

from support.redis_server import RedisServer, free_port
from support.wait import eventually
from support.worker import BUILD

pytestmark = pytest.mark.ours


def get(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return None, ""


def series(text, start):
    return [line for line in text.splitlines() if line.startswith(start)]


def test_health_and_metrics(fresh):
    port = free_port()
    rig = fresh(args=f"-c 2 --http 127.0.0.1:{port}")
    for page in ("/livez", "/readyz", "/startupz"):
        assert get(port, page) == (200, "ok\n")
    assert get(port, "/nothing")[0] == 404
    rig.get("add", 1, 2)
    with pytest.raises(ValueError):
        rig.get("fail", "boom")
    rig.app.send_task("no.such.task")

    def counted():
        text = get(port, "/metrics")[1]
        return text if series(text, 'celery_task_failed_total{exception="NotRegistered"') else None
    text = eventually(counted, what="the unknown task is counted")
    labels = '{hostname="interop",name="conformance.add",queue_name="celery"}'
    assert f"celery_task_succeeded_total{labels} 1" in text
    assert f"celery_task_runtime_count{labels} 1" in text
    assert 'celery_task_failed_total{exception="ValueError",hostname="interop",name="conformance.fail",queue_name="celery"} 1' in text
    assert 'exception="NotRegistered",hostname="interop",name="other",queue_name="celery"' in text
    assert 'celery_queue_length{queue_name="celery"} 0' in text
    assert 'celery_active_consumer_count{queue_name="celery"} 1' in text
    assert 'celery_active_process_count{queue_name="celery"} 2' in text
    assert f'taskworker_leases_lost_total{{hostname="interop",worker="{rig.main.name}"}} 0' in text
    assert float(series(text, "taskworker_last_fetch_seconds")[0].split()[-1]) < 15
    assert f'celery_worker_up{{hostname="interop",worker="{rig.main.name}"}} 1' in text
    assert f'taskworker_processes{{hostname="interop",worker="{rig.main.name}"}} 2' in text


def test_readiness_ends_with_the_fetching(fresh):
    port = free_port()
    rig = fresh(args=f"-c 1 --http {port}")
    result = rig.call("sleep", 6)
    inspect = rig.app.control.inspect([rig.main.name], timeout=10)
    eventually(lambda: inspect.active()[rig.main.name], what="it runs")
    rig.main.send_signal(signal.SIGTERM)
    eventually(lambda: get(port, "/readyz") == (503, "shutting down\n"), what="not ready any more")
    assert get(port, "/livez")[0] == 200
    assert rig.main.wait() == 0 and rig.state(result.id) == "SUCCESS"


def test_it_is_alive_but_not_started_while_redis_is_away(fresh):
    port = free_port()
    with RedisServer() as server:
        rig = fresh(redis=server, start=False)
        server.stop()
        worker = rig.worker(f"-c 1 --http {port}", start=False).start(wait=False)
        eventually(lambda: get(port, "/startupz")[0] == 503, what="it is not started")
        assert get(port, "/livez")[0] == 200 and get(port, "/readyz")[0] == 503
        server.start()
        eventually(lambda: get(port, "/readyz")[0] == 200, 20, "it is ready")
        assert worker.stop() == 0


def test_a_port_that_is_taken_is_an_error(fresh):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        rig = fresh(start=False)
        worker = rig.worker(f"--http {taken.getsockname()[1]}", start=False).start(wait=False)
        assert worker.wait() == 2
        assert "worker_http" in worker.output()


def test_systemd_is_told(fresh):
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(folder + "/notify")
        listener.settimeout(10)
        rig = fresh(start=False)
        worker = rig.worker("-c 1", start=False)
        worker.env.update(NOTIFY_SOCKET=folder + "/notify", WATCHDOG_USEC="400000")
        worker.start()
        assert "READY=1" in listener.recv(1000).decode()
        assert listener.recv(1000) == b"WATCHDOG=1"
        assert listener.recv(1000) == b"WATCHDOG=1"
        worker.send_signal(signal.SIGTERM)
        eventually(lambda: "STOPPING=1" in listener.recv(1000).decode(), what="STOPPING")
        assert worker.wait() == 0


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_the_unit_is_valid(tmp_path):
    unit = (BUILD / "systemd" / "taskworker@.service").read_text()
    # What is to be started must be there; it is not installed.
    line = next(x for x in unit.splitlines() if x.startswith("ExecStart="))
    program = line.split("=", 1)[1].split()[0]
    checked = tmp_path / "taskworker@.service"
    checked.write_text(unit.replace(program, str(BUILD / "bin" / "taskworker")))
    done = subprocess.run(["systemd-analyze", "verify", str(tmp_path / "taskworker@sms.service")], capture_output=True,
                          text=True, env={**os.environ, "SYSTEMD_LOG_LEVEL": "warning"})
    assert (done.returncode, [x for x in done.stderr.splitlines() if "taskworker" in x]) == (0, [])

"""The vendors' gateways over real HTTP: signatures, classes of errors, misbehaviour, secrets."""
import itertools
import ssl
import subprocess

import pytest

from gateway_server import SID, TOKEN, GatewayServer

VENDORS = ["cloopen", "tencent"]
RECEIPTS = {"cloopen": "sid-1", "tencent": "serial-1"}
THROTTLED = {"cloopen": {"statusCode": "160039", "statusMsg": "频繁"},
             "tencent": {"Response": {"Error": {"Code": "RequestLimitExceeded", "Message": "slow down"}}}}
mobiles = (f"138{number:08}" for number in itertools.count(1))


@pytest.fixture
def server():
    with GatewayServer() as server:
        yield server


@pytest.fixture(params=VENDORS)
def shop(request, open_shop, server):
    shop = open_shop(env={"SHOP_SMS_ID": SID, "SHOP_SMS_SECRET": TOKEN}, args="-c 1", sms_gateway=request.param,
                     sms_url=server.url, sms_app_id="1400", sms_sign="商店", sms_timeout=4)
    shop.vendor = request.param
    return shop


def test_a_code_is_sent_with_a_signature_that_the_vendor_accepts(shop, server):
    assert shop.get("send_sms", "13800138000", "1234") == RECEIPTS[shop.vendor]
    sent = server.bodies[0]
    if shop.vendor == "cloopen":
        assert sent == {"to": "13800138000", "appId": "1400", "templateId": "1", "datas": ["1234", "5"]}
    else:
        assert sent["PhoneNumberSet"] == ["+8613800138000"] and sent["SignName"] == "商店"
        assert sent["TemplateParamSet"] == ["1234", "5"] and sent["SmsSdkAppId"] == "1400"


def test_one_connection_serves_many_messages(shop, server):
    for _ in range(5):
        shop.get("send_sms", next(mobiles), "1234")
    assert len(server.bodies) == 5
    assert server.connections == 1


@pytest.mark.parametrize("mood", ["slow", "500", "429", "bad json", "cut", "throttled"])
def test_trouble_that_passes_is_tried_again_until_it_is_sent(shop, server, mood):
    server.moods = [THROTTLED[shop.vendor] if mood == "throttled" else mood]
    call = shop.send("send_sms", next(mobiles), "1234")
    assert call.get(timeout=30) == RECEIPTS[shop.vendor]
    assert len(server.bodies) == 2
    assert shop.rig.main.logs("Retry in 3")


def test_what_the_vendor_refuses_fails_at_once(shop, server):
    call = shop.send("celery_tasks.sms.tasks.send_sms", next(mobiles), ["1234", 5], 404)
    assert call.get(timeout=20) == -1
    server.moods = ["403"]
    call = shop.send("ccp_send_sms_code", next(mobiles), "1234")
    with pytest.raises(Exception, match="HTTP 403"):
        call.get(timeout=20)
    assert len(server.bodies) == 2


def test_a_vendor_that_is_away_is_minus_two_for_the_template_task(shop, server):
    server.moods = ["500"]
    assert shop.get("celery_tasks.sms.tasks.send_sms", next(mobiles), ["1234", 5], 1) == -2


def test_the_same_task_id_is_paid_once(shop, server):
    for _ in range(3):
        shop.rig.docs.delete("celery-task-meta-sms-7")  # as if nobody knew that it has ended
        call = shop.send("send_sms", "13900139000", "1234", task_id="sms-7")
        assert call.get(timeout=20) == RECEIPTS[shop.vendor]
    assert len(server.bodies) == 1


def test_the_secret_is_in_no_log_and_no_result(shop, server):
    server.moods = ["500", "cut", "bad json"]
    shop.get("send_sms", next(mobiles), "1234")
    log = shop.rig.main.output()
    stored = [shop.rig.doc_text(key.decode()[len("celery-task-meta-"):])
              for key in shop.rig.docs.scan_iter("celery-task-meta-*")]
    assert stored and not any(TOKEN in text for text in [log, *stored])


def test_after_the_last_retry_the_last_error_is_kept(open_shop, server):
    shop = open_shop(env={"SHOP_SMS_ID": SID, "SHOP_SMS_SECRET": TOKEN}, sms_gateway="cloopen", sms_url=server.url)
    server.moods = ["500", "bad json", "429", "500"]
    call = shop.send("ccp_send_sms_code", "13800138000", "1234")
    with pytest.raises(Exception, match="HTTP 500"):
        call.get(timeout=60)
    assert call.state == "FAILURE"
    assert len(server.bodies) == 4


def test_a_wrong_secret_is_refused_and_a_file_may_hold_the_right_one(open_shop, server, tmp_path):
    secret = tmp_path / "sms.secret"
    secret.write_text(f"{SID}\nwrong\n")
    shop = open_shop(sms_gateway="tencent", sms_url=server.url, sms_secret_file=str(secret))
    with pytest.raises(Exception, match="AuthFailure.SignatureFailure"):
        shop.get("send_sms", "13800138000", "1234")
    secret.write_text(f"{SID}\n{TOKEN}\n")
    shop.rig.main.stop()
    shop.worker()
    assert shop.get("send_sms", "13800138000", "1234") == "serial-1"


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(open_shop, tmp_path):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1",
                    "-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem"], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with GatewayServer(tls) as server:
        shop = open_shop(env={"SHOP_SMS_ID": SID, "SHOP_SMS_SECRET": TOKEN}, sms_gateway="cloopen",
                         sms_url=server.url)
        assert shop.get("celery_tasks.sms.tasks.send_sms", "13800138000", ["1234", 5], 1) == -2
        assert shop.rig.main.logs("SSL peer certificate")
        assert server.bodies == []

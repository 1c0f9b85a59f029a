"""Both vendors on loopback: checks signatures by itself and misbehaves as it is told."""
import base64
import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

SID, TOKEN = "account-id", "very-secret-token"


def cloopen_answer(handler, body):
    url = urlsplit(handler.path)
    sid, stamp = base64.b64decode(handler.headers["Authorization"]).decode().split(":")
    signature = hashlib.md5(f"{SID}{TOKEN}{stamp}".encode()).hexdigest().upper()
    assert url.path == f"/2013-12-26/Accounts/{SID}/SMS/TemplateSMS", url.path
    assert sid == SID and len(stamp) == 14
    if parse_qs(url.query)["sig"] != [signature]:
        return {"statusCode": "111132", "statusMsg": "sig"}
    if body["templateId"] == "404":
        return {"statusCode": "112315", "statusMsg": "模板不存在"}
    return {"statusCode": "000000", "templateSMS": {"smsMessageSid": "sid-1", "dateCreated": stamp}}


def tencent_answer(handler, body):
    """As https://cloud.tencent.com/document/api/382/52072 says, step by step."""
    headers = handler.headers
    stamp = headers["X-TC-Timestamp"]
    date = time.strftime("%Y-%m-%d", time.gmtime(int(stamp)))
    request = "\n".join(["POST", "/", "", f"content-type:{headers['Content-Type']}", f"host:{headers['Host']}", "",
                         "content-type;host", hashlib.sha256(handler.raw).hexdigest()])
    scope = f"{date}/sms/tc3_request"
    text = "\n".join(["TC3-HMAC-SHA256", stamp, scope, hashlib.sha256(request.encode()).hexdigest()])
    key = b"TC3" + TOKEN.encode()
    for part in (date, "sms", "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    want = f"TC3-HMAC-SHA256 Credential={SID}/{scope}, SignedHeaders=content-type;host, Signature={signature}"
    assert (headers["X-TC-Action"], headers["X-TC-Version"]) == ("SendSms", "2021-01-11")
    assert abs(time.time() - int(stamp)) < 60
    if headers["Authorization"] != want:
        return {"Response": {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": "sig"}}}
    if body["TemplateId"] == "404":
        return {"Response": {"SendStatusSet": [{"Code": "FailedOperation.TemplateIncorrectOrUnapproved",
                                                "Message": "template"}]}}
    return {"Response": {"SendStatusSet": [{"Code": "Ok", "SerialNo": "serial-1"}], "RequestId": "r"}}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections may be used again

    def setup(self):
        super().setup()
        self.server.connections += 1

    def do_POST(self):
        self.raw = self.rfile.read(int(self.headers["Content-Length"]))
        body = json.loads(self.raw)
        self.server.bodies.append(body)
        mood = self.server.moods.pop(0) if self.server.moods else "good"
        answer = cloopen_answer if "TemplateSMS" in self.path else tencent_answer
        text = json.dumps(answer(self, body)).encode()
        status = 200
        if mood == "slow":
            time.sleep(6)
        elif mood in ("500", "429", "403"):
            status, text = int(mood), b"<html>trouble</html>"
        elif mood == "bad json":
            text = b'{"statusCode": '
        elif isinstance(mood, dict):
            text = json.dumps(mood).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text) + (10 if mood == "cut" else 0)))
        self.end_headers()
        self.wfile.write(text)
        if mood == "cut":
            self.close_connection = True

    def log_message(self, *_):
        pass


class GatewayServer(ThreadingHTTPServer):
    """bodies: what was sent; moods: how the next answers misbehave; connections: how many were opened."""
    daemon_threads = True

    def __init__(self, tls=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.bodies, self.moods, self.connections = [], [], 0
        self.scheme = "https" if tls else "http"
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        pass  # who hangs up is no news

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

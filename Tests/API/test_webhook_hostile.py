"""Receivers that mean harm, and receivers behind TLS: each failure has its name, and HTTP/2 is spoken where the receiver can."""

import asyncio
import contextlib
import json
import socket
import ssl
import struct
import subprocess
import threading
import time

import pytest
from hypercorn.asyncio import serve
from hypercorn.config import Config
from standardwebhooks import Webhook
from webhook_desk import delivery, hook, house, order, receiver, send_test  # noqa: F401
from webhook_support import Receiver, Server, wait_until


def reset(handler):
    """Closes so that the sender sees a reset, not an end."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()


def drip(handler):
    """A header, a byte at a time, for longer than anybody should wait."""
    handler.close_connection = True
    try:
        for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"y" * 60:
            handler.wfile.write(bytes([byte]))
            time.sleep(0.1)
    except OSError:
        pass


def broken_off(handler):
    handler.close_connection = True
    handler.send_response(200)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.write(b"short")


def no_http(handler):
    handler.close_connection = True
    handler.wfile.write(b"220 mail.example ESMTP\r\n")


@pytest.mark.parametrize("manner, reason", [(reset, "reset"), (drip, "timeout"), (broken_off, "reset"), (no_http, "reset|curl_1")])
def test_a_broken_answer_is_named_and_tried_again(house, receiver, hook, manner, reason):
    made = hook(f"/{manner.__name__}", steps=[manner, 200])
    event = send_test(house, made["id"])
    failed = wait_until(lambda: next((d for d in [delivery(house, made["id"], event_id=event)] if d["attempts"]), None), 8, "the first attempt")
    assert failed["log"][0]["reason"] in reason.split("|")
    done = delivery(house, made["id"], event_id=event, state="delivered")
    assert [a["status"] for a in done["log"]][-1] == 200


def test_retry_after_is_honoured(house, receiver, hook):
    made = hook("/busy", steps=[lambda handler: handler.answer(429, Retry_After="8"), 200])
    send_test(house, made["id"])
    first, second = wait_until(lambda: len(receiver.to("/busy")) == 2 and receiver.to("/busy"), 15, "the second attempt")
    assert 7.9 <= second[3] - first[3] <= 10.5


@pytest.mark.parametrize("target", ["http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "http://[::1]:22/"])
def test_a_redirect_to_a_private_address_goes_nowhere(house, receiver, hook, target):
    made = hook(f"/moved-{len(target)}", steps=[lambda handler: handler.answer(307, Location=target)])
    event = send_test(house, made["id"])
    assert delivery(house, made["id"], event_id=event, attempts=1)["last_status"] == 307


def test_a_repeated_message_can_be_told(house, receiver, hook):
    """The receiver took it and its answer was lost: the same id, body and place come again."""
    def took_and_fell_silent(handler):
        reset(handler)

    made = hook("/sensitive", steps=[took_and_fell_silent, 200], events=["order.received"])
    order(house)
    first, second = wait_until(lambda: len(receiver.to("/sensitive")) == 2 and receiver.to("/sensitive"), 15, "the repetition")
    assert first[1]["webhook-id"] == second[1]["webhook-id"] and first[2] == second[2]
    assert Webhook(made["secret"]).verify(second[2], second[1])


class Authority:
    """A certificate authority of a district's own network, and what it signs."""

    def __init__(self, folder):
        self.folder = folder
        self.run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=district", "-keyout", "ca.key", "-out", "ca.pem")

    def run(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def signed(self, name, *days):
        """A certificate for 127.0.0.1 or another name."""
        (self.folder / f"{name}.ext").write_text(f"subjectAltName={'IP:127.0.0.1' if name == 'right' else 'DNS:' + name + '.example'}\n")
        self.run("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        self.run("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                 "-extfile", f"{name}.ext", "-out", f"{name}.pem")
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def strict(tmp_path_factory, authority):
    """A server that believes the district's own authority."""
    server = Server(tmp_path_factory.mktemp("tls"), VNH_WEBHOOK_CA=str(authority.folder / "ca.pem"))
    server.admin = server.token("admin")
    yield server
    server.stop()


def attempted(server, url):
    made = server.call("POST", "/webhooks", server.admin, {"url": url, "events": ["month.closed"]})
    assert made.status == 201, made.json
    event = send_test(server, made.json["id"])
    return wait_until(lambda: next((d for d in [delivery(server, made.json["id"], event_id=event)] if d["attempts"]), None), 8, "an attempt")


def over_tls(receiver, certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    receiver.server.socket = context.wrap_socket(receiver.server.socket, server_side=True)
    return f"https://127.0.0.1:{receiver.port}/tls"


def test_the_certificate_must_be_in_order(house, strict, authority):
    for name, server, expected in [("right", strict, None), ("other", strict, "tls"), ("right", house, "tls")]:
        receiver = Receiver()
        url = over_tls(receiver, *authority.signed(name))
        found = attempted(server, url)
        assert found["last_reason"] == expected and (found["state"] == "delivered") == (expected is None), (name, found)
        assert bool(receiver.messages) == (expected is None)
        receiver.close()


def test_http_2_is_spoken_where_the_receiver_can(strict, authority):
    seen = []

    async def application(scope, receive, send):
        if scope["type"] != "http":
            return
        body = b""
        while True:
            part = await receive()
            body += part.get("body", b"")
            if not part.get("more_body"):
                break
        seen.append((scope["http_version"], {k.decode(): v.decode() for k, v in scope["headers"]}, body))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    certificate, key = authority.signed("right")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    config = Config()
    config.bind, config.certfile, config.keyfile, config.accesslog = [f"127.0.0.1:{port}"], str(certificate), str(key), None
    stop = threading.Event()

    async def main():
        async def stopped():
            while not stop.is_set():
                await asyncio.sleep(0.05)
        await serve(application, config, shutdown_trigger=stopped)

    def run():
        # How the receiver closes its last TLS connection is its own affair.
        with contextlib.suppress(ssl.SSLError):
            asyncio.run(main())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    wait_until(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0, 10, "the receiver")
    assert attempted(strict, f"https://127.0.0.1:{port}/two")["state"] == "delivered"
    version, headers, body = seen[0]
    assert version == "2" and headers["webhook-id"] == json.loads(body)["data"]["id"]
    stop.set()
    thread.join(10)

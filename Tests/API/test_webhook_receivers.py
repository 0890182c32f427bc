"""Receivers that are slow, broken, greedy or gone: each gets its reason, and none holds up its neighbours."""

import ipaddress
import socket
import time

import pytest
from webhook_desk import deliveries, delivery, hook, house, order, receiver, send_test  # noqa: F401
from webhook_support import Server, wait_until


def test_410_stops_the_subscription_and_its_dead_letters_can_be_replayed(house, receiver, hook):
    made = hook("/gone", steps=[410])
    event = send_test(house, made["id"])
    wait_until(lambda: house.call("GET", f"/webhooks/{made['id']}", house.admin).json["state"] == "disabled", 5, "the end")
    assert house.call("GET", f"/webhooks/{made['id']}", house.admin).json["disabled_reason"] == "gone"
    assert delivery(house, made["id"], event_id=event)["state"] == "dead"
    for path in ("test", "replay"):
        answer = house.call("POST", f"/webhooks/{made['id']}/{path}", house.admin, {"state": "dead"} if path == "replay" else {})
        assert (answer.status, answer.code) == (409, "webhook_disabled")
    receiver.steps["/gone"] = [204]
    assert house.call("PATCH", f"/webhooks/{made['id']}", house.admin, {"state": "active"}).json["state"] == "active"
    replayed = house.call("POST", f"/webhooks/{made['id']}/replay", house.admin, {"state": "dead"})
    assert (replayed.status, replayed.json["replayed"]) == (202, 1)
    done = delivery(house, made["id"], event_id=event, state="delivered")
    assert [a["status"] for a in done["log"]] == [410, 204]


def test_a_slow_receiver_is_given_up_and_holds_up_nobody(house, receiver, hook):
    def slow(handler):
        time.sleep(4)
        handler.close_connection = True

    stuck, quick = hook("/slow", steps=[slow]), hook("/quick")
    event = send_test(house, stuck["id"])
    began = time.monotonic()
    send_test(house, quick["id"])
    wait_until(lambda: receiver.to("/quick"), 1.5, "the neighbour's message")
    assert time.monotonic() - began <= 1.5
    failed = delivery(house, stuck["id"], event_id=event, last_reason="timeout")
    assert failed["state"] == "pending" and failed["attempts"] == 1
    assert 1900 <= failed["log"][0]["took_ms"] <= 3500


def test_a_redirect_is_not_followed(house, receiver, hook):
    made = hook("/moved", steps=[lambda handler: handler.answer(302, Location=receiver.url("/target"))])
    event = send_test(house, made["id"])
    assert delivery(house, made["id"], event_id=event, attempts=1)["last_status"] == 302
    assert receiver.to("/target") == []


@pytest.mark.parametrize("shape", ["body", "chunked", "header"])
def test_an_answer_beyond_64_kb_is_not_read(house, receiver, hook, shape):
    def large(handler):
        handler.close_connection = True
        try:
            if shape == "body":
                return handler.answer(200, b"x" * 1_000_000)
            handler.send_response(200)
            if shape == "header":
                for number in range(100):
                    handler.send_header(f"X-{number}", "y" * 1000)
                handler.send_header("Content-Length", "0")
                return handler.end_headers()
            handler.send_header("Transfer-Encoding", "chunked")
            handler.end_headers()
            for _ in range(1000):
                handler.wfile.write(b"400\r\n" + b"z" * 1024 + b"\r\n")
        except OSError:
            # The sender has hung up, as it should.
            pass

    made = hook(f"/large-{shape}", steps=[large])
    event = send_test(house, made["id"])
    assert delivery(house, made["id"], event_id=event, attempts=1)["last_reason"] == "too_large"


def test_nobody_there_is_a_failure_like_any_other(house, receiver, hook):
    made = hook("/closed")
    changed = house.call("PATCH", f"/webhooks/{made['id']}", house.admin, {"url": "http://127.0.0.1:9/"})
    assert changed.status == 200, changed.json
    event = send_test(house, made["id"])
    assert delivery(house, made["id"], event_id=event, attempts=1)["last_reason"] == "connect"


def test_a_name_that_stands_for_this_machine_is_not_called(receiver, tmp_path):
    # What a name stands for shows only when it is looked up, and the look-up may change: the very address connected to is what is checked.
    name = socket.gethostname()
    assert not ipaddress.ip_address(socket.getaddrinfo(name, 80, socket.AF_INET)[0][4][0]).is_global
    strict = Server(tmp_path, VNH_WEBHOOK_ALLOW="")
    admin = strict.token("admin")
    refused = strict.call("POST", "/webhooks", admin, {"url": receiver.url("/named"), "events": ["*"]})
    assert (refused.status, refused.code) == (422, "webhook_address_private")
    made = strict.call("POST", "/webhooks", admin, {"url": f"https://{name}:{receiver.port}/named", "events": ["*"]})
    assert made.status == 201, made.json
    event = send_test(strict, made.json["id"], admin)
    before = receiver.connections
    failed = wait_until(lambda: [d for d in deliveries(strict, made.json["id"], token=admin) if d["attempts"]], 5, "the attempt")[0]
    assert (failed["event_id"], failed["last_reason"]) == (event, "private_address")
    assert receiver.connections == before
    assert strict.stop() == 0


def test_five_failures_pause_an_endpoint(house, receiver, hook):
    made = hook("/broken", steps=[503], events=["order.*"])
    for _ in range(4):
        order(house)
    wait_until(lambda: len(receiver.to("/broken")) >= 5, 8, "five failures")
    time.sleep(1.5)
    # Those under way when it opened may still have ended; nothing new begins, though retries have become due.
    seen = len(receiver.to("/broken"))
    order(house)
    time.sleep(6.5)
    assert len(receiver.to("/broken")) == seen

"""What really goes out to subscribers, checked with the public `standardwebhooks` library against a real server."""

import datetime
import ipaddress
import itertools
import json
import signal
import socket
import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError
from webhook_support import Receiver, Server, vnh, wait_until

numbers = itertools.count(1)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("webhooks"))
    server.admin, server.operator = server.token("admin"), server.token("operator")
    yield server
    if server.process.poll() is None:
        server.stop()


@pytest.fixture(scope="module")
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def hook(house, receiver):
    """Subscribes a path of the receiver; takes the subscriptions away afterwards, so that the tests do not hear each other."""
    made = []

    def subscribe(path, steps=(200,), events=("month.closed",), token=None, **more):
        receiver.steps[path] = list(steps)
        answer = house.call("POST", "/webhooks", token or house.admin, {"url": receiver.url(path), "events": list(events), **more})
        assert answer.status == 201, answer.json
        made.append(answer.json["id"])
        return answer.json

    yield subscribe
    for id in made:
        house.call("DELETE", f"/webhooks/{id}", house.admin)


def order(house, elder=None):
    """Places an order; a fresh elder and hour each time."""
    n = next(numbers)
    day = datetime.date.today() + datetime.timedelta(days=2 + n % 60)
    answer = house.call("POST", "/orders", house.operator, {
        "elder_id": elder or f"e{n % 300 + 1:08d}", "item_code": "06001", "start": f"{day}T{10 + n % 2 * 4}:00:00+08:00", "caller": "本人"})
    assert answer.status == 201, answer.json
    return answer.json


def deliveries(house, id, state=None, token=None):
    answer = house.call("GET", f"/webhooks/{id}/deliveries" + (f"?state={state}" if state else ""), token or house.admin)
    assert answer.status == 200, answer.json
    return answer.json["deliveries"]


def delivery(house, id, **wanted):
    """Waits for a delivery that looks like this."""
    return wait_until(
        lambda: next((d for d in deliveries(house, id) if all(d[k] == v for k, v in wanted.items())), None), 15, f"a delivery {wanted}")


def send_test(house, id, token=None):
    answer = house.call("POST", f"/webhooks/{id}/test", token or house.admin, {})
    assert answer.status == 202, answer.json
    return answer.json["event_id"]


def test_an_order_arrives_signed_within_a_second(house, receiver, hook):
    made = hook("/signed", events=["order.*"])
    placed = order(house)
    began = time.monotonic()
    path, headers, body, at = wait_until(lambda: receiver.to("/signed"), 5, "the message")[0]
    assert at - began <= 1.0
    checked = Webhook(made["secret"]).verify(body, headers)
    assert checked["type"] == "order.received"
    assert checked["data"]["subject"] == placed["id"]
    assert headers["webhook-id"] == checked["data"]["id"]
    assert headers["content-type"] == "application/json"
    datetime.datetime.fromisoformat(checked["timestamp"])
    assert set(checked) == {"type", "timestamp", "data"}
    assert set(checked["data"]) == {"id", "seq", "subject", "order_seq", "data"}
    with pytest.raises(WebhookVerificationError):
        Webhook(made["secret"]).verify(body.replace(b"order", b"0rder"), headers)


def test_a_provider_hears_what_its_feed_holds_and_nothing_else(house, receiver, hook):
    hook("/all", events=["order.*"])
    placed = order(house)
    provider = placed["provider"]
    other = "P001" if provider != "P001" else "P002"
    token, strangers = house.token("provider", "--provider", provider), house.token("provider", "--provider", other)
    mine, theirs = hook("/mine", token=token, events=["*"]), hook("/theirs", token=strangers, events=["*"])
    assert mine["provider"] == provider
    cancelled = house.call("POST", f"/orders/{placed['id']}/cancel", house.operator, {"reason_code": "elder_request"})
    assert cancelled.status == 200, cancelled.json
    wait_until(lambda: receiver.to("/mine"), 5, "the message")
    wait_until(lambda: [m for m in receiver.to("/all") if b"order.cancelled" in m[2]], 5, "the operator's message")
    feed = house.call("GET", "/provider/feed?after=0&limit=500", token).json["events"]
    by_id = {event["id"]: event for event in feed}
    for _, headers, body, _ in receiver.to("/mine"):
        told, event = json.loads(body), by_id[headers["webhook-id"]]
        assert (told["type"], told["timestamp"]) == (event["type"], event["at"])
        assert {k: told["data"][k] for k in ("seq", "subject", "order_seq", "data")} == {
            k: event[k] for k in ("seq", "subject", "order_seq", "data")}
    assert receiver.to("/theirs") == []
    # Ids, not names.
    elder = house.call("GET", f"/elders/{placed['elder_id']}", house.operator).json
    for _, _, body, _ in receiver.to("/all") + receiver.to("/mine"):
        assert elder["name"].encode() not in body
        assert not any(phone["number"].encode() in body for phone in elder["phones"])
    # Another's subscription is as if it did not exist.
    for method, path in [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/rotate"), ("POST", "/test"), ("GET", "/deliveries")]:
        answer = house.call(method, f"/webhooks/{mine['id']}{path}", strangers, {"state": "active"} if method != "GET" else None)
        assert (answer.status, answer.code) == (404, "webhook_unknown")
    assert [w["id"] for w in house.call("GET", "/webhooks", strangers).json["webhooks"]] == [theirs["id"]]


def test_after_500_it_is_sent_again_with_the_same_id(house, receiver, hook):
    made = hook("/flaky", steps=[500, 200])
    event = send_test(house, made["id"])
    first, second = wait_until(lambda: len(receiver.to("/flaky")) == 2 and receiver.to("/flaky"), 15, "the second attempt")
    assert first[1]["webhook-id"] == second[1]["webhook-id"] == event
    assert first[2] == second[2]
    assert 5.0 <= second[3] - first[3] <= 7.5
    Webhook(made["secret"]).verify(second[2], second[1])
    done = delivery(house, made["id"], event_id=event, state="delivered")
    assert [(a["attempt"], a["status"], a["reason"]) for a in done["log"]] == [(1, 500, "status_500"), (2, 200, None)]


def test_events_of_one_order_keep_their_order(house, receiver, hook):
    hook("/line", steps=[500, 200], events=["order.*"])
    first = order(house)
    # It must be this order's message that fails, not one of the next order's that went out beside it.
    wait_until(lambda: receiver.to("/line"), 5, "the first message")
    house.call("POST", f"/orders/{first['id']}/cancel", house.operator, {"reason_code": "elder_request"})
    second = order(house)
    # The first message of the first order failed, so the rest of that order waits; another order does not.
    wait_until(lambda: [m for m in receiver.to("/line") if second["id"].encode() in m[2]], 3, "the other order's message")
    said = lambda: [json.loads(m[2])["data"] for m in receiver.to("/line") if first["id"].encode() in m[2]]
    assert len(said()) == 1
    wait_until(lambda: len(said()) >= 4, 15, "the rest of the order")
    sequence = [data["seq"] for data in said()[1:]]
    assert sequence == sorted(sequence)
    assert said()[0] == said()[1]
    places = [data["order_seq"] for data in said()[1:]]
    assert places == sorted(places)


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


def test_rotation_signs_with_both_secrets(house, receiver, hook):
    made = hook("/rotated")
    new = house.call("POST", f"/webhooks/{made['id']}/rotate", house.admin, {})
    assert new.status == 200 and new.json["secret"] != made["secret"]
    assert "secret" not in house.call("GET", f"/webhooks/{made['id']}", house.admin).json
    send_test(house, made["id"])
    _, headers, body, _ = wait_until(lambda: receiver.to("/rotated"), 5, "the message")[0]
    for secret in (made["secret"], new.json["secret"]):
        Webhook(secret).verify(body, headers)
    house.call("POST", f"/webhooks/{made['id']}/rotate", house.admin, {"overlap_seconds": 0})
    send_test(house, made["id"])
    _, headers, body, _ = wait_until(lambda: receiver.to("/rotated")[1:], 5, "the second message")[0]
    with pytest.raises(WebhookVerificationError):
        Webhook(new.json["secret"]).verify(body, headers)


def test_replay_of_one_and_of_a_range(house, receiver, hook):
    early = order(house)
    made = hook("/again", events=["order.received"])
    placed = [order(house) for _ in range(3)]
    wait_until(lambda: len(receiver.to("/again")) == 3, 5, "three messages")
    told = sorted((json.loads(m[2])["data"] for m in receiver.to("/again")), key=lambda data: data["seq"])
    one = house.call("POST", f"/webhooks/{made['id']}/replay", house.admin, {"event_id": told[1]["id"]})
    assert (one.status, one.json) == (202, {"replayed": 1, "next_seq": None})
    wait_until(lambda: len(receiver.to("/again")) == 4, 5, "the one")
    assert json.loads(receiver.to("/again")[3][2])["data"] == told[1]
    # The same filter: of all that lies between, only what was asked for.
    many = house.call("POST", f"/webhooks/{made['id']}/replay", house.admin, {"since_seq": told[1]["seq"], "until_seq": told[2]["seq"]})
    assert many.json["replayed"] == 2
    wait_until(lambda: len(receiver.to("/again")) == 6, 5, "the two")
    assert {json.loads(m[2])["data"]["subject"] for m in receiver.to("/again")[4:]} == {placed[1]["id"], placed[2]["id"]}
    # An event from before the subscription can be had as well.
    whole = house.call("POST", f"/webhooks/{made['id']}/replay", house.admin, {"since_seq": 1})
    assert whole.json["replayed"] >= 4
    wait_until(lambda: [m for m in receiver.to("/again") if early["id"].encode() in m[2]], 5, "the early event")
    unknown = house.call("POST", f"/webhooks/{made['id']}/replay", house.admin, {"event_id": "evt_999999999999"})
    assert (unknown.status, unknown.code) == (404, "webhook_event_unknown")


def test_the_same_key_gives_the_same_subscription(house, receiver):
    body = {"url": receiver.url("/once"), "events": ["meal.*"]}
    first = house.call("POST", "/webhooks", house.admin, body, **{"Idempotency-Key": "hook-1"})
    second = house.call("POST", "/webhooks", house.admin, body, **{"Idempotency-Key": "hook-1"})
    assert first.json == second.json and second.headers["Idempotency-Replayed"] == "true"
    assert house.call("DELETE", f"/webhooks/{first.json['id']}", house.admin).status == 204
    assert house.call("GET", f"/webhooks/{first.json['id']}", house.admin).code == "webhook_unknown"


@pytest.mark.parametrize("body, code", [
    ({"url": "http://user:secret@127.0.0.1:8081/", "events": ["*"]}, "webhook_url_userinfo"),
    ({"url": "https://example.com:0/", "events": ["*"]}, "webhook_url_port"),
    ({"url": "https://example.com:65536/", "events": ["*"]}, "webhook_url_port"),
    ({"url": "ftp://example.com/", "events": ["*"]}, "webhook_url_scheme"),
    ({"url": "http://example.com/", "events": ["*"]}, "webhook_url_scheme"),
    ({"url": "https://example.com/#part", "events": ["*"]}, "webhook_url_fragment"),
    ({"url": "https://exa mple.com/", "events": ["*"]}, "webhook_url_invalid"),
    ({"url": "https://127.1/", "events": ["*"]}, "webhook_url_host"),
    ({"url": "https://0x7f000001/", "events": ["*"]}, "webhook_url_host"),
    ({"url": "https://10.0.0.1/", "events": ["*"]}, "webhook_address_private"),
    ({"url": "https://169.254.169.254/latest/meta-data", "events": ["*"]}, "webhook_address_private"),
    ({"url": "https://[::1]/", "events": ["*"]}, "webhook_address_private"),
    ({"url": "https://[::ffff:10.0.0.1]/", "events": ["*"]}, "webhook_address_private"),
    ({"url": "https://localhost/", "events": ["*"]}, "webhook_address_private"),
    ({"url": "https://example.com/" + "a" * 2000, "events": ["*"]}, "webhook_url_invalid"),
    ({"url": "https://example.com/", "events": []}, "webhook_events_invalid"),
    ({"url": "https://example.com/", "events": ["order.exploded"]}, "webhook_events_invalid"),
    ({"url": "https://example.com/", "events": ["order offered"]}, "webhook_events_invalid"),
    ({"url": "https://example.com/", "events": ["*"], "secret": "whsec_c2hvcnQ="}, "webhook_secret_invalid"),
    ({"url": "https://example.com/", "events": ["*"], "secret": "hush"}, "webhook_secret_invalid"),
    ({"url": "https://example.com/"}, "field_missing"),
    ({"url": 7, "events": ["*"]}, "field_type"),
])
def test_bad_input_has_a_clear_code(house, body, code):
    answer = house.call("POST", "/webhooks", house.admin, body)
    assert answer.status in (400, 422)
    assert answer.code == code
    assert answer.json["errors"][0]["pointer"].startswith("/")


@pytest.mark.parametrize("body, code", [
    ({}, "replay_selection"), ({"state": "pending"}, "replay_selection"), ({"since_seq": 0}, "replay_range"),
    ({"since_seq": 5, "until_seq": 4}, "replay_range"), ({"event_id": "evt_1", "since_seq": 1}, "replay_selection"),
])
def test_a_bad_replay_has_a_clear_code(house, hook, body, code):
    made = hook("/replay")
    answer = house.call("POST", f"/webhooks/{made['id']}/replay", house.admin, body)
    assert (answer.status, answer.code) == (422, code)


def test_who_may_subscribe_and_how_often(house, receiver, hook):
    for token, expected in [(house.operator, "role_forbidden"), ("vnh_wrong", "token_invalid")]:
        assert house.call("GET", "/webhooks", token).code == expected
    token = house.token("provider", "--provider", "P050")
    for _ in range(10):
        hook("/many", token=token)
    answer = house.call("POST", "/webhooks", token, {"url": receiver.url("/many"), "events": ["*"]})
    assert (answer.status, answer.code) == (422, "webhook_limit")


def test_a_wrong_list_of_addresses_stops_the_start(house):
    for name, value, code in [
        ("VNH_WEBHOOK_ALLOW", "10.0.0.1/8", "webhook_allow_invalid"), ("VNH_WEBHOOK_TIMEOUT", "0", "webhook_timeout_invalid")
    ]:
        ended = vnh("serve", "--check", "--database", house.url, **{name: value})
        assert ended.returncode != 0
        assert code in ended.stderr


def test_nothing_is_lost_over_a_kill_and_a_stop(house, receiver, hook):
    def hanging(handler):
        time.sleep(1)
        handler.answer(200)

    made = hook("/restart", steps=[hanging], events=["order.received"])
    placed = [order(house)["id"] for _ in range(40)]
    house.stop(signal.SIGKILL)
    house.start()
    said = lambda: [json.loads(m[2])["data"]["subject"] for m in receiver.to("/restart")]
    wait_until(lambda: set(said()) >= set(placed), 20, "every message after the kill")
    wait_until(lambda: not deliveries(house, made["id"], "pending"), 10, "the last record")
    receiver.messages.clear()
    more = [order(house)["id"] for _ in range(3)]
    wait_until(lambda: len(said()) == 3, 5, "messages under way")
    # A stop lets what is under way end and writes it down: nothing is sent twice.
    assert house.stop() == 0
    house.start()
    last = order(house)["id"]
    wait_until(lambda: last in said(), 5, "a message after the stop")
    assert sorted(said()) == sorted(more + [last])
    wait_until(lambda: not deliveries(house, made["id"], "pending"), 10, "the last record")
    found = vnh("doctor", "--database", house.url)
    assert found.returncode == 0, found.stdout
    assert "待推送 0 条" in found.stdout


def test_connections_are_kept(house, receiver, hook):
    made = hook("/kept")
    send_test(house, made["id"])
    wait_until(lambda: receiver.to("/kept"), 5, "the first message")
    before = receiver.connections
    for number in range(2, 12):
        send_test(house, made["id"])
        wait_until(lambda: len(receiver.to("/kept")) == number, 5, "a message")
    assert receiver.connections - before <= 2

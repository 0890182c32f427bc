"""What really goes out to subscribers, checked with the public `standardwebhooks` library against a real server."""

import datetime
import json
import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError
from webhook_desk import deliveries, delivery, hook, house, order, receiver, send_test  # noqa: F401
from webhook_support import wait_until


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
    none = house.call("POST", f"/webhooks/{made['id']}/replay", house.admin, {"since_seq": 1, "events": ["order.cancelled"]})
    assert none.json == {"replayed": 0, "next_seq": None}
    # An event from before the subscription can be had as well.
    whole = house.call("POST", f"/webhooks/{made['id']}/replay", house.admin, {"since_seq": 1})
    assert whole.json["replayed"] >= 4
    wait_until(lambda: [m for m in receiver.to("/again") if early["id"].encode() in m[2]], 5, "the early event")
    unknown = house.call("POST", f"/webhooks/{made['id']}/replay", house.admin, {"event_id": "evt_999999999999"})
    assert (unknown.status, unknown.code) == (404, "webhook_event_unknown")


def test_connections_are_kept(house, receiver, hook):
    made = hook("/kept")
    send_test(house, made["id"])
    wait_until(lambda: receiver.to("/kept"), 5, "the first message")
    before = receiver.connections
    for number in range(2, 12):
        send_test(house, made["id"])
        wait_until(lambda: len(receiver.to("/kept")) == number, 5, "a message")
    assert receiver.connections - before <= 2

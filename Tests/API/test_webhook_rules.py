"""Who may subscribe to what, and what is refused."""

import pytest
from webhook_desk import hook, house, order, receiver  # noqa: F401
from webhook_support import vnh


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
    ({"since_seq": 1, "events": ["order.exploded"]}, "webhook_events_invalid"), ({"state": "dead", "events": ["*"]}, "replay_selection"),
])
def test_a_bad_replay_has_a_clear_code(house, hook, body, code):
    made = hook("/replay")
    answer = house.call("POST", f"/webhooks/{made['id']}/replay", house.admin, body)
    assert (answer.status, answer.code) == (400 if code == "webhook_events_invalid" else 422, code)


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

"""Text messages: who gets which, through a gateway described in a file; and who gets none."""

import hashlib
import hmac
import json
import re

import pytest
from house import House, Desk, day, problem
from webhook_support import Receiver, vnh, wait_until

PLAN = """
signature: 【试点】
limits: {{per_hour: 2, per_day: 5}}
rules:
  - {{name: scheduled, event: order.scheduled, to: elder, states: [scheduled], text: "{{item}}将于{{start}}上门，核验码{{visit_code}}\\"引号\\""}}
  - {{name: cancelled, event: order.cancelled, to: elder, states: [cancelled], text: "工单{{number}}已取消"}}
gateway:
  url: {url}
  headers: {{content-type: application/json, x-signature: "{{signature}}", authorization: "Bearer {{secret}}"}}
  body: '{{"mobile":"{{number}}","content":"{{text}}","ref":"{{id}}","ts":{{timestamp}}}}'
  signature: {{over: "{{timestamp}}{{number}}{{text}}", encoding: hex}}
  secret_env: TEST_SMS_SECRET
  mark: '"code":0'
"""


@pytest.fixture(scope="module")
def gateway():
    gateway = Receiver()
    gateway.steps["/send"] = [lambda handler: handler.answer(200, b'{"code":0}')]
    yield gateway
    gateway.close()


@pytest.fixture(scope="module")
def house(district, tmp_path_factory, gateway):
    folder = tmp_path_factory.mktemp("sms")
    plan = folder / "messages.yaml"
    plan.write_text(PLAN.format(url=gateway.url("/send")))
    import shutil
    copy = shutil.copy(district, folder / "vnh.sqlite")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VNH_SMS", str(plan))
        patch.setenv("TEST_SMS_SECRET", "hush")
        house = House(f"sqlite:{copy}").start()
    yield house
    house.stop()


@pytest.fixture(scope="module")
def elders(desk):
    """Ids of elders with a mobile of their own."""
    found = []
    for id in desk.elders(count=150, subsidised=False):
        phones = desk.operator.get(f"/elders/{id}")["phones"]
        if any(re.fullmatch(r"1[3-9]\d{9}", phone["number"]) for phone in phones):
            found.append(id)
    return iter(found)


def mobile(desk, elder):
    return next(p["number"] for p in desk.operator.get(f"/elders/{elder}")["phones"] if re.fullmatch(r"1[3-9]\d{9}", p["number"]))


def sent(gateway, number):
    return [(headers, json.loads(body)) for _, headers, body, _ in gateway.messages if json.loads(body)["mobile"] == number]


def scheduled(desk, elder, **more):
    order = desk.place(elder, **more)
    desk.provider(order).post(f"/provider/orders/{order['id']}/accept")
    return desk.schedule(order) and order


def records(desk, elder, **more):
    return desk.operator.get("/messages", elder=elder, **more)["messages"]


def test_the_elder_hears_of_the_visit_through_the_gateway(desk, elders, gateway):
    elder = next(elders)
    number = mobile(desk, elder)
    order = scheduled(desk, elder)
    headers, body = wait_until(lambda: sent(gateway, number), 10, "the message")[0]
    assert body["content"].startswith("【试点】") and order["visit_code"] in body["content"] and '"引号"' in body["content"]
    signed = f"{body['ts']}{number}{body['content']}".encode()
    assert headers["x-signature"] == hmac.new(b"hush", signed, hashlib.sha256).hexdigest()
    assert headers["authorization"] == "Bearer hush"
    # No name, no address.
    record = desk.operator.get(f"/elders/{elder}")
    assert record["name"] not in body["content"]
    done = wait_until(lambda: [m for m in records(desk, elder) if m["state"] == "delivered"], 5, "the record")[0]
    assert done["id"] == body["ref"] and "****" in done["number"] and done["number"] != number
    desk.operator.post(f"/orders/{order['id']}/cancel", {"reason_code": "elder_request"})
    wait_until(lambda: len(sent(gateway, number)) == 2, 10, "the cancellation")
    assert order["number"] in sent(gateway, number)[1][1]["content"]


def test_a_gateway_that_answers_200_and_says_no_is_asked_again(desk, elders, gateway):
    elder = next(elders)
    gateway.steps["/send"] = [lambda h: h.answer(200, b'{"code":17}'), lambda h: h.answer(200, b'{"code":0}')]
    scheduled(desk, elder)
    failed = wait_until(lambda: [m for m in records(desk, elder) if m["attempts"] == 1], 10, "the refusal")[0]
    assert (failed["state"], failed["last_reason"]) == ("pending", "answer_refused")
    wait_until(lambda: [m for m in records(desk, elder) if m["state"] == "delivered"], 20, "the second attempt")
    first, second = sent(gateway, mobile(desk, elder))
    assert first[1]["ref"] == second[1]["ref"]


def test_who_says_no_gets_none_and_may_say_yes_again(desk, elders, gateway):
    elder = next(elders)
    number = mobile(desk, elder)
    assert desk.operator.post("/messages/consent", {"elder_id": elder, "allowed": False}) == {"allowed": False, "changed": True}
    assert desk.operator.post("/messages/consent", {"elder_id": elder, "allowed": False})["changed"] is False
    scheduled(desk, elder)
    refused = wait_until(lambda: records(desk, elder), 10, "the record")[0]
    assert (refused["state"], refused["last_reason"]) == ("dead", "refused_by_person")
    assert desk.operator.post("/messages/consent", {"elder_id": elder, "allowed": True})["changed"] is True
    scheduled(desk, elder, start=day(9))
    wait_until(lambda: sent(gateway, number), 10, "the message")
    assert len(sent(gateway, number)) == 1


def test_a_number_gets_so_many_and_no_more(desk, elders, gateway):
    elder = next(elders)
    for days in range(3, 6):
        scheduled(desk, elder, start=day(days))
    found = wait_until(lambda: len(records(desk, elder)) == 3 and not records(desk, elder, state="pending") and records(desk, elder), 15, "the records")
    assert sorted((m["state"], m["last_reason"] or "") for m in found) == [("dead", "number_limit"), ("delivered", ""), ("delivered", "")]
    assert len(sent(gateway, mobile(desk, elder))) == 2


def test_who_may_ask_and_what_is_refused(house, desk, elders):
    problem(house.client("P001")("GET", "/messages"), 403, "role_forbidden")
    problem(desk.operator("GET", "/messages?state=lost"), 400, "state_unknown")
    problem(desk.operator("POST", "/messages/consent", {"allowed": False}), 422, "message_person")
    problem(desk.operator("POST", "/messages/consent", {"elder_id": "nobody", "allowed": False}), 404, "elder_unknown")
    problem(desk.operator("POST", "/messages/consent", {"provider": "P999", "allowed": False}), 404, "provider_unknown")


@pytest.mark.parametrize("change, code", [
    (("order.scheduled", "order.invented"), "messages_invalid"), (("{item}", "{name}"), "messages_invalid"),
    (("secret_env: TEST_SMS_SECRET", ""), "messages_invalid"), (("http://", "http://user:pw@"), "webhook_url_userinfo"),
    (("TEST_SMS_SECRET", "TEST_SMS_ABSENT"), "messages_secret"), (("per_hour: 2", "per_hour: 0"), "messages_invalid"),
])
def test_a_wrong_plan_stops_the_start(house, tmp_path, change, code):
    plan = tmp_path / "messages.yaml"
    text = PLAN.format(url="http://127.0.0.1:1/")
    assert change[0] in text
    plan.write_text(text.replace(*change))
    ended = vnh("serve", "--check", "--database", house.url, VNH_SMS=str(plan), TEST_SMS_SECRET="hush")
    assert ended.returncode != 0 and code in ended.stderr, ended.stderr


def test_without_a_gateway_only_the_log_hears_of_it(copy):
    house = House(f"sqlite:{copy}").start()
    desk = Desk(house)
    elder = next(id for id in desk.elders(count=60, subsidised=False)
                 if any(re.fullmatch(r"1[3-9]\d{9}", p["number"]) for p in desk.operator.get(f"/elders/{id}")["phones"]))
    number = mobile(desk, elder)
    order = scheduled(desk, elder)
    desk.operator.post(f"/orders/{order['id']}/cancel", {"reason_code": "elder_request"})
    # At night the shipped plan waits until morning, which is a state as well.
    found = wait_until(lambda: [m for m in records(desk, elder) if m["rule"] == "order_cancelled" and m["state"] in ("delivered", "pending")], 10, "it")
    house.stop()
    log = house.log.read_text()
    assert number not in log
    if found[0]["state"] == "delivered":
        assert f"{number[:3]}****{number[-4:]}" in log


def test_a_small_firm_hears_of_its_offer_at_any_hour(copy):
    """In the sample franchise the firms that visit have mobiles; the shipped plan tells them of an offer, and without a gateway the log shows it."""
    house = House(f"sqlite:{copy}").start()
    try:
        desk = Desk(house)
        order = desk.place(desk.elders(count=60)[0], preferred_provider="P092")
        assert order["provider"] == "P092"
        lines = wait_until(lambda: [line for line in house.log.read_text().splitlines() if "offer_waiting" in line], 10, "the message")
        assert "199****0092" in lines[0]
    finally:
        house.stop()

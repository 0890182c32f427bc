"""How the interface behaves whatever it is asked: tags, cursors, limits, numbers of requests, tokens, calendars, bulk, and rude clients."""

import os
import socket
import threading
import time
from datetime import datetime, timezone

import icalendar
import pytest
import requests
from house import Client, House, day, expect, problem


@pytest.fixture(scope="module")
def elders(desk):
    return iter(desk.elders())


@pytest.fixture
def elder(elders) -> str:
    return next(elders)


def test_a_feed_that_has_not_changed_answers_304(desk, elder):
    order = desk.place(elder)
    provider = desk.provider(order)
    whole = provider("GET", "/provider/feed", params={"limit": 500})
    tag = whole.headers["ETag"]
    again = provider("GET", "/provider/feed", params={"limit": 500}, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    after = whole.json()["next"]
    quiet = provider("GET", "/provider/feed", params={"after": after})
    began = time.monotonic()
    held = provider("GET", "/provider/feed", params={"after": after, "wait": 1}, headers={"If-None-Match": quiet.headers["ETag"]})
    assert held.status_code == 304 and time.monotonic() - began >= 0.9
    provider.post(f"/provider/orders/{order['id']}/accept")
    assert provider("GET", "/provider/feed", params={"limit": 500}, headers={"If-None-Match": tag}).status_code == 200


def test_an_edit_of_something_changed_meanwhile_is_refused(desk, elder):
    shown = desk.operator("GET", f"/elders/{elder}")
    tag = shown.headers["ETag"]
    assert desk.operator("GET", f"/elders/{elder}", headers={"If-None-Match": tag}).status_code == 304
    changed = desk.operator("PATCH", f"/elders/{elder}", {"alerts": ["听力不好"]}, headers={"If-Match": tag})
    expect(changed, 200)
    assert changed.headers["ETag"] != tag
    problem(desk.operator("PATCH", f"/elders/{elder}", {"alerts": []}, headers={"If-Match": tag}), 412, "version_stale")
    problem(desk.operator("PATCH", f"/elders/{elder}", {"alerts": []}, headers={"If-Match": "W/x"}), 400, "if_match_invalid")
    expect(desk.operator("PATCH", f"/elders/{elder}", {"alerts": []}, headers={"If-Match": "*"}), 200)


def test_a_cursor_is_opaque_and_bound_to_its_list(desk, elder):
    for hour in (8, 10, 12, 14):
        desk.place(elder, start=day(6, hour))
    seen, cursor = [], None
    while True:
        page = desk.operator.get("/orders", elder=elder, limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [order["id"] for order in page["orders"]]
        if not (cursor := page["next"]):
            break
        last = cursor
    assert len(seen) == len(set(seen)) >= 4 and seen == sorted(seen, reverse=True)
    problem(desk.operator("GET", "/orders", params={"cursor": last}), 422, "cursor_mismatch")
    flipped = last[:-1] + ("A" if last[-1] != "A" else "B")
    problem(desk.operator("GET", "/orders", params={"elder": elder, "cursor": flipped}), 422, "cursor_mismatch")
    for bad in ["x", "%00", "a" * 500, "../../etc/passwd"]:
        problem(desk.operator("GET", "/orders", params={"elder": elder, "cursor": bad}), 400, "cursor_invalid")
    problem(desk.operator("GET", "/orders", params={"color": "red"}), 400, "query_unknown")


@pytest.mark.parametrize("method, path, allow", [
    ("DELETE", "/orders", "GET, HEAD, POST"), ("GET", "/meals", "POST"), ("PUT", "/elders/e1", "GET, HEAD, PATCH"), ("OPTIONS", "/orders/quote", "POST"),
    ("TRACE", "/provider/feed", "GET, HEAD"),
])
def test_a_wrong_method_is_told_the_right_ones(desk, method, path, allow):
    answer = desk.operator(method, path)
    problem(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == allow


def test_what_is_not_json_is_told_so(desk):
    send = desk.operator.http.post
    url = f"{desk.house.base}/api/v1/orders"
    problem(send(url, data="a=1", headers={"Content-Type": "application/x-www-form-urlencoded"}), 415, "content_type")
    problem(send(url, data=b'{"a"', headers={"Content-Type": "application/json"}), 400, "json_invalid")
    problem(send(url, data=b"\xff\xfe{}", headers={"Content-Type": "application/json"}), 400, "json_invalid")
    problem(send(url, data=b'{"note":"a\\u0000b"}', headers={"Content-Type": "application/json"}), 400, "json_invalid")
    problem(send(url, data=b"[" * 200_000, headers={"Content-Type": "application/json"}), 400)


def test_every_answer_has_a_number(desk):
    for path in ["/orders", "/nowhere"]:
        answer = desk.operator("GET", path, headers={"X-Request-Id": "till-7.42"})
        assert answer.headers["X-Request-Id"] == "till-7.42"
    assert problem(desk.operator("GET", "/nowhere", headers={"X-Request-Id": "a-1"}))["request_id"] == "a-1"
    forged = desk.operator("GET", "/orders", headers={"X-Request-Id": 'x" onload="'})
    assert forged.headers["X-Request-Id"] and '"' not in forged.headers["X-Request-Id"]


def test_another_origin_is_not_let_in(desk):
    answer = desk.operator("GET", "/orders", headers={"Origin": "https://elsewhere.example"})
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


def test_one_who_asks_too_often_waits(desk, monkeypatch):
    monkeypatch.setenv("VNH_RATE_LIMIT", "5/10")
    house = House(desk.house.url)
    house.tokens = desk.house.tokens
    house.start()
    try:
        client, other = house.client("operator"), house.client("finance")
        answers = [client("GET", "/orders", params={"limit": 1}) for _ in range(14)]
        refused = [a for a in answers if a.status_code == 429]
        assert answers[0].status_code == 200 and refused
        problem(refused[0], 429, "rate_limited")
        wait = int(refused[0].headers["Retry-After"])
        assert wait == 1
        assert other("GET", "/settlements/2026-01").status_code == 200
        time.sleep(wait)
        assert client("GET", "/orders", params={"limit": 1}).status_code == 200
    finally:
        house.stop()


def test_a_token_has_a_life(desk):
    made = desk.admin.post("/tokens", {"role": "provider", "provider": "P001", "name": "till-9", "scopes": ["provider"]}, 201)
    till = Client(desk.house.base, made["token"])
    assert till("GET", "/provider/orders").status_code == 200
    problem(till("POST", "/meals", {}), 403, "scope_forbidden")
    shown = desk.admin.get("/tokens", limit=200)["tokens"]
    mine = next(token for token in shown if token["id"] == made["id"])
    assert "token" not in mine and mine["last_used_at"] and made["token"] not in str(shown)
    turned = desk.house.client("P001").post(f"/tokens/{made['id']}/rotate", {"overlap_seconds": 3600})
    fresh = Client(desk.house.base, turned["token"])
    assert {c("GET", "/provider/orders").status_code for c in (till, fresh)} == {200}
    assert desk.house.client("P001")("DELETE", f"/tokens/{turned['id']}").status_code == 204
    problem(fresh("GET", "/provider/orders"), 401, "token_invalid")
    problem(desk.house.client("P002")("DELETE", f"/tokens/{made['id']}"), 404, "token_unknown")
    problem(desk.house.client("P001")("POST", "/tokens", {"role": "provider", "provider": "P001", "name": "x"}), 403, "role_forbidden")


def test_visits_are_a_calendar_that_others_can_read(desk, elder):
    order = desk.place(elder, start=day(3))
    provider = desk.provider(order)
    provider.post(f"/provider/orders/{order['id']}/accept")
    desk.schedule(order)
    answer = provider("GET", "/provider/visits.ics")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/calendar")
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n")) and b"\n" not in answer.content.replace(b"\r\n", b"")
    name = expect(desk.operator("GET", f"/elders/{elder}"), 200)["name"]

    def visit(text: bytes):
        events = icalendar.Calendar.from_ical(text).walk("VEVENT")
        return next(event for event in events if str(event["UID"]).startswith(order["id"]))

    mine = visit(answer.content)
    assert mine["DTSTART"].dt == datetime.fromisoformat(order["start"]).astimezone(timezone.utc)
    assert mine["DTEND"].dt == datetime.fromisoformat(order["end"]).astimezone(timezone.utc)
    assert name in str(mine["SUMMARY"]) and str(mine["STATUS"]) == "CONFIRMED"
    # An address that a telephone's calendar can read, without names and doors.
    made = provider.post("/provider/calendar", status=201)
    shared = requests.get(desk.house.base + made["path"], timeout=10)
    assert shared.status_code == 200 and visit(shared.content)["DTSTART"].dt == mine["DTSTART"].dt
    assert name not in shared.text and str(mine["LOCATION"]) not in shared.text
    secret = made["path"].split("/")[-1].removesuffix(".ics")
    problem(Client(desk.house.base, secret)("GET", "/provider/orders"), 403, "scope_forbidden")
    assert provider("DELETE", f"/tokens/{made['token_id']}").status_code == 204
    problem(requests.get(desk.house.base + made["path"], timeout=10), 404, "calendar_unknown")
    problem(requests.get(f"{desk.house.base}/calendar/{desk.house.token('operator')}.ics", timeout=10), 404, "calendar_unknown")


def test_many_steps_at_once_are_answered_line_by_line(desk, elders):
    orders = [desk.place(next(elders), start=day(7, 9 + n), preferred_provider=None) for n in range(3)]
    mine = [order for order in orders if order["provider"] == orders[0]["provider"]]
    provider = desk.provider(orders[0])
    lines = [{"id": order["id"], "action": "accept"} for order in mine] + [{"id": "nowhere", "action": "decline", "reason_code": "no_staff"}]
    first = provider("POST", "/provider/orders/bulk", {"items": lines}, key="bulk-1")
    items = expect(first, 200)["items"]
    assert [item["status"] for item in items] == [200] * len(mine) + [404]
    assert [item["result"]["state"] for item in items[:-1]] == ["accepted"] * len(mine)
    assert items[-1]["problem"]["code"] == "order_unknown"
    again = expect(provider("POST", "/provider/orders/bulk", {"items": lines}, key="bulk-1"), 200)["items"]
    assert again == items
    once_more = expect(provider("POST", "/provider/orders/bulk", {"items": lines}), 200)["items"]
    assert {item["status"] for item in once_more[:-1]} == {409}
    torn = [{"id": mine[0]["id"], "action": "check-out"}, {"id": mine[0]["id"], "action": "schedule", "worker": 7}, lines[-1]]
    items = expect(provider("POST", "/provider/orders/bulk", {"items": torn}), 200)["items"]
    assert [item["status"] for item in items] == [400, 400, 404]
    assert [(i["problem"]["code"], i["problem"]["errors"][0]["pointer"]) for i in items[:2]] == [
        ("field_missing", "/items/0/at"), ("field_type", "/items/1/worker")]
    problem(provider("POST", "/provider/orders/bulk", {"items": []}), 400, "bulk_too_long")
    problem(provider("POST", "/provider/orders/bulk", {"items": [{"id": "1", "action": "fly"}]}), 400, "action_unknown")


def test_an_offer_in_hand_is_seen_and_another_time_agreed(desk, elder):
    order = desk.place(elder, start=day(4, 9))
    provider, path = desk.provider(order), f"/provider/orders/{order['id']}"
    provider.post(f"{path}/lease", {"holder": "till-1", "minutes": 2})
    problem(provider("POST", f"{path}/lease", {"holder": "till-2", "minutes": 2}), 409, "offer_leased")
    problem(provider("POST", f"{path}/accept", {"holder": "till-2"}), 409, "offer_leased")
    listed = provider.get("/provider/orders", state="offered", limit=200)["orders"]
    assert next(o for o in listed if o["id"] == order["id"])["lease"]["holder"] == "till-1"
    assert provider("DELETE", f"{path}/lease", params={"holder": "till-1"}).status_code == 204
    made = provider.post(f"{path}/propose", {"start": day(4, 11), "note": "九点人手不够"}, 201)
    waiting = desk.operator.get("/proposals", limit=200)["proposals"]
    assert made["id"] in [p["id"] for p in waiting]
    moved = desk.operator.post(f"/proposals/{made['id']}/accept")
    assert (moved["state"], moved["start"][:16], moved["provider"]) == ("accepted", day(4, 11)[:16], order["provider"])
    problem(desk.operator("POST", f"/proposals/{made['id']}/refuse", {}), 409, "proposal_answered")


def others_p99(house, stop: threading.Event) -> float:
    """How long everybody else waits, in milliseconds."""
    client, took = house.client("operator"), []
    while not stop.is_set():
        began = time.monotonic()
        assert client("GET", "/catalog/items", params={"q": "lifa"}).status_code == 200
        took.append((time.monotonic() - began) * 1000)
        time.sleep(0.005)
    return sorted(took)[int(len(took) * 0.99)]


def raw(house, text: bytes, wait: float = 10) -> bytes:
    with socket.create_connection(("127.0.0.1", house.port), timeout=wait) as line:
        try:
            line.sendall(text)
            return line.recv(65_536)
        except (ConnectionResetError, BrokenPipeError):
            return b""


def test_rude_clients_hold_nobody_up(desk):
    """10 MB bodies, 10,000 headers, heads and bodies that drip: refused or cut off, and the others hardly notice."""
    house, stop, result = desk.house, threading.Event(), {}
    house.token("operator")
    meter = threading.Thread(target=lambda: result.update(p99=others_p99(house, stop)))
    meter.start()
    token = f"Authorization: Bearer {house.token('operator')}\r\n".encode()
    slow = []
    try:
        for n in range(200):
            line = socket.create_connection(("127.0.0.1", house.port), timeout=60)
            head = b"GET /api/v1/orders HTTP/1.1\r\nHost: x\r\nX-" if n % 2 else b"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\n" + token + b"Content-Length: 100\r\n\r\n{"
            line.sendall(head)
            slow.append(line)
        big = raw(house, b"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\n" + token + b"Content-Length: 10000000\r\n\r\n" + b"x" * 10_000_000)
        assert not big or big.startswith(b"HTTP/1.1 413"), big[:100]
        many = raw(house, b"GET /api/v1/orders HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(10_000)) + b"\r\n")
        assert not many or many.startswith(b"HTTP/1.1 4"), many[:100]
        for bad in [b"GET /api/v1/elders?q=%ff%fe HTTP/1.1\r\nHost: x\r\n" + token + b"\r\n", b"\x16\x03\x01\x02\x00", b"GET  HTTP/9\r\n\r\n"]:
            answer = raw(house, bad, 3) if bad.startswith(b"GET") else b""
            assert not answer or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 2")), answer[:100]
        for beat in range(int(os.environ.get("VNH_SLOW_S", "34"))):
            time.sleep(1)
            for line in slow:
                try:
                    line.sendall(b"a")
                except OSError:
                    pass
        closed = 0
        for line in slow:
            line.settimeout(0.2)
            try:
                # Whoever drips has been told so or cut off by now.
                closed += line.recv(4096) == b"" or True
            except (TimeoutError, socket.timeout):
                pass
            except OSError:
                closed += 1
        assert closed == len(slow), f"{len(slow) - closed} slow clients are still held"
    finally:
        stop.set()
        meter.join()
        for line in slow:
            line.close()
    print(f"others' p99 meanwhile: {result['p99']:.1f} ms")
    assert result["p99"] < 250
    house.wait_ready()

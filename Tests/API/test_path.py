"""A call becomes an order, a visit and a line on a closed month's statement; on every database there is."""

import csv
import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from house import day, expect, now, problem

DATABASES = True

# A month that is over, whatever day it is: visits are entered late, by an administrator.
PAST = date.today().replace(day=1) - timedelta(days=1)
MONTH = PAST.strftime("%Y-%m")


def past(of_month: int, hour: int = 10) -> str:
    return f"{MONTH}-{of_month:02d}T{hour:02d}:00:00+08:00"


@pytest.fixture(scope="module")
def elders(desk):
    return iter(desk.elders())


@pytest.fixture
def elder(elders) -> str:
    return next(elders)


def ring(desk, number: str) -> list[dict]:
    call = {"event": "newCall", "call_id": f"c-{time.time_ns()}", "from": number, "to": "96196", "at": now()}
    return desk.operator.post("/calls", call)["elders"]


def test_a_ringing_line_shows_everyone_on_it(desk):
    found = 0
    for number in range(1, 60):
        elder = desk.operator.get("/elders", q=f"LZ{number:08d}")["elders"][0]
        for phone in elder["phones"]:
            on_line = ring(desk, phone["number"])
            assert elder["id"] in [e["id"] for e in on_line]
            assert all("balances" in e and "open_orders" in e for e in on_line)
            found += 1
    assert found > 20
    assert ring(desk, "13700000000") == []


def test_an_elder_is_found_by_every_handle(desk):
    elder = desk.operator.get("/elders", q="LZ00000002")["elders"][0]
    for handle in [elder["name"], elder["number"], *(p["number"] for p in elder["phones"])]:
        assert elder["id"] in [e["id"] for e in desk.operator.get("/elders", q=handle, limit=50)["elders"]], handle
    tail = desk.operator.get(f"/elders/{elder['id']}")["id_number"][-4:]
    assert elder["id"] in [e["id"] for e in desk.operator.get("/elders", q=tail, limit=50)["elders"]]


def test_the_catalogue_says_what_an_item_costs_this_elder(desk, elder):
    for handle in ["营养午餐", "yingyangwucan", "yywc", "01001"]:
        codes = [i["code"] for i in desk.operator.get("/catalog/items", q=handle)["items"]]
        assert "01001" in codes, handle
    # The same initials: both, always in the same order.
    both = [i["code"] for i in desk.operator.get("/catalog/items", q="yywc")["items"]]
    assert both.index("01001") < both.index("01002")
    item = desk.operator.get("/catalog/items", q=desk.ITEM, elder=elder)["items"][0]
    assert item["code"] == desk.ITEM
    assert sum(leg["amount_fen"] for leg in item["funding"]) + item["self_pay_fen"] == item["guide_price_fen"]


def test_a_quote_promises_what_the_order_then_keeps(desk, elder):
    wish = {"elder_id": elder, "item_code": desk.ITEM, "start": day(2), "quantity": 2}
    quote = desk.operator.post("/orders/quote", wish)
    order = desk.operator.post("/orders", wish, 201)
    assert order["provider"] == quote["candidates"][0]["provider"]
    assert order["funding"] == quote["funding"] and order["self_pay_fen"] == quote["self_pay_fen"]
    assert sum(leg["amount_fen"] for leg in order["funding"]) + order["self_pay_fen"] == order["payable_fen"]
    assert order["state"] == "offered" and order["number"] and order["events_seq"] > 0
    assert {c["provider"] for c in quote["candidates"]}.isdisjoint(r["provider"] for r in quote["refused"])
    assert all(r["codes"] for r in quote["refused"])

    decision = desk.operator.get(f"/orders/{order['id']}/decision")["attempts"][0]
    assert decision["chosen"] == order["provider"]
    assert [c["provider"] for c in decision["candidates"]] == [c["provider"] for c in quote["candidates"]]
    problem(desk.operator("POST", "/orders", wish), 409, "order_twin")


def test_the_elder_is_known_to_the_provider_only_from_acceptance(desk, elder):
    known = desk.operator.get(f"/elders/{elder}")
    order = desk.place(elder)
    provider = desk.provider(order)

    def seen() -> dict:
        feed = provider.get("/provider/feed", limit=500)["events"]
        return next(e["order"] for e in reversed(feed) if e["subject"] == order["id"])

    def hidden(text: str) -> bool:
        return not any(secret in text for secret in [known["name"], known["address"], *(p["number"] for p in known["phones"])])

    assert seen()["elder"] is None and hidden(str(seen()))
    listed = provider.get("/provider/orders", state="offered", limit=200)["orders"]
    assert hidden(str(next(o for o in listed if o["id"] == order["id"])))
    assert hidden(str(provider.get(f"/orders/{order['id']}")))

    accepted = provider.post(f"/provider/orders/{order['id']}/accept")
    assert accepted["state"] == "accepted" and accepted["elder"]["address"] == known["address"]
    assert seen()["elder"]["name"] == known["name"]

    desk.operator.post(f"/orders/{order['id']}/reassign", {"reason_code": "late"})
    assert all(e["order"]["elder"] is None for e in provider.get("/provider/feed", limit=500)["events"] if e["subject"] == order["id"])
    problem(provider("POST", f"/provider/orders/{order['id']}/accept", {}), 409, "offer_gone")


def test_a_declined_offer_goes_to_the_next_and_never_the_same_again(desk, elder):
    order = desk.place(elder)
    asked, id = [order["provider"]], order["id"]
    for _ in range(20):
        desk.house.client(asked[-1]).post(f"/provider/orders/{id}/decline", {"reason_code": "no_staff"})
        order = desk.operator.get(f"/orders/{id}")
        if order["state"] == "received":
            break
        assert order["provider"] not in asked
        asked.append(order["provider"])
    assert len(asked) >= 3 and order["state"] == "received" and order["provider"] is None
    assert order["unmet"]
    assert [a["state"] for a in order["history"]] == ["declined"] * len(asked)
    assert {leg["state"] for leg in order["funding"]} == {"released"}
    problem(desk.house.client(asked[0])("POST", f"/provider/orders/{id}/accept", {}), 409, "offer_gone")


def test_the_feed_has_no_gaps_and_no_skips(desk, elder):
    order = desk.place(elder)
    provider = desk.provider(order)
    whole, page, after = provider.get("/provider/feed", limit=500), [], 0
    assert [e["seq"] for e in whole["events"]] == list(range(1, len(whole["events"]) + 1))
    while True:
        part = provider.get("/provider/feed", after=after, limit=2)
        if not part["events"]:
            break
        page += part["events"]
        after = part["next"]
    assert page == whole["events"]
    assert provider.get("/provider/feed", after=after)["next"] == after
    problem(provider("GET", "/provider/feed", params={"after": after + 1}), 422, "cursor_in_future")


def test_a_long_poll_answers_when_an_offer_arrives(desk, elder):
    first = desk.place(elder, start=day(3))
    name, provider = first["provider"], desk.provider(first)
    last = provider.get("/provider/feed", limit=500)["next"]
    came = {}

    def poll():
        came["events"] = provider.get("/provider/feed", after=last, wait=20)["events"]
        came["at"] = time.monotonic()

    waiting = threading.Thread(target=poll)
    waiting.start()
    time.sleep(0.4)
    assert waiting.is_alive()
    desk.place(elder, start=day(3, 11), preferred_provider=name)
    placed = time.monotonic()
    waiting.join(25)
    assert came["events"] and came["events"][0]["type"] == "order.offered"
    # Far below the wait, and below the second after which a poll looks again of itself.
    assert came["at"] - placed < 0.9


def test_cancelling_releases_what_was_reserved(desk, elder):
    def balances() -> list[dict]:
        phone = desk.operator.get(f"/elders/{elder}")
        number = next((p["number"] for p in phone["phones"] + phone["contacts"] if p.get("number") or p.get("phone")), None)
        return number and next((e["balances"] for e in ring(desk, number) if e["id"] == elder), [])

    before = balances()
    for step in ["offered", "accepted", "scheduled"]:
        order = desk.place(elder)
        provider, id = desk.provider(order), order["id"]
        if step != "offered":
            provider.post(f"/provider/orders/{id}/accept")
        if step == "scheduled":
            desk.schedule(order)
        cancelled = desk.operator.post(f"/orders/{id}/cancel", {"reason_code": "elder_asked"})
        assert cancelled["state"] == "cancelled"
        shown = desk.operator.get(f"/orders/{id}")
        assert shown["funding"] and {leg["state"] for leg in shown["funding"]} == {"released"}
        problem(desk.operator("POST", f"/orders/{id}/cancel", {"reason_code": "again"}), 409)
        if before is not None:
            assert [b["reserved_fen"] for b in balances()] == [0] * len(balances())


def test_a_visit_before_its_time_is_refused(desk, elder):
    order = desk.place(elder)
    provider, id = desk.provider(order), order["id"]
    visit = {"at": now(), "method": "landline"}
    problem(provider("POST", f"/provider/orders/{id}/check-in", visit), 409, "illegal_transition")
    provider.post(f"/provider/orders/{id}/accept")
    desk.schedule(order)
    problem(provider("POST", f"/provider/orders/{id}/check-in", visit))
    problem(provider("POST", f"/provider/orders/{id}/check-in", visit | {"at": day(2)}))
    assert desk.operator.get(f"/orders/{id}")["state"] == "scheduled"


def test_a_door_code_is_tried_five_times_and_the_hotline_gives_a_new_one(desk, elder):
    order = desk.today(elder)
    provider, id = desk.provider(order), order["id"]
    provider.post(f"/provider/orders/{id}/accept")
    desk.schedule(order)
    codes = [f"{number:04}" for number in range(1000) if f"{number:04}" != order["visit_code"]]

    def knock(code):
        return provider("POST", f"/provider/orders/{id}/check-in", {"at": order["start"], "method": "code", "code": code})

    with ThreadPoolExecutor(8) as pool:
        found = [problem(answer, 422)["code"] for answer in pool.map(knock, codes[:298])]
    assert found.count("code_wrong") == 4 and found.count("code_locked") == 294
    assert "热线" in problem(knock(order["visit_code"]), 422, "code_locked")["detail"]
    assert [e["type"] for e in desk.operator.get(f"/orders/{id}")["events"]].count("order.code_locked") == 1
    waiting = desk.operator.get("/orders", escalated=2)["orders"]
    assert next(o for o in waiting if o["id"] == id)["escalation"]["reason"] == "code_locked"
    problem(provider("POST", f"/orders/{id}/door-code", {"reason_code": "x"}), 403)
    code = desk.operator.post(f"/orders/{id}/door-code", {"reason_code": "elder_called"})["visit_code"]
    assert expect(knock(code), 200)["state"] == "in_service"


def test_a_till_is_registered_by_the_platform_and_a_strange_one_is_looked_at(desk, elder):
    card = desk.operator.get(f"/elders/{elder}")["number"]
    till, path = desk.house.client("P001"), "/providers/P001/tills"
    swipe = {"card": card, "canteen": "P001", "slot": "lunch", "at": day(-2, 12), "device": "till-new", "entry": "read"}
    meal = till.post("/meals", swipe, 201)
    assert meal["doubt"] == "till" and meal["entry"] == "read" and meal["funding"]
    assert {"device": "till-new", "meals": 1} in desk.operator.get(path)["unregistered"]
    problem(till("POST", path, {"device": "till-new"}), 403)
    problem(desk.operator("POST", path, {"device": "till-new"}), 403, "role_forbidden")
    desk.admin.post(path, {"device": "till-new"}, 201)
    problem(desk.admin("POST", path, {"device": "till-new"}), 409, "till_known")
    assert "till-new" in [t["device"] for t in desk.operator.get(path)["tills"]]
    told = till.post("/meals", swipe | {"slot": "supper", "at": day(-2, 18), "entry": "typed"}, 201)
    assert told["doubt"] is None and told["entry"] == "typed"
    problem(till("POST", "/meals", swipe | {"entry": "guessed"}), 400, "entry_unknown")
    desk.admin.post(f"{path}/end", {"device": "till-new"})
    problem(desk.admin("POST", f"{path}/end", {"device": "till-new"}), 404, "till_unknown")


def test_numbers_that_are_nobodys_are_counted_and_then_none_is_taken(desk, elder):
    card = desk.operator.get(f"/elders/{elder}")["number"]
    till = desk.house.client("P002")
    swipe = {"canteen": "P002", "slot": "lunch", "at": day(-2, 12), "device": "till-P002"}
    problem(till("POST", "/meals", swipe | {"card": "LZ123456789012"}), 404, "card_mistyped")
    codes = [problem(till("POST", "/meals", swipe | {"card": f"LZ77{number}"}))["code"] for number in range(21)]
    assert codes == ["card_unknown"] * 19 + ["numbers_refused"] * 2
    assert "请拨打热线" in problem(till("POST", "/meals", swipe | {"card": card}), 422, "numbers_refused")["detail"]
    late = till.post("/meals/upload", {"swipes": [swipe | {"card": card, "device_swipe_id": "late-1"}]})["results"][0]
    assert late["result"] == "held" and late["code"] == "numbers_refused"
    found = desk.finance.get("/meals/held")["wrong_numbers"]
    assert {"canteen": "P002", "date": day(0)[:10], "count": 20} in [{k: v for k, v in row.items() if k != "last_at"} for row in found]
    # Quality, who calls those elders back, sees it too, where the calls are listed.
    page = desk.house.client("quality")("GET", "/console/callbacks", root=True).text.split('id="wrong"')[1]
    assert day(0)[:10] in page and '<td class="n">20</td>' in page
    assert till.post("/meals", swipe | {"card": card, "entry": "read"}, 201)["doubt"] is None


def test_wrong_numbers_in_haste_wait_a_minute(desk, elder):
    card = desk.operator.get(f"/elders/{elder}")["number"]
    till = desk.house.client("P003")
    swipe = {"canteen": "P003", "slot": "lunch", "at": now(), "device": "till-P003", "entry": "read"}
    for number in range(10):
        problem(till("POST", "/meals", swipe | {"card": f"LZ66{number}"}), 404, "card_unknown")
    answer = till("POST", "/meals", swipe | {"card": card})
    assert "一分钟后再刷" in problem(answer, 429, "cards_too_fast")["detail"] and answer.headers["Retry-After"] == "60"
    # Nothing of a file is lost: what could not be looked up is sent again.
    problem(till("POST", "/meals/upload", {"swipes": [swipe | {"card": card, "device_swipe_id": "s1"}]}), 429, "cards_too_fast")


def test_a_meal_is_subsidised_once(desk, elder):
    card = desk.operator.get(f"/elders/{elder}")["number"]
    swipe = {"card": card, "canteen": "P001", "slot": "lunch", "at": day(-1, 12), "device": "till-1"}
    till = desk.house.client("P001")
    key = f"swipe-{elder}"
    first = till.post("/meals", swipe, 201, key=key)
    assert first["elder_id"] == elder and first["funding"] and first["self_pay_fen"] < first["payable_fen"]
    assert sum(leg["amount_fen"] for leg in first["funding"]) + first["self_pay_fen"] == first["payable_fen"]
    again = problem(till("POST", "/meals", swipe), 409, "meal_already_taken")
    assert "午餐" in again["detail"]
    # The till did not hear the first answer and asks again: the same answer, no second meal.
    replay = till("POST", "/meals", swipe, key=key)
    assert replay.json() == first and replay.headers["Idempotency-Replayed"] == "true"
    till.post("/meals", swipe | {"slot": "supper", "at": day(-1, 18)}, 201)
    problem(till("POST", "/meals", swipe | {"canteen": "P002"}), 403, "not_your_canteen")


def test_a_repeated_key_gets_the_first_answer(desk, elder):
    wish = {"elder_id": elder, "item_code": desk.ITEM, "start": day(4), "note": "第一次"}
    first = desk.operator("POST", "/orders", wish, key="once-1")
    expect(first, 201)
    assert "Idempotency-Replayed" not in first.headers
    again = desk.operator("POST", "/orders", wish, key="once-1")
    assert (again.status_code, again.text) == (201, first.text) and again.headers["Idempotency-Replayed"] == "true"
    problem(desk.operator("POST", "/orders", wish | {"note": "第二次"}, key="once-1"), 422, "idempotency_key_reused")
    # Another caller's key is another key.
    problem(desk.admin("POST", "/orders", wish, key="once-1"), 409, "order_twin")
    problem(desk.operator("POST", "/orders", wish, key="x" * 300), 400, "idempotency_key_invalid")


def test_one_key_at_a_time(desk, elder):
    wish = {"elder_id": elder, "item_code": desk.ITEM, "start": day(5)}
    client = desk.house.client
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: client("operator")("POST", "/orders", wish, key="storm"), range(32)))
    codes = [a.status_code for a in answers]
    assert set(codes) <= {201, 409}
    for answer in answers:
        if answer.status_code == 409:
            problem(answer, 409, "idempotency_key_running")
    made = [a for a in answers if a.status_code == 201]
    assert made and len({a.json()["id"] for a in made}) == 1
    assert sum("Idempotency-Replayed" not in a.headers for a in made) == 1


ANSWER = {"came": True, "did": "打扫厨房", "minutes": 60, "paid_extra_fen": 0, "satisfaction": 5, "answered_by": "elder"}


def test_a_visit_is_paid_when_it_is_proven(desk, elder):
    order = desk.today(elder)
    assert desk.serve(order)["state"] == "closed"
    shown = desk.operator.get(f"/orders/{order['id']}")
    assert (shown["state"], shown["verification"], shown["settlement"]) == ("closed", "verified", "ready")
    assert {leg["state"] for leg in shown["funding"]} == {"posted"}
    assert [e["type"] for e in shown["events"]] == [
        "order.received", "order.offered", "order.accepted", "order.scheduled", "order.checked_in", "order.checked_out", "order.closed"]
    month = order["start"][:7]
    problem(desk.finance("POST", f"/settlements/{month}/close", {}), 422, "month_not_over")
    statement = desk.finance.get(f"/settlements/{month}/statements/{order['provider']}")
    line = next(line for line in statement["lines"] if line["subject"] == order["id"])
    # A test that runs at night finds R15 (a visit at night), and nothing else.
    assert {f["code"] for f in line["findings"] if f["severity"] != "warn"} <= {"R15"} and line["gross_fen"] == order["payable_fen"]
    assert line["subsidy_fen"] == sum(leg["amount_fen"] for leg in order["funding"])
    # Opened again by quality, the money is only set aside; closed again by telephone, it is posted once more.
    desk.quality.post(f"/orders/{order['id']}/reopen", {"reason_code": "asked"})
    assert {leg["state"] for leg in desk.operator.get(f"/orders/{order['id']}")["funding"]} == {"reserved"}
    assert desk.operator.post(f"/orders/{order['id']}/callback", ANSWER)["settlement"] == "ready"


def test_nobody_came_is_not_paid(desk, elder):
    order = desk.today(elder)
    assert desk.serve(order, confirmed=False)["state"] == "done"
    denied = desk.quality.post(f"/orders/{order['id']}/callback", ANSWER | {"came": False})
    assert (denied["state"], denied["verification"], denied["settlement"]) == ("done", "refused", "not_ready")
    shown = desk.operator.get(f"/orders/{order['id']}")
    assert "posted" not in {leg["state"] for leg in shown["funding"]} and shown["events"][-1]["type"] == "order.disputed"
    statements = desk.finance.get(f"/settlements/{order['start'][:7]}/exceptions")["lines"]
    assert all(line["verdict"] != "paid" for line in statements if line["subject"] == order["id"])


@pytest.fixture(scope="module")
def month(desk, elders):
    """Visits of a month that is over, entered late: two confirmed, by code and by telephone."""
    orders = [desk.place(next(elders), start=past(10 + index), by=desk.admin) for index in range(2)]
    desk.serve(orders[0])
    desk.serve(orders[1], confirmed=False)
    assert desk.operator.post(f"/orders/{orders[1]['id']}/callback", ANSWER)["state"] == "closed"
    return orders


def test_the_month_closes_once_and_for_all(desk, month):
    preview = desk.finance.post(f"/settlements/{MONTH}/preview")
    assert preview["state"] == "open" and preview["lines"] >= 1
    assert desk.finance.get(f"/settlements/{MONTH}")["state"] == "open"
    closed = desk.finance.post(f"/settlements/{MONTH}/close")
    same = ["lines", "held", "gross_fen", "subsidy_fen", "self_pay_fen", "deducted_fen", "payable_fen"]
    assert closed["state"] == "closed" and not closed["was_closed"]
    assert [closed[name] for name in same] == [preview[name] for name in same]
    again = desk.finance.post(f"/settlements/{MONTH}/close")
    assert again["was_closed"] and [again[name] for name in same] == [closed[name] for name in same]


def test_statements_are_tables_that_add_up(desk, month):
    provider = month[0]["provider"]
    statement = desk.finance.get(f"/settlements/{MONTH}/statements/{provider}")
    answer = desk.finance("GET", f"/settlements/{MONTH}/statements/{provider}.csv")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/csv")
    text = answer.content.decode("utf-8-sig")
    assert month[0]["number"] in text
    assert len({len(row) for row in csv.reader(io.StringIO(text)) if row}) >= 1
    summary = desk.finance("GET", f"/settlements/{MONTH}/statements.csv")
    assert summary.status_code == 200 and provider in summary.content.decode("utf-8-sig")
    listed = desk.finance.get(f"/settlements/{MONTH}/statements")["statements"]
    assert sum(s["payable_fen"] for s in listed) == desk.finance.get(f"/settlements/{MONTH}")["payable_fen"]
    assert sum(line["gross_fen"] for line in statement["lines"]) >= statement["gross_fen"]


def test_what_was_not_paid_is_listed_with_its_reason(desk, month):
    lines = desk.finance.get(f"/settlements/{MONTH}/exceptions")["lines"]
    late = next(line for line in lines if line["subject"] == month[0]["id"])
    assert late["verdict"] == "held" and "R18" in [f["code"] for f in late["findings"]]
    assert all(line["findings"] and all(f["sentence"] for f in line["findings"]) for line in lines)
    problem(desk.finance("GET", "/settlements/2026-13"), 400, "month_invalid")
    problem(desk.finance("GET", f"/settlements/{MONTH}/statements/P999"), 404, "statement_unknown")

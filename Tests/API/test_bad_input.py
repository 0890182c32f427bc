"""Whatever is sent, the answer is a problem with a stable code and a Chinese sentence, and the server lives on."""

import json

import pytest
from house import day, now, problem

NOBODY = "e99999999"
ANY = "0" * 20
ORDER = {"item_code": "02001", "elder_id": "e00000001", "start": "+2"}
ELDER = {"name": "测试人", "sex": "female", "birthday": "1950-01-01", "region": "620102001"}
SWIPE = {"card": "LZ00000001", "canteen": "P001", "slot": "lunch", "device": "t"}
HOSTILE = ["' OR 1=1 --", "<script>alert(1)</script>", "%00", "𝒳" * 50, "../../etc/passwd", '"; DROP TABLE elder; --', "{{x}}"]
BUDGET = {"fund": "voucher", "year": 2098, "granted_fen": 100}
BILL = {"elder": "e1", "number": "B-1", "item": "04025", "date": "2019-01-01", "price_fen": 10_000}
FUND = {"kind": "office", "holder": "局", "year": 2098, "granted_fen": 100}


def order(**fields) -> tuple:
    return "operator", "POST", "/orders", ORDER | {"start": day(2)} | fields


def elder(**fields) -> tuple:
    return "operator", "POST", "/elders", ELDER | fields


def swipe(**fields) -> tuple:
    return "P001", "POST", "/meals", SWIPE | {"at": now()} | fields


TABLE = [
    (order(elder_id=NOBODY), 404, "elder_unknown"),
    (order(item_code="99999"), 404, "item_unknown"),
    (order(preferred_provider="P999"), 404, "provider_unknown"),
    (order(start=day(-1)), 422, "start_in_past"),
    (order(start=day(200)), 422, "start_too_far"),
    (order(start="明天"), 400, "field_invalid"),
    (order(end=day(1)), 422, "end_before_start"),
    (order(quantity=0), 422, "quantity_out_of_range"),
    (order(quantity=-1), 422, "quantity_out_of_range"),
    (order(quantity=10**9), 422, "quantity_out_of_range"),
    (order(quantity=2**63 - 1), 422, "quantity_out_of_range"),
    (order(quantity=-(2**63)), 422, "quantity_out_of_range"),
    (order(quantity=1e300), 400, "field_invalid"),
    (order(quantity="many"), 400, "field_invalid"),
    (order(quantity=[1]), 400, "field_invalid"),
    (order(note="长" * 600), 400, "note_too_long"),
    (order(note="长" * 350_000), 413, "body_too_large"),
    (order(elder_id=7), 400, "field_type"),
    (("operator", "POST", "/orders", {"item_code": "02001"}), 400, "field_missing"),
    (("operator", "POST", "/orders", []), 400, "json_invalid"),
    (elder(id_number="11010519491231002Y"), 400, "id_number_invalid"),
    (elder(id_number="110105194912310021"), 400, "id_number_invalid"),
    (elder(phones=[{"number": "12"}]), 400, "phone_invalid"),
    (elder(birthday=day(30)[:10]), 422, "birthday_in_future"),
    (elder(birthday="1840-01-01"), 422, "birthday_too_early"),
    (elder(name="王\u202e国建"), 422, "hidden_characters"),
    (elder(name="王\u0007建国"), 422, "hidden_characters"),
    (elder(estate="和平\u2066里"), 422, "hidden_characters"),
    (elder(birthday="1950-02-30"), 400, "field_invalid"),
    (elder(region="1"), 400, "region_unknown"),
    (elder(sex="x"), 400, "sex_unknown"),
    (elder(name=""), 400, "name_length"),
    (elder(lat=95.0, lon=1.0), 400, "place_invalid"),
    (elder(classes=["king"]), 400, "class_unknown"),
    (elder(preferred_provider="P999"), 404, "provider_unknown"),
    (swipe(card="LZ99999999"), 404, "card_unknown"),
    (swipe(canteen="P999"), 403, "not_your_canteen"),
    (swipe(slot="tea"), 400, "slot_unknown"),
    (swipe(at=day(-5)), 422, "swipe_too_late"),
    (swipe(at=day(2)), 422, "device_time_in_future"),
    (("operator", "POST", "/calls", {"event": "x", "call_id": "1", "from": "1"}), 400, "event_unknown"),
    (("operator", "POST", "/calls", {"event": "hangup", "call_id": "never", "from": "1"}), 404, "call_unknown"),
    (("operator", "GET", f"/orders/{ANY}", None), 404, "order_unknown"),
    (("operator", "GET", f"/elders/{NOBODY}", None), 404, "elder_unknown"),
    (("operator", "GET", "/orders?state=lost", None), 400, "state_unknown"),
    (("operator", "GET", "/orders?day=yesterday", None), 400, "day_invalid"),
    (("operator", "GET", "/orders?limit=100000", None), 400, "query_invalid"),
    (("operator", "GET", "/catalog/items?limit=x", None), 400, "query_invalid"),
    (("P001", "GET", "/provider/feed?after=-1", None), 400, "query_invalid"),
    (("P001", "GET", "/provider/feed?after=abc", None), 400, "query_invalid"),
    (("P001", "GET", "/provider/feed?after=99999999999999999999", None), 400, "query_invalid"),
    (("P001", "GET", f"/provider/feed?after={2**63 - 1}", None), 422, "cursor_in_future"),
    (("P001", "GET", "/provider/feed?wait=3600", None), 400, "query_invalid"),
    (("finance", "GET", "/settlements/2026-13", None), 400, "month_invalid"),
    (("finance", "POST", "/settlements/2026-13/close", {}), 400, "month_invalid"),
    (("finance", "POST", "/settlements/2099-01/close", {}), 422, "month_not_over"),
    (("finance", "POST", f"/settlements/{day(0)[:7]}/close", {}), 422, "month_not_over"),
    (("finance", "POST", "/settlements/1999-01/close", {}), 404, "month_unknown"),
    (("finance", "POST", "/settlements/2099-01/pay", {}), 409, "close_out_of_order"),
    (("quality", "POST", "/settlements/2099-01/scores", {"provider": "P001", "score": 101}), 400, "score_invalid"),
    (("quality", "POST", "/settlements/2099-01/scores", {"provider": "P001", "score": 90}), 409, "close_out_of_order"),
    (("finance", "POST", "/budgets", BUDGET | {"fund": "lottery"}), 400, "budget_invalid"),
    (("finance", "POST", "/budgets", BUDGET | {"year": 1999}), 400, "budget_invalid"),
    (("finance", "POST", "/budgets", BUDGET | {"category": "77"}), 400, "budget_invalid"),
    (("finance", "POST", "/budgets", BUDGET | {"region": "999999999"}), 400, "region_unknown"),
    (("finance", "POST", "/budgets", BUDGET | {"granted_fen": -1}), 400, "amount_invalid"),
    (("finance", "POST", "/budgets/voucher:2099:all:all/overrides", {"amount_fen": 1, "reason": "急需"}), 404, "budget_unknown"),
    (("finance", "POST", "/budget-overrides/nothing/approve", {}), 404, "override_unknown"),
    (("finance", "POST", "/funds", FUND | {"kind": "lottery"}), 400, "fund_kind_unknown"),
    (("finance", "POST", "/funds", FUND | {"holder": ""}), 400, "holder_missing"),
    (("finance", "POST", "/funds", FUND | {"first_month": "2026-13"}), 400, "month_invalid"),
    (("finance", "POST", "/funds", FUND | {"granted_fen": -1}), 400, "amount_invalid"),
    (("finance", "POST", "/funds/nothing/top-up", {"amount_fen": 1}), 404, "fund_unknown"),
    (("finance", "POST", "/fund-payments/nothing/approve", {}), 404, "payment_unknown"),
    (("finance", "POST", "/nursing-fees/2026-13", {}), 400, "month_invalid"),
    (("finance", "GET", "/payouts/2026-13", None), 400, "month_invalid"),
    (("finance", "POST", "/payouts/2026-01/LUNCH/draw-up", {}), 404, "payout_programme_unknown"),
    (("finance", "POST", "/payouts/2099-01/AGE/draw-up", {}), 422, "month_in_future"),
    (("finance", "POST", "/payouts/2019-01/AGE/approve", {}), 400, "list_missing"),
    (("finance", "POST", "/payouts/2019-01/AGE/approve", {"list_sha256": "0" * 64}), 422, "nothing_due"),
    (("finance", "GET", "/payouts/2019-01/LUNCH", None), 404, "payout_programme_unknown"),
    (("finance", "GET", "/payout-reversals?month=2019", None), 400, "month_invalid"),
    (("finance", "POST", "/payout-reversals/nothing/approve", {}), 404, "reversal_unknown"),
    (("finance", "POST", "/claims", {"programme": "LUNCH", "bills": [BILL]}), 404, "payout_programme_unknown"),
    (("finance", "POST", "/claims", {"programme": "AIDS", "bills": []}), 400, "bills_missing"),
    (("finance", "POST", "/claims", {"programme": "AIDS", "bills": [BILL | {"number": ""}]}), 400, "bill_invalid"),
    (("finance", "POST", "/claims", {"programme": "AIDS", "bills": [BILL | {"date": "yesterday"}]}), 400, "bill_invalid"),
    (("finance", "POST", "/claims", {"programme": "AIDS", "bills": [BILL | {"item": "99999"}]}), 404, "item_unknown"),
    (("finance", "POST", "/claims", {"programme": "AIDS", "provider": "P999", "bills": [BILL]}), 404, "provider_unknown"),
    (("finance", "POST", "/claims", {"programme": "AIDS", "bills": [BILL]}), 422, "claim_closed"),
    (("finance", "GET", "/lapsed-balances/2026-13", None), 400, "month_invalid"),
    (("operator", "GET", "/nowhere", None), 404, "route_unknown"),
    (("operator", "DELETE", "/orders", None), 405, "method_not_allowed"),
]


@pytest.mark.parametrize("request_, status, code", TABLE, ids=lambda value: str(value)[:60].encode("ascii", "replace").decode())
def test_a_wrong_request_is_refused_by_name(house, request_, status, code):
    who, method, path, body = request_
    problem(house.client(who)(method, path, body), status, code)


@pytest.mark.parametrize("body", [
    b'{"elder_id": "\xff\xfe"}', b"{", b"", b"null", b"\x00" * 100, b'{"a":' * 20_000, b"[" * 200_000, b'{"quantity": 1e999999}',
    '{"elder_id": "\\ud800"}'.encode(), b"\xef\xbb\xbf{}", b"x" * 10_000_000,
], ids=lambda b: repr(b[:12]))
@pytest.mark.parametrize("path", ["/orders", "/orders/quote", "/calls"])
def test_a_body_that_is_not_json_is_refused(house, path, body):
    answer = house.client("operator")("POST", path, data=body)
    assert problem(answer)["status"] in (400, 413)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_only_text(house, text):
    operator = house.client("operator")
    before = operator.get("/elders", q="LZ00000001")["elders"]
    for path in ["/elders", "/catalog/items"]:
        assert operator("GET", path, params={"q": text}).status_code == 200
    for body in [order(elder_id=text), order(item_code=text), order(preferred_provider=text)]:
        problem(operator(*body[1:]), 404)
    for path in [f"/orders/{text}", f"/elders/{text}"]:
        problem(operator("GET", path))
    for params in [{"cursor": text}, {"elder": text}, {"provider": text}]:
        assert operator("GET", "/orders", params=params).status_code in (200, 400)
    kept = operator.post("/orders", order(note=text, start=day(2, 8 + HOSTILE.index(text)))[3], 201)
    assert operator.get(f"/orders/{kept['id']}")["note"] == text
    assert operator.get("/elders", q="LZ00000001")["elders"] == before


ROUTES = {
    ("operator", "quality", "admin"): [
        ("POST", "/calls"), ("GET", "/elders"), ("POST", "/elders"), ("GET", f"/elders/{NOBODY}"), ("PATCH", f"/elders/{NOBODY}"),
        ("POST", f"/elders/{NOBODY}/status"), ("POST", "/orders/quote"), ("POST", "/orders"), ("GET", "/orders"),
        *(("POST", f"/orders/{ANY}/{verb}") for verb in ["cancel", "reassign", "reopen", "void", "fail", "callback", "complaints"])],
    ("P001",): [
        ("GET", "/provider/feed"), ("GET", "/provider/orders"),
        *(("POST", f"/provider/orders/{ANY}/{verb}") for verb in ["accept", "decline", "schedule", "check-in", "check-out", "fail"])],
    ("P001", "operator", "admin"): [("POST", "/meals")],
    ("finance", "auditor", "admin"): [
        ("GET", "/settlements/2026-01"), ("POST", "/settlements/2026-01/preview"),
        ("GET", "/settlements/2026-01/statements"), ("GET", "/settlements/2026-01/statements.csv"),
        ("GET", "/settlements/2026-01/statements/P001"), ("GET", "/settlements/2026-01/exceptions")],
    ("finance", "admin"): [("POST", "/settlements/2026-13/close")],
    ("operator", "quality", "admin", "P001", "finance", "auditor"): [("GET", "/catalog/items"), ("GET", f"/orders/{ANY}/decision")],
}
ROLES = ["operator", "quality", "admin", "P001", "finance", "auditor"]


@pytest.mark.parametrize("roles, method, path", [(r, *route) for r, routes in ROUTES.items() for route in routes], ids=str)
def test_every_route_knows_its_roles(house, roles, method, path):
    problem(house.client()(method, path, {}), 401, "unauthenticated")
    for header in ["Bearer vnh_wrong", "Bearer ", "Basic YTpi", "Bearer " + "x" * 2000]:
        problem(house.client()(method, path, {}, headers={"Authorization": header}), 401, "token_invalid")
    for role in ROLES:
        answer = house.client(role)(method, path, {})
        if role in roles:
            assert answer.status_code == 200 or problem(answer)["code"] != "role_forbidden", role
        else:
            problem(answer, 403, "role_forbidden")


def test_another_firms_order_does_not_exist(house, desk):
    mine = desk.place(desk.elders(count=60)[0])
    other = house.client("P098" if mine["provider"] != "P098" else "P097")
    problem(other("GET", f"/orders/{mine['id']}"), 404, "order_unknown")
    problem(other("GET", f"/orders/{mine['id']}/decision"), 404, "order_unknown")
    bodies = {"accept": {}, "decline": {"reason_code": "x"}, "schedule": {"worker": "W0001"}, "fail": {"reason_code": "x"}}
    visit = {"at": now(), "method": "landline"}
    for verb, body in (bodies | {"check-in": visit, "check-out": visit}).items():
        problem(other("POST", f"/provider/orders/{mine['id']}/{verb}", body), 404, "order_unknown")
    assert desk.operator.get(f"/orders/{mine['id']}")["state"] == "offered"


@pytest.mark.parametrize("method, path", [("GET", "/x"), ("POST", "/healthz"), ("PUT", "/login"), ("GET", "/api/v2/orders")])
def test_outside_the_api_a_wrong_address_is_a_problem_too(house, method, path):
    problem(house.client()(method, path, root=True))


def test_the_server_still_lives_and_its_log_names_nobody(house, desk):
    """Last in this file: after all of the above."""
    assert house.client()("GET", "/healthz", root=True).json() == {"status": "ok"}
    metrics = house.client()("GET", "/metrics", root=True)
    assert metrics.headers["content-type"].startswith("text/plain") and "# TYPE vnh_orders gauge" in metrics.text
    for line in metrics.text.splitlines():
        assert line.startswith("# ") or float(line.rsplit(" ", 1)[1]) >= 0
    log = house.log.read_text()
    for line in log.splitlines():
        assert line.startswith("已启动") or json.loads(line)["level"]
    secrets = house.rows("SELECT name FROM elder UNION SELECT number FROM elder_phone")
    assert secrets and not [secret for (secret,) in secrets if secret in log + metrics.text]

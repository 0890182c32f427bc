"""Budgets, late swipes, passes, the meal report and the bureau's funds, over HTTP."""

import re
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from house import budget as set_budget
from house import day, now, problem, vnh

DATABASES = True
YEAR = int(day(0)[:4])


@pytest.fixture
def people(house):
    """Two finance officers: what one asks, the other decides."""
    return house.client("finance"), house.client("admin")


@pytest.fixture(scope="module")
def guests(desk):
    """Elders nobody has used yet, as card number and id."""
    return iter([(desk.operator.get(f"/elders/{elder}")["number"], elder) for elder in desk.elders(subsidised=True)])


@pytest.fixture
def card(guests):
    return next(guests)


def swipe(card, **fields):
    return {"card": card, "canteen": "P001", "slot": "lunch", "at": day(-1, 12), "device": "till-9"} | fields


def test_an_upload_is_booked_once_and_says_what_it_did_with_each(desk, card, guests):
    till = desk.house.client("P001")
    number, other = uuid.uuid4().hex, next(guests)[0]
    batch = {"swipes": [
        swipe(card[0], device_swipe_id=f"{number}-1"), swipe("LZ-none", device_swipe_id=f"{number}-2"),
        swipe(other, device_swipe_id=f"{number}-3"), swipe(card[0], at=day(-1, 12, 20), device_swipe_id=f"{number}-4"),
    ]}
    first = till.post("/meals/upload", batch)["results"]
    assert [r["result"] for r in first] == ["served", "refused", "served", "held"]
    assert first[1]["code"] == "card_unknown" and first[3]["code"] == "meal_already_taken" and "午餐" in first[3]["detail"]
    assert first[0]["meal"]["device_at"] != first[0]["meal"]["received_at"]
    again = till.post("/meals/upload", batch)["results"]
    assert [r["result"] for r in again] == ["replayed", "refused", "replayed", "held"]
    assert again[0]["meal"]["id"] == first[0]["meal"]["id"]


def test_a_held_swipe_is_decided_by_finance(desk, card, people):
    till = desk.house.client("P001")
    late = till.post("/meals/upload", {"swipes": [swipe(card[0], at=day(-5, 12), device_swipe_id=uuid.uuid4().hex)]})["results"][0]
    assert late["result"] == "held" and late["code"] == "swipe_too_late"
    held = late["held"]["id"]
    assert held in [h["id"] for h in people[0].get("/meals/held")["held"]]
    problem(till("POST", f"/meals/held/{held}/accept", {"opinion": "x"}), 403)
    booked = people[0].post(f"/meals/held/{held}/accept", {"opinion": "停电三天"})
    assert booked["meal"]["date"] == day(-5)[:10]
    problem(people[1]("POST", f"/meals/held/{held}/reject", {"opinion": "x"}), 409, "already_decided")
    report = people[0].get(f"/settlements/{day(-5)[:7]}/meals")
    assert report["meals"] == sum(line["meals"] for line in report["lines"])
    assert report["subsidy_fen"] == sum(line["subsidy_fen"] for line in report["lines"])
    csv = expect_text(people[0]("GET", f"/settlements/{day(-5)[:7]}/meals.csv"))
    assert csv.startswith("\ufeff序号,餐厅编码") and f"合计,,,,,{report['meals']}," in csv


def expect_text(answer):
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/csv"), answer.text[:300]
    return answer.content.decode()


def test_a_pass_stands_in_for_the_card(desk, card):
    till = desk.house.client("P001")
    issued = desk.operator.post(f"/elders/{card[1]}/meal-pass", {"days": 3}, 201)
    meal = swipe(None, qr=issued["qr"], at=now(), slot="supper")
    assert till.post("/meals", meal, 201)["elder_id"] == card[1]
    assert desk.operator.post(f"/elders/{card[1]}/meal-pass/revoke")["revoked"] == 1
    problem(till("POST", "/meals", meal | {"slot": "breakfast", "at": now(2)}), 422, "qr_expired")


def test_a_meal_is_reversed_once(desk, card):
    till = desk.house.client("P001")
    meal = till.post("/meals", swipe(card[0]), 201)
    problem(desk.house.client("P002")("POST", f"/meals/{meal['id']}/reverse", {"reason": "x"}), 404, "swipe_unknown")
    assert till.post(f"/meals/{meal['id']}/reverse", {"reason": "刷错"})["state"] == "reversed"
    problem(till("POST", f"/meals/{meal['id']}/reverse", {"reason": "刷错"}), 409, "swipe_settled")
    till.post("/meals", swipe(card[0]), 201)


def test_a_budget_ends_subsidies_and_a_second_person_may_extend_it(desk, people, card):
    finance, admin = people
    # Entered after meals were eaten, it bears them; cut to just that, nothing is left.
    used = set_budget(desk.house, "meal_subsidy", YEAR, 100_000_000, category="01")["posted_fen"]
    budget = {"fund": "meal_subsidy", "year": YEAR, "category": "01", "granted_fen": used}
    assert finance.post("/budgets", budget, 201)["proposal"] is None
    number = f"meal_subsidy:{YEAR}:01:all"
    assert number in [b["id"] for b in finance.get("/budgets")["budgets"]]
    card = card[0]
    meal = desk.house.client("P001").post("/meals", swipe(card, at=day(-2, 12)), 201)
    assert meal["funding"] == [] and "budget_exhausted" in [n["code"] for n in meal["notes"]]
    asked = finance.post(f"/budgets/{number}/overrides", {"amount_fen": 100_000, "reason": "冬至加餐"}, 201)
    problem(finance("POST", f"/budget-overrides/{asked['id']}/approve", {}), 403, "own_request")
    assert admin.post(f"/budget-overrides/{asked['id']}/approve", {"opinion": "同意"})["state"] == "approved"
    assert desk.house.client("P001").post("/meals", swipe(card, at=day(-1, 12)), 201)["funding"]
    burn = finance.get(f"/budgets/{number}/burn-down")
    assert sum(m["posted_fen"] for m in burn["months"]) == burn["posted_fen"] > used
    problem(finance("POST", "/budgets", budget | {"granted_fen": 0}), 422, "budget_below_spent") if burn["posted_fen"] > 100_000 else None
    problem(desk.operator("POST", "/budgets", budget), 403)
    problem(finance("GET", "/budgets/nonsense/burn-down"), 404, "budget_unknown")
    # The next test of this house eats on the old terms again.
    raised = finance.post("/budgets", budget | {"granted_fen": used + 10_000_000}, 201)
    assert raised["granted_fen"] == used and raised["proposal"]["kind"] == "grant"
    problem(finance("POST", "/budgets", budget | {"granted_fen": used + 20_000_000}), 409, "budget_proposed")
    problem(finance("POST", f"/budget-overrides/{raised['proposal']['id']}/approve", {}), 403, "own_request")
    admin.post(f"/budget-overrides/{raised['proposal']['id']}/approve", {"opinion": "同意"})
    assert next(b for b in finance.get("/budgets")["budgets"] if b["id"] == number)["granted_fen"] == used + 10_000_000


def test_a_budget_holds_against_twenty_tills_at_once(desk, people, guests):
    finance, _ = people
    cards = [next(guests)[0] for _ in range(20)]
    # What was spent before it was entered counts.
    short = finance.post("/budgets", {"fund": "meal_subsidy", "year": YEAR, "granted_fen": 1}, 201)["proposal"]
    if short:
        problem(people[1]("POST", f"/budget-overrides/{short['id']}/approve", {}), 422, "budget_below_spent")
        people[1].post(f"/budget-overrides/{short['id']}/reject", {})
    before = set_budget(desk.house, "meal_subsidy", YEAR, 100_000_000)["posted_fen"]
    assert before > 0
    set_budget(desk.house, "meal_subsidy", YEAR, before + 5000)
    tills = [desk.house.client("P001") for _ in cards]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda pair: pair[0]("POST", "/meals", swipe(pair[1], at=day(-2, 12))), zip(tills, cards)))
    paid = sum(leg["amount_fen"] for a in answers if a.status_code == 201 for leg in a.json()["funding"])
    assert paid <= 5000 and all(a.status_code in (201, 409) for a in answers)
    set_budget(desk.house, "meal_subsidy", YEAR, 100_000_000)


def test_an_advance_is_lent_by_two_and_paid_back(people):
    finance, admin = people
    fund = finance.post("/funds", {"kind": "medical_advance", "holder": f"局-{uuid.uuid4().hex[:6]}", "granted_fen": 50_000}, 201)["id"]
    asked = finance.post(f"/funds/{fund}/payments", {"amount_fen": 30_000, "person": "e1", "reason": "住院押金"}, 201)
    problem(finance("POST", f"/fund-payments/{asked['id']}/approve", {}), 403, "own_request")
    assert admin.post(f"/fund-payments/{asked['id']}/approve", {})["state"] == "paid"
    problem(finance("POST", f"/funds/{fund}/payments", {"amount_fen": 20_001, "person": "e2", "reason": "x"}), 422, "fund_not_enough")
    assert finance.post(f"/funds/{fund}/repayments", {"amount_fen": 10_000, "person": "e1"}, 201)["outstanding_fen"] == 20_000
    problem(finance("POST", f"/funds/{fund}/repayments", {"amount_fen": 20_001, "person": "e1"}), 422, "repayment_too_large")
    assert finance.get(f"/funds/{fund}")["outstanding"] == [
        {"person": "e1", "advanced_fen": 30_000, "repaid_fen": 10_000, "owed_fen": 20_000}]


def test_an_allowance_is_drawn_up_by_one_and_paid_by_another(people):
    finance, admin = people
    month = day(0)[:7]
    first = finance.post(f"/payouts/{month}/AGE/draw-up", {})
    again = finance.post(f"/payouts/{month}/AGE/draw-up", {})
    assert first["drawn"] + first["already"] == again["already"] > 0 and again["drawn"] == 0
    line = next(p for p in finance.get(f"/payouts/{month}")["programmes"] if p["programme"] == "AGE")
    assert line["payout"] == "monthly" and line["waiting_fen"] >= first["amount_fen"] and line["paid"] == 0
    seen = {"list_sha256": line["list_sha256"], "opinion": "同意"}
    problem(finance("POST", f"/payouts/{month}/AGE/approve", seen), 403, "own_request")
    problem(admin("POST", f"/payouts/{month}/AGE/approve", seen | {"opinion": "x" * 201}), 400, "opinion_too_long")
    problem(admin("POST", f"/payouts/{month}/AGE/reject", seen | {"opinion": ""}), 400, "reason_missing")
    # Whoever does not say what has been seen hears how to, and whoever has seen another list decides nothing.
    asked = problem(admin("POST", f"/payouts/{month}/AGE/approve", {"opinion": "同意"}), 400, "list_missing")
    assert f"GET /api/v1/payouts/{month}" in asked["detail"]
    changed = problem(admin("POST", f"/payouts/{month}/AGE/approve", {"list_sha256": "0" * 64}), 409, "payout_list_changed")
    assert f"{line['waiting']} 笔" in changed["detail"]
    page = finance.get(f"/payouts/{month}/AGE", limit=500)
    assert page["list_sha256"] == line["list_sha256"] and len(page["payments"]) == line["waiting"] and page["next"] is None
    assert all(payment["state"] == "reserved" and payment["version"] == 1 for payment in page["payments"])
    paid = admin.post(f"/payouts/{month}/AGE/approve", seen)
    assert (paid["count"], paid["amount_fen"], paid["opinion"]) == (line["waiting"], line["waiting_fen"], "同意")
    assert admin.post(f"/payouts/{month}/AGE/approve", seen) == paid
    problem(admin("POST", f"/payouts/{month}/AGE/reject", seen), 409, "already_decided")
    problem(admin("POST", f"/payouts/{month}/AGE/reject", {"list_sha256": "0" * 64, "opinion": "重复"}), 422, "nothing_due")
    paper = finance.get(f"/settlements/{month}/documents/payouts")
    amounts = [column["name"] for column in paper["columns"]].index("发放金额")
    assert len(paper["rows"]) == paid["count"] and paper["totals"][amounts] == paid["amount_fen"]


def test_a_payment_that_was_wrong_is_taken_back_by_two(people):
    finance, admin = people
    month = day(0)[:7]
    payment = next(p for p in finance.get(f"/payouts/{month}/AGE")["payments"] if p["state"] == "posted")
    before = finance.get(f"/payouts/{month}/AGE")
    problem(finance("POST", "/payout-reversals", {"payment": "nothing", "reason": "重复"}), 404, "payout_unknown")
    problem(finance("POST", "/payout-reversals", {"payment": payment["id"], "reason": ""}), 400, "reason_missing")
    asked = finance.post("/payout-reversals", {"payment": payment["id"], "reason": "三月前已去世"}, 201)
    problem(admin("POST", "/payout-reversals", {"payment": payment["id"], "reason": "同上"}), 409, "reversal_known")
    problem(finance("POST", f"/payout-reversals/{asked['id']}/approve", {}), 403, "own_request")
    assert [r["id"] for r in finance.get("/payout-reversals")["reversals"]] == [asked["id"]]
    done = admin.post(f"/payout-reversals/{asked['id']}/approve", {"opinion": "属实"})
    assert done["state"] == "approved" and done["payment"]["reversed_in"] == month
    problem(admin("POST", f"/payout-reversals/{asked['id']}/approve", {}), 409, "already_decided")
    after = finance.get(f"/payouts/{month}/AGE")
    assert (after["paid"], after["reversed"], after["reversed_fen"]) == (before["paid"], 1, payment["amount_fen"])
    assert [r["id"] for r in finance.get("/payout-reversals", month=month)["reversals"]] == [asked["id"]]
    paper = finance.get(f"/settlements/{month}/documents/payouts")
    amounts = [column["name"] for column in paper["columns"]].index("发放金额")
    assert paper["totals"][amounts] == before["paid_fen"] - payment["amount_fen"]
    assert any(f"冲正（原 {month}）" in str(row) for row in paper["rows"])


def test_what_nobody_used_is_told_by_programme_and_street(people, desk):
    told = people[0].get(f"/lapsed-balances/{day(0)[:7]}")
    assert told["lines"] and told["lapsed_fen"] == sum(line["lapsed_fen"] for line in told["lines"])
    assert all(line["granted_fen"] - line["used_fen"] == line["lapsed_fen"] >= 0 for line in told["lines"])
    problem(desk.operator("GET", f"/lapsed-balances/{day(0)[:7]}"), 403)


def test_a_quote_speaks(desk, card):
    elder = card[1]
    quote = desk.operator.post("/orders/quote", {"elder_id": elder, "item_code": desk.ITEM, "start": day(4)})
    assert quote["list_price_fen"] - quote["discount_fen"] == quote["payable_fen"]
    assert "付" in quote["spoken"] and quote["spoken"].endswith("。")
    items = desk.operator.get("/catalog/items", q="01001", elder=elder)["items"]
    assert items and items[0]["spoken"].startswith("应付")


def test_the_command_line_imports_budgets_and_prints_the_meals(house, tmp_path):
    file = tmp_path / "budgets.csv"
    file.write_text(f"fund,year,category,region,granted_yuan\nvoucher,{YEAR},,,1000000.00\n")
    url = house.url
    assert "新设或调增 1 个" in vnh("import", "budgets", file, "--database", url).stdout
    file.write_text(f"fund,year,category,region,granted_yuan\nvoucher,{YEAR},,,lots\n")
    bad = vnh("import", "budgets", file, "--database", url, check=False)
    assert bad.returncode != 0 and "第 2 行" in bad.stderr
    assert "合计" in vnh("meals", day(-1)[:7], "--database", url).stdout
    # Whatever the tests above have done, the books are sound.
    sound = vnh("doctor", "--database", url, check=False)
    assert sound.returncode == 0, sound.stdout


def test_a_slip_in_a_programme_is_told_with_file_and_programme(data, tmp_path):
    import shutil
    folder = shutil.copytree(data / "Catalog", tmp_path / "Catalog")
    file = folder / "programmes.yaml"
    file.write_text(file.read_text().replace("value: 5000", "value: 15000").replace("min_age: 60, ability", "min_agee: 60, ability", 1))
    lint = vnh("catalog", "lint", folder, check=False)
    assert lint.returncode != 0
    assert [line for line in lint.stdout.splitlines() if re.match(r"programmes\.yaml:\d+：CARE", line) and "min_agee" in line], lint.stdout


SECOND = """    - version: 2
      from: 2019-06-01
      sample: true
      source: x
      benefit: {kind: amount, value: "1.00"}
"""


@pytest.mark.parametrize("change, words", [
    (lambda text: text.replace("value: 5000", "value: 15000"), "CARE 第 1 版：比例不能超过 10000（100%）"),
    (lambda text: text + SECOND, "LUNCH 第 1 版：与第 2 版日期重叠"),
    (lambda text: text.replace("ability_levels: [3, 4]}", "ability_level: [3, 4]}", 1), "CARE：versions.[1].eligibility：未知字段 ability_level"),
    (lambda text: text.replace('"600.00"', '"600.001"'), "“600.001”不是以元为单位的金额"),
], ids=["percent", "overlap", "field", "fen"])
def test_a_programme_file_with_a_slip_is_told_in_one_line_and_nothing_is_taken(data, tmp_path, change, words):
    import shutil
    folder = tmp_path / "data"
    for name in ["Catalog", "Providers"]:
        shutil.copytree(data / name, folder / name)
    file = folder / "Catalog/programmes.yaml"
    before = file.read_text(encoding="utf-8")
    file.write_text(change(before), encoding="utf-8")
    assert file.read_text(encoding="utf-8") != before
    lint = vnh("catalog", "lint", folder / "Catalog", check=False)
    assert lint.returncode != 0 and [line for line in lint.stdout.splitlines() if words in line], lint.stdout
    refused = vnh("demo", "--database", f"sqlite:{tmp_path / 'vnh.sqlite'}", "--elders", 10, "--days", 1, "--data", folder, check=False)
    assert refused.returncode == 1 and words in refused.stderr and "Error" not in refused.stderr.split("：")[0], refused.stderr

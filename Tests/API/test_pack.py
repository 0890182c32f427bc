"""An exported month can be computed again by somebody else, and whatever is changed in it is found."""

import csv
import hashlib
import json
import os
import re
import shutil
import sqlite3
from datetime import date, timedelta

import pytest
from house import ROOT, Client, Desk, House, day, expect, moment, now, vnh
from house import budget as set_budget
from pack import VERIFY, Forgery, verify
from test_path import ANSWER, past
from test_path import MONTH as LAST

MONTH = "2026-01"


@pytest.fixture(scope="module")
def closed(served, tmp_path_factory):
    return f"sqlite:{shutil.copy(served, tmp_path_factory.mktemp('month') / 'vnh.sqlite')}"


@pytest.fixture(scope="module")
def pack(closed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("export") / "pack"
    vnh("export", MONTH, "--database", closed, "--output", folder)
    return folder


@pytest.fixture
def forgery(pack, tmp_path):
    return Forgery(pack, tmp_path / "forged")


def manifest(pack):
    return json.loads((pack / "manifest.json").read_text())


def funded(rows, kind="meal"):
    """The first line of a kind with public money that is paid."""
    return next(row for row in rows if row["kind"] == kind and int(row["subsidy_fen"]) > 0 and row["verdict"] == "paid")


def first_difference(forgery, *options):
    status, lines = verify(forgery.folder, *options)
    assert status == 1 and len(lines) == 1, (forgery.folder.name, lines)
    return lines[0]


# ---- the honest pack ----


def test_a_month_verifies(pack):
    status, lines = verify(pack)
    assert status == 0 and len(lines) <= 2, lines
    # Findings that rest on facts outside the pack are counted aloud, and few.
    assert all(int(n) < 30 for n in re.findall(r"(\d+) 条核查意见", "".join(lines[1:]))), lines
    root = manifest(pack)["root"]
    assert lines[0].startswith(f"{MONTH} 相符：{manifest(pack)['lines']} 笔") and root in lines[0]
    assert verify(pack, "--root", root)[0] == 0
    # What is verified is worth verifying: money of several programmes, lines that are refused.
    text = (pack / "lines.csv").read_text()
    for word in ["LUNCH", "SERVICE", "VOUCHER", "held", "order", "meal"]:
        assert word in text


def test_the_running_month_verifies_too(closed, tmp_path):
    vnh("export", "2026-02", "--database", closed, "--output", tmp_path / "open")
    status, lines = verify(tmp_path / "open")
    assert status == 0 and manifest(tmp_path / "open")["state"] == "open", lines


def test_it_is_the_same_bytes_and_the_root_is_kept(closed, pack, tmp_path):
    done = vnh("export", MONTH, "--database", closed, "--output", tmp_path / "again")
    assert f"月根 {manifest(pack)['root']}" in done.stdout.splitlines()
    assert {p.relative_to(pack): p.read_bytes() for p in pack.rglob("*") if p.is_file()} \
        == {p.relative_to(tmp_path / "again"): p.read_bytes() for p in (tmp_path / "again").rglob("*") if p.is_file()}
    with sqlite3.connect(closed.removeprefix("sqlite:")) as connection:
        kept = connection.execute("SELECT root, lines_root, lines FROM month_root WHERE month = ?", [MONTH]).fetchall()
    assert kept == [(manifest(pack)["root"], manifest(pack)["lines_root"], manifest(pack)["lines"])]


def test_the_verifier_needs_nothing_but_python():
    text = VERIFY.read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env python3") and os.access(VERIFY, os.X_OK)
    assert "sqlite" not in text and "import requests" not in text


@pytest.mark.skipif(not os.environ.get("VNH_TEST_POSTGRES"), reason="no PostgreSQL")
def test_a_month_on_postgresql_verifies(tmp_path):
    url = f"{os.environ['VNH_TEST_POSTGRES'].split('?')[0]}?schema=pack_{hashlib.md5(os.urandom(8)).hexdigest()[:8]}"
    vnh("demo", "--database", url, "--elders", 300, "--days", 10, "--data", ROOT)
    vnh("close", MONTH, "--database", url)
    vnh("export", MONTH, "--database", url, "--output", tmp_path / "pack")
    status, lines = verify(tmp_path / "pack")
    assert status == 0, lines


def test_a_month_of_trouble_verifies(desk, tmp_path):
    """Reopened, voided, cancelled, disputed and doubtful visits, elders whose record changes: the books still tell what was decided on what."""
    elders = iter(desk.elders(count=80))
    answer = {"came": True, "did": "打扫", "paid_extra_fen": 0, "satisfaction": 5, "answered_by": "elder"}
    orders = [desk.today(next(elders)) for _ in range(7)]
    for order in orders[:4]:
        assert desk.serve(order)["state"] == "closed"
    # Opened again and closed again: the money goes back and forth.
    for _ in range(2):
        desk.quality.post(f"/orders/{orders[0]['id']}/reopen", {"reason_code": "asked"})
        desk.operator.post(f"/orders/{orders[0]['id']}/callback", answer)
    # Proven to be fake by two persons.
    token = vnh("token", "create", "--database", desk.house.url, "--role", "admin", "--name", "second").stdout.strip()
    for person in (desk.admin, Client(desk.house.base, token)):
        voided = person.post(f"/orders/{orders[1]['id']}/void", {"reason_code": "fake"})
    assert voided["state"] == "voided"
    # The elder becomes another case after the decision, and a further service is decided on the new facts.
    elder = orders[2]["elder_id"]
    expect(desk.operator("PATCH", f"/elders/{elder}", {"ability_level": 4}), 200)
    desk.operator.post(f"/orders/{orders[3]['id']}/complaints", {"text": "态度不好"}, 201)
    desk.operator.post(f"/orders/{orders[4]['id']}/cancel", {"reason_code": "elder_cancelled"})
    desk.serve(orders[5], confirmed=False)
    desk.quality.post(f"/orders/{orders[5]['id']}/callback", answer | {"came": False})
    # The first provider gives it back: the next one is asked, and the money is set aside anew.
    desk.provider(orders[6]).post(f"/provider/orders/{orders[6]['id']}/decline", {"reason_code": "no_staff"})
    again = desk.operator.get(f"/orders/{orders[6]['id']}")
    assert again["provider"] != orders[6]["provider"] and desk.serve(again | {"visit_code": orders[6]["visit_code"]})["state"] == "closed"
    card = desk.operator.get(f"/elders/{next(elders)}")["number"]
    desk.house.client("P001").post("/meals", {"card": card, "canteen": "P001", "slot": "lunch", "at": now(), "device": "till-1"}, 201)
    month = orders[0]["start"][:7]
    vnh("export", month, "--database", desk.house.url, "--output", tmp_path / "pack")
    status, lines = verify(tmp_path / "pack")
    assert status == 0, lines


def everything(programmes: str) -> str:
    """The shipped programmes with every kind of rule in them: rows, limits of one visit, counts, balances that carry over, dated classes."""
    lunch = """      benefit: {kind: amount, rows: [{min_age: 80, value: "9.00"}, {min_age: 60, max_age: 79, value: "7.00"},
        {classes: [destitute, minimum_living], value: "12.00"}]}
      grants: [{per: day, value: "15.00"}, {per: week, unit: times, value: 4}]
      class_change: next_month
      provider_bonus: "1.50"
"""
    head, _, tail = programmes.rpartition("      benefit: {kind: amount")
    assert "LUNCH" in head and tail.count("\n") == 1
    changed = head + lunch
    for old, new in [
        ('special_family: "150.00"}}', 'special_family: "150.00"}, carry_months: 1}\n      class_change: pro_rata'),
        ('"4": 6000}}', '"4": 6000}, most: "25.00"}'),
    ]:
        assert old in changed
        changed = changed.replace(old, new)
    return changed


@pytest.fixture(scope="module")
def rich(tmp_path_factory):
    """A month closed under rules of every kind."""
    data = tmp_path_factory.mktemp("rules")
    for name in ["Catalog", "Providers"]:
        shutil.copytree(ROOT / name, data / name)
    path = data / "Catalog/programmes.yaml"
    path.write_text(everything(path.read_text(encoding="utf-8")), encoding="utf-8")
    url = f"sqlite:{data / 'vnh.sqlite'}"
    vnh("demo", "--database", url, "--elders", 800, "--days", 33, "--data", data)
    vnh("close", MONTH, "--database", url)
    vnh("export", MONTH, "--database", url, "--output", data / "pack")
    return data / "pack"


def test_rules_of_every_kind_verify(rich):
    status, lines = verify(rich)
    assert status == 0, lines
    text = (rich / "legs.csv").read_text() + (rich / "swipes.csv").read_text()
    assert "LUNCH|n/2026-01-" in text and "SERVICE|2026-01|" in text


@pytest.mark.parametrize("programme, edit", [
    ("LUNCH", lambda version: version["benefit"]["rows"][1].update(value="8.00")),
    ("LUNCH", lambda version: version["grants"][1].update(value=1)),
    ("VOUCHER", lambda version: version["benefit"].update(most="10.00")),
    ("SERVICE", lambda version: version["grants"][0]["by_class"].update(minimum_living="1.00")),
])
def test_a_changed_rule_of_every_kind_is_found(rich, tmp_path, programme, edit):
    forgery = Forgery(rich, tmp_path / "forged")
    forgery.change_json("reference/programmes.json", lambda all: edit(next(p for p in all if p["code"] == programme)["versions"][0]))
    forgery.reseal()
    found = first_difference(forgery)
    assert found.startswith("lines.csv 第") and programme in found and "按项目规则应为" in found


def test_a_changed_bonus_of_the_canteens_is_found(rich, tmp_path):
    paid = [row for row in csv.DictReader((rich / "adjustments.csv").open(encoding="utf-8-sig")) if row["rule"] == "BONUS"]
    assert paid and all(int(row["amount_fen"]) == 150 * int(row["basis"]) for row in paid)
    rule, entry = Forgery(rich, tmp_path / "rule"), Forgery(rich, tmp_path / "entry")
    rule.change_json(
        "reference/programmes.json", lambda all: next(p for p in all if p["code"] == "LUNCH")["versions"][0].update(provider_bonus="2.00"))
    entry.change("adjustments.csv", lambda rows: next(row for row in rows if row["rule"] == "BONUS").update(amount_fen="1"))
    for forgery in (rule, entry):
        forgery.reseal()
        found = first_difference(forgery)
        assert found.startswith(("adjustments.csv", "legs.csv", "swipes.csv")) and "运营补贴" in found


def test_bonuses_draw_on_the_budget_and_a_changed_one_is_found(rich, tmp_path):
    house = House(f"sqlite:{shutil.copy(rich.parent / 'vnh.sqlite', tmp_path / 'vnh.sqlite')}").start()
    try:
        finance, operator, desk = house.client("finance"), house.client("operator"), Desk(house)
        set_budget(house, "meal_subsidy", int(now()[:4]), 10_000_000)
        # What the months before have taken of it.
        before = finance.get("/budgets")["budgets"][0]["posted_fen"]
        noon = day(0, 12) if moment(day(0, 12)) < moment(now()) else day(-1, 12)
        for elder in desk.elders()[-6:]:
            swipe = {"card": operator.get(f"/elders/{elder}")["number"], "canteen": "P001", "slot": "lunch", "at": noon, "device": "till-2"}
            house.client("P001")("POST", "/meals", swipe)
        budget = finance.get("/budgets")["budgets"][0]
    finally:
        house.stop()
    vnh("export", noon[:7], "--database", house.url, "--output", tmp_path / "pack")
    assert verify(tmp_path / "pack")[0] == 0, verify(tmp_path / "pack")
    rows = list(csv.DictReader((tmp_path / "pack/swipes.csv").open(encoding="utf-8-sig")))
    borne = [row for row in rows if row["budgets"] and row["legs"]]
    assert borne and all(row["bonuses"] == "150" for row in borne)
    paid = sum(int(row["payable_fen"]) - int(row["self_pay_fen"]) for row in borne)
    assert len(borne) == 6 and before > 0 and budget["posted_fen"] - before == paid + 150 * len(borne)
    forgery = Forgery(tmp_path / "pack", tmp_path / "forged")
    forgery.change("swipes.csv", lambda rows: next(row for row in rows if row["budgets"] and row["legs"]).update(bonuses="149"))
    forgery.reseal()
    assert "运营补贴" in first_difference(forgery)


def test_a_grant_that_was_raised_afterwards_is_found(forgery):
    def edit(programmes):
        next(p for p in programmes if p["code"] == "SERVICE")["versions"][0]["grants"][0]["by_class"]["low_income"] = "9999.00"
    forgery.change_json("reference/programmes.json", edit)
    forgery.reseal()
    assert "的额度为 10000，按项目规则应为 999900" in first_difference(forgery)


@pytest.fixture(scope="module")
def budgeted(desk, tmp_path_factory):
    """This month, with services that budgets bear."""
    year = int(now()[:4])
    for fund in ["district_subsidy", "voucher", "meal_subsidy", "care_insurance"]:
        set_budget(desk.house, fund, year, 100_000_000)
    elders = iter(desk.elders()[-8:])
    orders = [desk.today(next(elders)) for _ in range(4)]
    for order in orders[:3]:
        assert desk.serve(order)["state"] == "closed"
    cards = [desk.operator.get(f"/elders/{next(elders)}")["number"] for _ in range(2)]
    noon = day(0, 12) if moment(day(0, 12)) < moment(now()) else day(-1, 12)
    for card in cards:
        desk.house.client("P001").post("/meals", {"card": card, "canteen": "P001", "slot": "lunch", "at": noon, "device": "till-2"}, 201)
    # What is paid in cash takes of the same budgets, and is no line of the month.
    assert desk.finance.post(f"/payouts/{orders[0]['start'][:7]}/AGE/draw-up", {})["drawn"] > 0
    folder = tmp_path_factory.mktemp("budgets") / "pack"
    vnh("export", orders[0]["start"][:7], "--database", desk.house.url, "--output", folder)
    return folder


def test_a_changed_budget_is_found(budgeted, tmp_path):
    assert verify(budgeted)[0] == 0, verify(budgeted)
    used = next(row for row in csv.DictReader((budgeted / "budgets.csv").open(encoding="utf-8-sig")) if row["posted_fen"] != "0")

    def row_of(**fields):
        def edit(rows):
            next(row for row in rows if row["fund"] == used["fund"]).update(fields)
        return edit

    def elsewhere(rows):
        next(row for row in rows if row["budgets"]).update(budgets=f"{used['fund']}:{used['year']}:10:all")

    def dropped(rows):
        rows[:] = [row for row in rows if row["fund"] != used["fund"]]

    cases = [
        ("budgets.csv", row_of(posted_fen=str(int(used["posted_fen"]) - 1))), ("budgets.csv", row_of(granted_fen="1")), ("budgets.csv", dropped),
        ("budget_use.csv", lambda rows: rows[0].update(amount_fen="1", count="9")), ("legs.csv", elsewhere),
    ]
    if any(row["budgets"] for row in csv.DictReader((budgeted / "swipes.csv").open(encoding="utf-8-sig"))):
        cases.append(("swipes.csv", elsewhere))
    for index, (name, edit) in enumerate(cases):
        forgery = Forgery(budgeted, tmp_path / str(index))
        forgery.change(name, edit)
        forgery.reseal()
        assert "预算" in first_difference(forgery) or "budget" in first_difference(forgery), (name, first_difference(forgery))


# ---- cash payments ----

BILLS = """
- code: BILLS
  name: 凭据报销
  fund: meal_subsidy
  versions:
    - {version: 1, from: 2026-01-01, sample: true, source: 样例, scope: {categories: ["01"]}, payout: claim, claim_per: quarter, claim_months: 3,
       benefit: {kind: amount, value: "5.00"}, grants: [{per: quarter, value: "12.00"}]}
"""


@pytest.fixture(scope="module")
def cash(tmp_path_factory):
    """This month with allowances and bills, paid, waiting, turned down and taken back; one bill wants the fingerprint's row to be quoted."""
    data = tmp_path_factory.mktemp("cash")
    for name in ["Catalog", "Providers"]:
        shutil.copytree(ROOT / name, data / name)
    with open(data / "Catalog/programmes.yaml", "a", encoding="utf-8") as file:
        file.write(BILLS)
    url = f"sqlite:{data / 'vnh.sqlite'}"
    vnh("demo", "--database", url, "--elders", 400, "--days", 2, "--data", data)
    house = House(url).start()
    try:
        finance, admin, month = house.client("finance"), house.client("admin"), now()[:7]
        first = date.fromisoformat(f"{month[:4]}-{(int(month[5:]) - 1) // 3 * 3 + 1:02}-01")
        year = (first - timedelta(days=1)).year
        set_budget(house, "meal_subsidy", year, 1_000_000)

        def decide(programme, word="approve"):
            seen = next(p for p in finance.get(f"/payouts/{month}")["programmes"] if p["programme"] == programme)["list_sha256"]
            return admin.post(f"/payouts/{month}/{programme}/{word}", {"list_sha256": seen, "opinion": "核对无误"})

        def claim(*numbers):
            bills = [{"elder": elder, "number": number, "item": "01001", "date": str(first - timedelta(days=1)), "price_fen": 1500} for number in numbers]
            return [bill["payment"] for bill in finance.post("/claims", {"programme": "BILLS", "provider": "P001", "bills": bills}, 201)["bills"]]

        def take_back(payment):
            asked = finance.post("/payout-reversals", {"payment": payment, "reason": "录错"}, 201)
            admin.post(f"/payout-reversals/{asked['id']}/approve", {})

        elder = Desk(house).elders()[0]
        finance.post(f"/payouts/{month}/AGE/draw-up", {})
        decide("AGE", "reject")
        assert finance.post(f"/payouts/{month}/AGE/draw-up", {})["drawn"] > 3
        decide("AGE")
        take_back(finance.get(f"/payouts/{month}/AGE")["payments"][0]["id"])
        wrong = claim("a,1")[0]
        decide("BILLS")
        take_back(wrong)
        assert claim("a,1", "=2", "3", "4")[3] is None
        decide("BILLS")
        take_back(claim_of(finance, month, "3"))
        claim("5")
    finally:
        house.stop()
    vnh("export", month, "--database", url, "--output", data / "pack")
    return data / "pack"


def claim_of(finance, month, number):
    return next(p["id"] for p in finance.get(f"/payouts/{month}/BILLS")["payments"] if p["bill"]["number"] == number and not p["reversed_in"])


def test_cash_payments_verify(cash):
    status, lines = verify(cash)
    assert status == 0 and re.search(r"现金支付 \d+ 笔 \d+\.00 元", lines[0]), lines
    rows = list(csv.DictReader((cash / "payouts.csv").open(encoding="utf-8-sig")))
    assert {row["state"] for row in rows} == {"reserved", "posted", "released"}
    assert sorted(row["amount_fen"] for row in rows if row["programme"] == "BILLS") == ["200", "200", "500", "500", "500"]
    assert len(list(csv.DictReader((cash / "payout_reversals.csv").open(encoding="utf-8-sig")))) == 3


def altered(pack, folder, *edits):
    """One payment is chosen, and tables are changed around it as a forger would who covers the tracks."""
    forgery = Forgery(pack, folder)
    for name, edit in edits:
        (forgery.change_json if name.endswith(".json") else forgery.change)(name, edit)
    forgery.reseal()
    return first_difference(forgery)


def test_a_changed_cash_payment_is_found(cash, tmp_path):
    rows = list(csv.DictReader((cash / "payouts.csv").open(encoding="utf-8-sig")))
    reversed_ = {row["payout"] for row in csv.DictReader((cash / "payout_reversals.csv").open(encoding="utf-8-sig"))}
    allowance = next(row for row in rows if row["programme"] == "AGE" and row["state"] == "posted" and row["id"] not in reversed_)
    bill = next(row for row in rows if row["bill"] == "A,1" and row["id"] not in reversed_)
    taken, listed = next(row for row in rows if row["id"] in reversed_), allowance["list_sha256"]

    def at(name, key, value, **fields):
        def edit(table):
            for row in table:
                if row[key] == value:
                    row.update({k: v(row) if callable(v) else v for k, v in fields.items()})
        return name, edit

    def without(name, key, value):
        def edit(table):
            table[:] = [row for row in table if row[key] != value]
        return name, edit

    def more(field, fen=1):
        return lambda row: str(int(row[field]) + fen)

    def rule(programme, **fields):
        def edit(document):
            version = next(p for p in document if p["code"] == programme)["versions"][0]
            version["benefit"].update(fields)
        return "reference/programmes.json", edit

    def grant(document):
        next(p for p in document if p["code"] == "BILLS")["versions"][0]["grants"][0]["value"] = "13.00"

    one = allowance["id"]
    amount = int(allowance["amount_fen"])
    everywhere = [
        at("payouts.csv", "id", one, amount_fen=more("amount_fen"), draws=f"AGE|{allowance['month']}|{amount + 1}|{amount + 1}"),
        at("postings.csv", "subject", one, amount_fen=more("amount_fen")),
    ]
    own = lambda row: (row["elder"], row["programme"], row["period"]) == (allowance["elder"], "AGE", allowance["month"])

    def account(change):
        def edit(table):
            change(table, next(row for row in table if own(row)))
        return "entitlements.csv", edit

    cases = [
        # One fen: in the payment alone, in its entries too, and in everything but what was decided on.
        ([at("payouts.csv", "id", one, amount_fen=more("amount_fen"))], "postings.csv"),
        (everywhere, "已用（分）"),
        ([*everywhere, account(lambda table, row: row.update(granted_fen=str(amount + 1), posted_fen=str(amount + 1)))], "payout_lists.csv"),
        ([*everywhere, account(lambda table, row: row.update(granted_fen=str(amount + 1), posted_fen=str(amount + 1))),
          at("payout_lists.csv", "list_sha256", listed, amount_fen=more("amount_fen"))], "名单的指纹"),
        # One removed payment, likewise.
        ([without("payouts.csv", "id", one)], "没有工单、刷卡或现金支付"),
        ([without("payouts.csv", "id", one), without("postings.csv", "subject", one)], "已用（分）"),
        ([without("payouts.csv", "id", one), without("postings.csv", "subject", one), account(lambda table, row: table.remove(row))], "笔数"),
        # One changed rule.
        ([rule("AGE", **aged(cash))], "按项目规则应为"), ([rule("BILLS", value="4.99")], "按项目规则应为 499 分"),
        ([("reference/programmes.json", grant)], "的额度为 1200，按项目规则应为 1300"),
        # The elder, the bill, who decided, and what was taken back.
        ([at("elders.csv", "id", allowance["elder"], birthday="1990-01-01", changed_ms="")], "按项目规则应为 0 分"),
        ([at("elders.csv", "id", allowance["elder"], death_date="2020-01-01", changed_ms="")], "已去世"),
        ([at("payouts.csv", "id", bill["id"], price_fen="400")], "名单的指纹"), ([at("payouts.csv", "id", bill["id"], bill="'=2")], "重复报销"),
        ([at("payouts.csv", "id", bill["id"], date=bill["month"] + "-01")], "名单的指纹"),
        ([at("payout_lists.csv", "list_sha256", listed, by=allowance["made_by"]), at("payouts.csv", "list_sha256", listed, decided_by=allowance["made_by"])],
         "同一人"),
        ([without("payout_lists.csv", "list_sha256", listed)], "没有这份名单的审批"),
        ([without("payout_reversals.csv", "payout", taken["id"])], "没有这笔冲正"),
        ([at("payout_reversals.csv", "payout", taken["id"], approved_by="finance", requested_by="finance")], "申请和批准是同一人"),
        ([at("payout_reversals.csv", "payout", taken["id"], month="2020-01")], "科目"),
        ([at("budget_use.csv", "source", "reversal", amount_fen="-1")], "现金支付 posted 合计"),
    ]
    for index, (edits, words) in enumerate(cases):
        found = altered(cash, tmp_path / str(index), *edits)
        assert words in found, (index, words, found)


def aged(pack):
    """The table of the allowance with a fen more for everybody."""
    benefit = next(p for p in json.loads((pack / "reference/programmes.json").read_text()) if p["code"] == "AGE")["versions"][0]["benefit"]
    richer = lambda yuan: f"{float(yuan) + 0.01:.2f}"
    return {k: richer(v) if k == "value" else {a: richer(b) for a, b in v.items()} for k, v in benefit.items() if k in ("value", "by_age")}


# ---- late services, budgets, ways and relations ----


@pytest.fixture(scope="module")
def late(desk, tmp_path_factory):
    """Last month closed without visits that are confirmed only afterwards, one of them beside a paid one: the packs of both months."""
    elders = desk.elders()[-20:]
    paid, order, beside = (desk.place(elders[who], start=past(10 + who), by=desk.admin) for who in (0, 1, 0))
    desk.serve(paid)
    for late in (order, beside):
        desk.serve(late, confirmed=False)
    assert desk.finance.post(f"/settlements/{LAST}/close")["state"] == "closed"
    for late in (order, beside):
        assert desk.quality.post(f"/orders/{late['id']}/callback", ANSWER)["state"] == "closed"
    folder = tmp_path_factory.mktemp("late")
    for month in [LAST, now()[:7]]:
        vnh("export", month, "--database", desk.house.url, "--output", folder / month)
    return folder, order, paid, beside


def test_a_late_order_verifies_where_it_is_paid_and_is_not_missed_where_it_was(late):
    folder, order, *_ = late
    held = {}
    for month in [LAST, now()[:7]]:
        status, lines = verify(folder / month)
        assert status == 0, lines
        held[month] = order["id"] in (folder / month / "lines.csv").read_text(encoding="utf-8")
        assert order["id"] in (folder / month / "orders.csv").read_text(encoding="utf-8")
    assert held == {LAST: False, now()[:7]: True}


def test_what_is_changed_about_a_late_order_is_found(late, tmp_path):
    folder, order, *_ = late

    def of_order(name, key, **fields):
        def edit(rows):
            next(row for row in rows if row[key] == order["id"]).update(fields)
        return name, edit

    def taken(rows):
        rows[:] = [row for row in rows if row["subject"] != order["id"]]
        for place, row in enumerate((row for row in rows), 1):
            row["ordinal"] = str(1 if place == 1 or rows[place - 2]["provider"] != row["provider"] else int(rows[place - 2]["ordinal"]) + 1)

    def unseen(rows):
        rows[:] = [row for row in rows if row["order"] != order["id"]]

    for index, (name, edit) in enumerate([
        of_order("lines.csv", "subject", gross_fen="1"), of_order("orders.csv", "id", payable_fen="1"), ("lines.csv", taken), ("visits.csv", unseen),
    ]):
        forgery = Forgery(folder / now()[:7], tmp_path / str(index))
        forgery.change(name, edit)
        forgery.reseal()
        assert first_difference(forgery)
    # In the month of the service it may only be missing because it was confirmed too late.
    forgery = Forgery(folder / LAST, tmp_path / "early")
    forgery.change("visits.csv", lambda rows: next(row for row in rows if row["order"] == order["id"]).update(confirmed_ms="1"))
    forgery.reseal()
    assert "没有明细" in first_difference(forgery) or "缺少" in first_difference(forgery)


def test_a_late_visit_beside_a_paid_one_is_refused_and_whatever_would_clear_it_is_found(late, tmp_path):
    folder, order, paid, beside = late
    pack = folder / now()[:7]
    line = next(row for row in csv.DictReader((pack / "lines.csv").open(encoding="utf-8", newline="")) if row["subject"] == beside["id"])
    assert line["verdict"] == "blocked" and f"R03:block:与工单 {paid['number']} 服务时间重叠" in line["findings"], line
    rows = list(csv.DictReader((pack / "earlier.csv").open(encoding="utf-8", newline="")))
    assert paid["id"] in [row["order"] for row in rows] and not {order["id"], beside["id"]} & {row["order"] for row in rows}

    def cleared(rows):
        row = next(row for row in rows if row["subject"] == beside["id"])
        row["findings"] = " | ".join(part for part in row["findings"].split(" | ") if not part.startswith("R03"))

    def gone(rows):
        rows[:] = [row for row in rows if row["order"] != paid["id"]]

    def over(rows):
        row = next(row for row in rows if row["order"] == paid["id"])
        row["out_at_ms"] = row["in_at_ms"]

    for index, (name, edit) in enumerate([("lines.csv", cleared), ("earlier.csv", gone), ("earlier.csv", over)]):
        forgery = Forgery(pack, tmp_path / str(index))
        forgery.change(name, edit)
        forgery.reseal()
        found = first_difference(forgery)
        assert "R03/block" in found and beside["number"] in found, found


@pytest.fixture(scope="module")
def remembered(late, desk, tmp_path_factory):
    """The running month as it would close if a late visit showed a photograph of a paid one."""
    _, order, paid, _ = late
    data = tmp_path_factory.mktemp("remembered")
    url = f"sqlite:{data / 'vnh.sqlite'}"
    with sqlite3.connect(desk.house.path) as source, sqlite3.connect(data / "vnh.sqlite") as copy:
        source.backup(copy)
        photo = "ab" * 32
        copy.execute("UPDATE visit SET in_photo_sha256 = ? WHERE order_id IN (?, ?)", (photo, paid["id"], order["id"]))
        copy.execute("INSERT INTO photo_reuse VALUES (?, ?, ?, 0)", (order["id"], photo, paid["id"]))
    vnh("export", now()[:7], "--database", url, "--output", data / "pack")
    return data / "pack", order, paid


def test_what_months_before_have_paid_and_shown_is_counted_and_whatever_hides_it_is_found(remembered, tmp_path):
    pack, order, paid = remembered
    status, lines = verify(pack)
    assert status == 0, lines
    lines = {row["subject"]: row for row in csv.DictReader((pack / "lines.csv").open(encoding="utf-8", newline=""))}
    assert f"R19:hold:照片与 {paid['start'][:10]} 的工单 {paid['number']} 相同" in lines[order["id"]]["findings"]

    def cleared(subject, code):
        def edit(rows):
            row = next(row for row in rows if row["subject"] == subject)
            row["findings"] = " | ".join(part for part in row["findings"].split(" | ") if not part.startswith(code))
        return edit

    def twice(rows):
        # The item is paid for once a day.
        rows.append({"subject": "z", "elder": order["elder_id"], "item": order["item_code"], "date": order["start"][:10]})

    def unseen(rows):
        rows[:] = [row for row in rows if row["order"] != order["id"]]

    for index, (name, edit, code, number) in enumerate([
        ("counted.csv", twice, "R01/block", order["number"]), ("lines.csv", cleared(order["id"], "R19"), "R19/hold", order["number"]),
        ("reused.csv", unseen, "R19/hold", order["number"]),
    ]):
        forgery = Forgery(pack, tmp_path / str(index))
        forgery.change(name, edit)
        forgery.reseal()
        found = first_difference(forgery)
        assert code in found and number in found, found


@pytest.fixture(scope="module")
def tight(lived, tmp_path_factory):
    """January closed under a budget that was granted after its meals had been promised, and does not suffice; it has been raised since."""
    path = shutil.copy(lived, tmp_path_factory.mktemp("tight") / "vnh.sqlite")
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO budget VALUES ('meal_subsidy', 2026, '', '', 20000, 0, 0, 0, 'open')")
    vnh("close", MONTH, "--database", f"sqlite:{path}")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE budget SET granted_fen = 90000000")
    vnh("export", MONTH, "--database", f"sqlite:{path}", "--output", path.parent / "pack")
    return path.parent / "pack"


def test_an_exhausted_budget_is_computed_as_it_stood_at_the_close(tight, tmp_path):
    status, lines = verify(tight)
    assert status == 0, lines
    assert "R25:hold" in (tight / "lines.csv").read_text(encoding="utf-8")
    forgery = Forgery(tight, tmp_path / "forged")
    forgery.change("budget_left.csv", lambda rows: rows[0].update(left_fen="30000"))
    forgery.reseal()
    assert "R25" in first_difference(forgery)


def test_changed_ways_and_relations_are_found(pack, tmp_path):
    line = next(row for row in lines_of(Forgery(pack, tmp_path / "plain")) if row["kind"] == "order" and row["verdict"] == "paid")
    worker = next(row["worker"] for row in csv.DictReader((pack / "visits.csv").open(encoding="utf-8-sig")) if row["order"] == line["subject"])

    def far(rows):
        for row in rows:
            row["metres"] = "9000000"

    def dropped(rows):
        del rows[0]

    def related(rows):
        rows.append({"worker": worker, "elder": line["elder"], "at_ms": ""})
        rows.sort(key=lambda row: (row["worker"], row["elder"]))

    for index, (name, edit, words) in enumerate([("ways.csv", far, "R05"), ("ways.csv", dropped, "路程"), ("relations.csv", related, "R24")]):
        forgery = Forgery(pack, tmp_path / str(index))
        forgery.change(name, edit)
        forgery.reseal()
        assert words in first_difference(forgery), name


# ---- one changed fen, one removed visit, one changed rule, one exchanged row ----


def more(rows):
    row = funded(rows)
    row["subsidy_fen"] = str(int(row["subsidy_fen"]) + 1)


def without_visit(lines):
    """Removes the visit of the first order on a statement."""
    subject = next(row["subject"] for row in lines if row["kind"] == "order")

    def edit(rows):
        rows[:] = [row for row in rows if row["order"] != subject]
    return subject, edit


def richer(programmes):
    lunch = next(p for p in programmes if p["code"] == "LUNCH")
    lunch["versions"][0]["benefit"]["value"] = "8.00"


def exchanged(rows):
    rows[1], rows[2] = rows[2], rows[1]


def lines_of(forgery):
    header, *rows = forgery.rows("lines.csv")
    return [dict(zip(header, row)) for row in rows]


def where(forgery, row):
    """How the verifier names a line."""
    return f"lines.csv 第 {lines_of(forgery).index(row) + 1} 笔"


def test_a_clumsy_forger_is_stopped_by_the_hashes(pack, tmp_path):
    cases = [
        ("lines.csv", more, "哈希链断开"), ("visits.csv", None, "visits.csv：内容的 SHA-256"),
        ("reference/programmes.json", richer, "reference/programmes.json：内容的 SHA-256"), ("lines.csv", exchanged, "lines.csv 第 2 笔"),
        ("swipes.csv", exchanged, "swipes.csv：内容的 SHA-256"),
    ]
    for index, (name, edit, words) in enumerate(cases):
        forgery = Forgery(pack, tmp_path / str(index))
        if edit is None:
            edit = without_visit(lines_of(forgery))[1]
        (forgery.change_json if name.endswith(".json") else forgery.change)(name, edit)
        assert words in first_difference(forgery), name


def test_one_fen_is_named_with_its_line(forgery):
    row = funded(lines_of(forgery))
    place = where(forgery, row)
    forgery.change("lines.csv", more)
    assert first_difference(forgery).startswith(place)
    forgery.reseal()
    found = first_difference(forgery)
    assert found.startswith(place) and "补贴金额" in found


def test_a_fen_moved_between_subsidy_and_elder_is_found_by_the_rules(forgery):
    """Everything adds up and every hash fits: only who pays what does not."""
    row = funded(lines_of(forgery), "meal")
    place = where(forgery, row)

    def line(rows):
        one = next(r for r in rows if r["subject"] == row["subject"])
        fund, programme, amount = one["funding"].split("|")
        one["funding"] = f"{fund}|{programme}|{int(amount) + 100}"
        one["subsidy_fen"], one["self_pay_fen"] = str(int(one["subsidy_fen"]) + 100), str(int(one["self_pay_fen"]) - 100)

    def swipe(rows):
        one = next(r for r in rows if r["id"] == row["subject"])
        fund, programme, version, amount = one["legs"].split("|")
        one["legs"], one["self_pay_fen"] = f"{fund}|{programme}|{version}|{int(amount) + 100}", str(int(one["self_pay_fen"]) - 100)

    def posting(rows):
        one = next(r for r in rows if r["subject"] == row["subject"])
        one["amount_fen"] = str(int(one["amount_fen"]) + 100)

    for name, edit in [("lines.csv", line), ("swipes.csv", swipe), ("postings.csv", posting)]:
        forgery.change(name, edit)
    forgery.reseal()
    found = first_difference(forgery)
    assert found.startswith(place) and "按项目规则应为" in found


@pytest.mark.parametrize("cover", ["rehash", "reseal"])
def test_a_removed_visit_is_named(forgery, cover):
    subject, edit = without_visit(lines_of(forgery))
    place = where(forgery, next(row for row in lines_of(forgery) if row["subject"] == subject))
    forgery.change("visits.csv", edit)
    getattr(forgery, cover)()
    found = first_difference(forgery)
    assert found.startswith(place) and found.endswith("visits.csv 没有这次上门")


@pytest.mark.parametrize("cover", ["rehash", "reseal"])
def test_a_changed_rule_is_found_at_the_first_line_it_would_change(forgery, cover):
    row = next(r for r in lines_of(forgery) if r["funding"] == "meal_subsidy|LUNCH|700")
    place = where(forgery, row)
    forgery.change_json("reference/programmes.json", richer)
    getattr(forgery, cover)()
    found = first_difference(forgery)
    assert found.startswith(place) and "LUNCH 第 1 版 700 分" in found and "应为 LUNCH 第 1 版 800 分" in found


def test_a_rule_that_changes_nothing_this_month_is_found_by_the_root(forgery, pack):
    def edit(programmes):
        next(p for p in programmes if p["code"] == "CADRE")["versions"][0]["grants"][0]["value"] = "99999.00"
    forgery.change_json("reference/programmes.json", edit)
    # No veteran had a service this month, so the change shows nowhere but in the seals …
    forgery.rehash()
    assert "月根" in first_difference(forgery)
    forgery.reseal()
    # … and after a perfect forgery only in the root that was written down elsewhere.
    assert verify(forgery.folder)[0] == 0
    assert "另存的月根" in first_difference(forgery, "--root", manifest(pack)["root"])


def test_exchanged_rows_are_found_at_the_first_of_them(forgery):
    forgery.change("lines.csv", exchanged)
    assert first_difference(forgery).startswith("lines.csv 第 2 笔")
    forgery.reseal()
    assert first_difference(forgery).startswith("lines.csv 第 2 笔")
    records = Forgery(forgery.folder, forgery.folder.parent / "records")
    records.change("lines.csv", exchanged)
    records.change("orders.csv", exchanged)
    records.reseal()
    assert first_difference(records).startswith("orders.csv") and "次序不对" in first_difference(records)


def test_every_record_that_a_verdict_rests_on_is_looked_at(pack, tmp_path):
    """Each change covers its tracks perfectly; each is found by what it would have changed."""
    look = Forgery(pack, tmp_path / "look")

    def forged_rows(name):
        header, *rows = look.rows(name)
        return [dict(zip(header, row)) for row in rows]

    at_home = {row["id"] for row in forged_rows("orders.csv") if row["mode"] == "上门"}
    subject = next(row for row in lines_of(look) if row["subject"] in at_home and row["verdict"] == "paid" and row["funding"])

    def at(name, key, **fields):
        def edit(rows):
            next(row for row in rows if row[key] == subject["subject"]).update(fields)
        return name, edit

    def brief(rows):
        row = next(row for row in rows if row["order"] == subject["subject"])
        row["out_at_ms"] = str(int(row["in_at_ms"]) + 60_000)

    def dead(rows):
        next(row for row in rows if row["id"] == subject["elder"])["death_date"] = "2020-01-01"

    def dropped(rows):
        del rows[0]

    def unasked(rows):
        rows[:] = [row for row in rows if row["order"] != subject["subject"]]

    def cheaper(rows):
        next(row for row in rows if row["item"] == subject["item"])["guide_price"] = "0.01"

    def capped(rows):
        next(row for row in rows if row["code"] == subject["item"])["evidence"] = "3"

    def away(rows):
        rows.insert(0, {"elder": "", "from": "", "until": "", "kind": "institution", "id": "a", "created_ms": "0", "ended_ms": ""})
        rows[0] |= {"elder": subject["elder"], "from": "2020-01-01"}
        rows.sort(key=lambda row: (row["elder"], row["from"], row["id"]))

    def leave(rows):
        worker = next(row["worker"] for row in forged_rows("visits.csv") if row["order"] == subject["subject"])
        rows.append({"worker": worker, "from": "2026-01-01", "until": "2026-01-31", "at_ms": "0"})

    def child(rows):
        next(row for row in rows if row["id"] == subject["elder"])["birthday"] = "2020-01-01"

    def twice(rows):
        row = next(row for row in rows if row["order"] == subject["subject"])
        row["in_photo_sha256"] = row["out_photo_sha256"] = "ab" * 32

    def unpaid(rows):
        next(row for row in rows if row["subject"] == subject["subject"] and row["kind"] == "post")["amount_fen"] = "1"

    cases = [
        (at("visits.csv", "order", confirmed_by="", in_method="app", out_method="app"), "核验等级"),
        (("visits.csv", brief), "R14"), (at("orders.csv", "id", is_backfilled="1"), "R18"),
        (at("orders.csv", "id", state="cancelled"), "closed"), (at("orders.csv", "id", unit_price_fen="1"), "单价"),
        (("elders.csv", dead), "R06"), (("lines.csv", dropped), "序号"), (("reference/catalog/prices.csv", cheaper), "R09"),
        (("attempts.csv", unasked), "attempts.csv"), (("statements.csv", dropped), "有明细没有结算单"),
        (("reference/catalog/items.csv", capped), "R12"), (("entitlements.csv", dropped), "entitlements.csv"),
        (("postings.csv", dropped), ".csv"), (at("visits.csv", "order", is_mocked="1"), "R13"), (at("visits.csv", "order", signed_by="neighbour"), "R17"),
        (at("orders.csv", "id", urgency="booked", start_ms="0"), "服务日期"), (("absences.csv", away), "R07"), (("leaves.csv", leave), "R15"),
        (("elders.csv", child), "按项目规则应为"), (("visits.csv", twice), "R19"),
    ]
    if int(subject["subsidy_fen"]) > 0:
        cases.append((("postings.csv", unpaid), "分"))
    for index, ((name, edit), words) in enumerate(cases):
        forgery = Forgery(pack, tmp_path / f"case{index}")
        forgery.change(name, edit)
        forgery.reseal()
        assert words in first_difference(forgery), (name, words)


def test_how_the_canteen_knew_who_ate_and_who_opened_the_door_is_looked_at(pack, tmp_path):
    """A number that was told is no card that was read; a strange till, a day of guessing and a locked code are each held."""
    look = Forgery(pack, tmp_path / "look")
    meal = next(row for row in lines_of(look) if row["kind"] == "meal" and row["verdict"] == "paid" and row["evidence"] == "2")
    by_code = {row["order"] for row in csv.DictReader((pack / "visits.csv").open(encoding="utf-8-sig"))
               if "code" in (row["in_method"], row["out_method"]) and not row["code_lock"]}
    order = next(row for row in lines_of(look) if row["subject"] in by_code and row["verdict"] == "paid")

    def at(name, key, subject, **fields):
        return name, lambda rows: next(row for row in rows if row[key] == subject).update(fields)

    cases = [
        (at("swipes.csv", "id", meal["subject"], entry="typed"), meal, "核验等级"),
        (at("swipes.csv", "id", meal["subject"], entry="elder"), meal, "核验等级"),
        (at("swipes.csv", "id", meal["subject"], entry=""), meal, "核验等级"),
        (at("swipes.csv", "id", meal["subject"], doubt="till"), meal, "应为 R22/hold"),
        (at("swipes.csv", "id", meal["subject"], doubt="guessing"), meal, "应为 R22/hold"),
        (at("visits.csv", "order", order["subject"], code_lock="1"), order, "R17/hold"),
        (at("visits.csv", "order", order["subject"], code_lock="2"), order, "核验等级"),
    ]
    for index, ((name, edit), line, words) in enumerate(cases):
        forgery = Forgery(pack, tmp_path / f"case{index}")
        forgery.change(name, edit)
        forgery.reseal()
        found = first_difference(forgery)
        assert found.startswith(where(look, line)) and words in found, (index, found)


def test_the_other_way_round_a_told_number_does_not_become_a_card(pack, tmp_path):
    """Whoever has forged the pack so that a doubt is gone is found by the finding that stays, or by the evidence."""
    look = Forgery(pack, tmp_path / "look")
    meal = next(row for row in lines_of(look) if row["kind"] == "meal" and row["verdict"] == "paid" and row["evidence"] == "2")
    told = Forgery(pack, tmp_path / "told")
    told.change("lines.csv", lambda rows: next(row for row in rows if row["subject"] == meal["subject"]).update(evidence="1"))
    told.reseal()
    assert "核验等级" in first_difference(told)
    held = Forgery(pack, tmp_path / "held")
    held.change("lines.csv", lambda rows: next(row for row in rows if row["subject"] == meal["subject"]).update(
        findings="R22:hold:刷卡机没有登记", verdict="held"))
    held.reseal()
    found = first_difference(held)
    assert found.startswith(where(look, meal)) and "核查结果为 R22/hold，按规则应为 无" in found


def test_meals_by_told_numbers_beyond_the_quota_are_found(pack, tmp_path):
    """Two meals of a canteen's day rest on numbers that were told: the quota decides on the later one."""
    look = Forgery(pack, tmp_path / "look")
    swipes = {row["id"]: row for row in csv.DictReader((pack / "swipes.csv").open(encoding="utf-8-sig"))}
    days = {}
    for row in lines_of(look):
        if row["kind"] == "meal" and not row["findings"] and row["evidence"] == "2":
            days.setdefault((row["provider"], row["date"]), []).append(row)
    early, late = sorted(next(day for day in days.values() if len(day) > 1)[:2], key=lambda row: int(swipes[row["subject"]]["device_ms"]))

    def told(name, always, share):
        forgery = Forgery(pack, tmp_path / name)
        quota = {"weak_entry_quota_from": always, "weak_entry_quota_percent": share}
        entries = {early["subject"]: "typed", late["subject"]: "elder"}
        forgery.change("swipes.csv", lambda rows: [row.update(entry=entries[row["id"]]) for row in rows if row["id"] in entries])
        forgery.change("lines.csv", lambda rows: [row.update(evidence="1") for row in rows if row["subject"] in entries])
        forgery.change("reference/catalog/parameters.csv", lambda rows: [row.update(value=quota[row["key"]]) for row in rows if row["key"] in quota])
        forgery.reseal()
        return first_difference(forgery)

    # Within it nothing is held; what differs then is the paper, which still says that the cards were read.
    for name, always, share in [("many", "2", "0"), ("most", "0", "100")]:
        assert told(name, always, share).startswith("statements/结算明细表"), name
    found = told("one", "1", "0")
    assert found.startswith(where(look, late)) and found.endswith("按规则应为 R22/hold"), found
    # Beyond a quota of none stands every meal by a number, the first of them elsewhere.
    numbers = {row["id"] for row in swipes.values() if row["entry"] in ("typed", "elder")} | {early["subject"], late["subject"]}
    first = next(row for row in lines_of(look) if row["subject"] in numbers and not row["findings"])
    assert told("none", "0", "0").startswith(where(look, first))


def test_a_finding_stands_as_often_as_it_is_found(pack, tmp_path):
    """A pile at a till is a pile at the canteen too: the meal is told of once. What stands twice is found, and what is missing of two."""
    look = Forgery(pack, tmp_path / "look")
    line = next(row for row in lines_of(look) if row["kind"] == "meal" and not row["findings"])
    for index, (till, canteen) in enumerate([("1", "1"), ("1", "1000"), ("1000", "1")]):
        limits = {"burst_cards": till, "canteen_burst_cards": canteen}
        piles = Forgery(pack, tmp_path / f"piles{index}")
        piles.change("reference/catalog/parameters.csv", lambda rows: [row.update(value=limits[row["key"]]) for row in rows if row["key"] in limits])
        piles.reseal()
        found = first_difference(piles)
        assert found.startswith(where(look, line)) and found.endswith("按规则应为 R22/hold"), found
    stopped = next(row for row in lines_of(look) if row["findings"].count(":") == 2 and ":hold:" in row["findings"])
    twice = Forgery(pack, tmp_path / "twice")
    twice.change("lines.csv", lambda rows: next(row for row in rows if row["subject"] == stopped["subject"]).update(
        findings=f"{stopped['findings']} | {stopped['findings']}"))
    twice.reseal()
    code = stopped["findings"][:3]
    assert f"核查结果为 {code}/hold、{code}/hold，按规则应为 {code}/hold" in first_difference(twice)


def test_what_cannot_be_read_never_passes(pack, tmp_path):
    def unknown(programmes):
        programmes[0]["versions"][0]["bonus"] = "1.00"

    forgery = Forgery(pack, tmp_path / "unknown")
    forgery.change_json("reference/programmes.json", unknown)
    forgery.reseal()
    assert "不认识的字段 bonus" in first_difference(forgery)
    extra = Forgery(pack, tmp_path / "extra")
    (extra.folder / "note.txt").write_text("hello")
    assert first_difference(extra) == "note.txt：复算包里有，清单里没有"
    missing = Forgery(pack, tmp_path / "missing")
    (missing.folder / "legs.csv").unlink()
    assert first_difference(missing) == "legs.csv：清单里有，复算包里没有"
    assert verify(tmp_path / "nowhere")[0] == 1
    garbled = Forgery(pack, tmp_path / "garbled")
    (garbled.folder / "manifest.json").write_text("{")
    assert first_difference(garbled).startswith("manifest.json")


def test_a_closed_month_that_was_changed_in_the_database_is_not_exported_again(closed, tmp_path):
    path = closed.removeprefix("sqlite:")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE statement_line SET gross_fen = gross_fen + 1 WHERE month = ? AND ordinal = 1", [MONTH])
    refused = vnh("export", MONTH, "--database", closed, "--output", tmp_path / "changed", check=False)
    assert refused.returncode == 1 and "month_changed" in refused.stderr and len(refused.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE statement_line SET gross_fen = gross_fen - 1 WHERE month = ? AND ordinal = 1", [MONTH])
    vnh("export", MONTH, "--database", closed, "--output", tmp_path / "mended")


def test_an_export_goes_only_where_nothing_else_lives(closed, tmp_path):
    (tmp_path / "letter.txt").write_text("mine")
    refused = vnh("export", MONTH, "--database", closed, "--output", tmp_path, check=False)
    assert refused.returncode == 1 and "output_not_empty" in refused.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]

"""A closed month goes its way over HTTP: held lines decided, samples answered, signed by four, invoiced, paid, corrected."""

import csv
import io
import sqlite3
import subprocess

import pytest
from house import Client, day, moment, now, problem, vnh
from pack import Forgery, verify
from test_path import ANSWER, MONTH, past

DATABASES = True
SECRET = "5a" * 32


def named(house, role: str, name: str) -> Client:
    token = vnh("token", "create", "--database", house.url, "--name", name, "--role", role).stdout.strip()
    return Client(house.base, token)


@pytest.fixture(scope="module")
def people(house):
    roles = {"reviewer": "operator", "street": "operator", "district": "finance", "treasurer": "finance", "recorder": "finance",
             "cashier": "finance"}
    return {name: named(house, role, name) for name, role in roles.items()}


def execute(house, sql: str) -> None:
    """Behind the back of the program, on either database."""
    if house.url.startswith("sqlite:"):
        with sqlite3.connect(house.path) as connection:
            connection.execute(sql)
    else:
        url, _, schema = house.url.partition("?schema=")
        subprocess.run(["psql", "--quiet", "--command", f"SET search_path TO {schema}", "--command", sql, url], check=True)


@pytest.fixture(scope="module")
def closed(house, desk):
    """Two visits of last month, entered late and therefore held, in a closed month."""
    elders = iter(desk.elders())
    orders = [desk.place(next(elders), start=past(10 + index), by=desk.admin) for index in range(2)]
    for order in orders:
        desk.serve(order)
    assert desk.finance.post(f"/settlements/{MONTH}/close")["state"] == "closed"
    return orders


def path(name: str) -> str:
    return f"/settlements/{MONTH}/{name}"


def test_a_check_out_tells_what_would_be_found(desk):
    order = desk.today(desk.elders(200, 60)[0])
    provider, id = desk.provider(order), order["id"]
    provider.post(f"/provider/orders/{id}/accept")
    desk.schedule(order)
    provider.post(f"/provider/orders/{id}/check-in", {"at": order["start"], "method": "landline", "device": "phone-9", "mock_location": True})
    out = {"at": now(), "method": "landline", "signature_sha256": SECRET, "signed_by": "neighbour"}
    problem(provider("POST", f"/provider/orders/{id}/check-out", out | {"signature_sha256": "xyz"}), 400, "signature_hash")
    findings = provider.post(f"/provider/orders/{id}/check-out", out | {"at": min(order["end"], now(), key=moment)})["findings"]
    assert {"R13", "R17"} <= {f["code"] for f in findings}
    assert all(f["sentence"] and f["severity"] in ("warn", "hold", "block") for f in findings)


def test_the_rules_can_be_read(desk):
    rules = desk.finance.get("/settlement-rules")["rules"]
    assert {rule["code"] for rule in rules} == {f"R{n:02}" for n in range(1, 28)}


def test_nothing_is_signed_before_its_turn(desk, people):
    problem(people["reviewer"]("POST", "/settlements/2026-13/approve", {}), 400, "month_invalid")
    problem(people["reviewer"]("POST", "/settlements/2020-01/approve", {}), 409, "close_out_of_order")
    problem(desk.finance("POST", f"/settlements/{day(0)[:7]}/close", {}), 422, "month_not_over")
    problem(desk.finance("POST", "/settlements/2099-01/close", {}), 422, "month_not_over")


def test_a_month_goes_its_whole_way(house, desk, people, closed):
    steps = lambda: desk.finance.get(path("steps"))
    assert steps()["step"] == "frozen"
    # Held lines are decided by a person with a reason, once.
    subject = closed[0]["id"]
    problem(people["reviewer"]("POST", path(f"exceptions/{subject}"), {"decision": "perhaps"}), 400, "decision_unknown")
    problem(people["reviewer"]("POST", path(f"exceptions/{subject}"), {"decision": "release"}), 400, "reason_missing")
    problem(people["treasurer"]("POST", path(f"exceptions/{subject}"), {"decision": "release", "reason": "好"}), 403, "right_missing")
    desk.quality.post(path(f"exceptions/{subject}"), {"decision": "release", "reason": "通话录音为证"})
    desk.quality.post(path(f"exceptions/{closed[1]['id']}"), {"decision": "refuse", "reason": "无法证实"})
    problem(desk.quality("POST", path(f"exceptions/{subject}"), {"decision": "refuse", "reason": "再看"}), 409, "line_not_held")

    for sample in desk.finance.get(path("samples"))["samples"]:
        desk.quality.post(path(f"samples/{sample['subject']}"), {"result": "passed", "note": "已回访"})

    providers = {order["provider"] for order in closed}
    payable = {}
    for code in providers:
        client = house.client(code)
        statement = client.get(f"/provider/statements/{MONTH}")
        payable[code] = statement["due_fen"]
        if code == closed[1]["provider"]:
            objection = {"lines": [{"subject": closed[1]["id"], "reason": "确已上门", "evidence_sha256": SECRET}]}
            client.post(f"/provider/statements/{MONTH}/dispute", objection)
            problem(client("POST", f"/provider/statements/{MONTH}/dispute", objection), 409, "line_disputed")
            problem(people["reviewer"]("POST", path("approve"), {}), 422, "disputes_open")
            desk.quality.post(path(f"disputes/{closed[1]['id']}"), {"answer": "证据不足，维持"})
        else:
            client.post(f"/provider/statements/{MONTH}/confirm", {"sha256": statement["sha256"]})
        assert client.get("/provider/statements")["statements"]

    # Four signatures by four people; street and district only when an administrator has granted them.
    problem(desk.quality("POST", path("approve"), {}), 403, "own_entry")
    people["reviewer"].post(path("approve"), {"opinion": "核对无误", "hash": steps()["hash"]})
    problem(people["street"]("POST", path("approve"), {}), 403, "right_missing")
    problem(desk.finance("POST", "/settlement-rights", {"name": "street", "right": "street"}), 403, "role_forbidden")
    for name in ["street", "district"]:
        problem(desk.admin("POST", "/settlement-rights", {"name": name, "right": name}), 422, "street_missing") if name == "street" else None
        desk.admin.post("/settlement-rights", {"name": name, "right": name, "street": "all"})
    problem(people["street"]("POST", path("approve"), {"hash": "stale"}), 409, "batch_changed")
    people["street"].post(path("reject"), {"opinion": "缺盖章"})
    assert steps()["step"] == "frozen"
    # Closed again meanwhile, nothing changes.
    before = steps()
    assert desk.finance.post(path("close"))["state"] == "closed" and steps() == before
    people["reviewer"].post(path("approve"), {"opinion": "已补"})
    for name in ["street", "district", "treasurer"]:
        people[name].post(path("approve"), {"opinion": "同意"})
    assert steps()["step"] == "finance"
    problem(desk.quality("POST", path(f"exceptions/{subject}"), {"decision": "refuse", "reason": "晚了"}), 409, "batch_locked")

    # Invoices, the payment file and the bank's answer.
    cashier = people["cashier"]
    problem(cashier("POST", path("pay"), {}), 422, "invoice_missing")
    summary = list(csv.DictReader(io.StringIO(desk.finance("GET", path("statements.csv")).content.decode("utf-8-sig"))))
    codes = {row["服务商编码"]: row["统一社会信用代码"] for row in summary}
    names = {row["服务商编码"]: row["名称"] for row in summary}
    recorder = people["recorder"]
    due = {code: amount for code, amount in payable.items() if amount}
    assert due
    for code, amount in due.items():
        invoice = {"provider": code, "number": f"INV{code}", "date": day(0)[:10], "amount_fen": amount, "seller": f" {names[code]} ", "credit_code": codes[code]}
        problem(recorder("POST", path("invoices"), invoice | {"amount_fen": amount + 1}), 422, "invoice_mismatch")
        problem(recorder("POST", path("invoices"), invoice | {"credit_code": "X"}), 422, "invoice_mismatch")
        assert names[code] in problem(recorder("POST", path("invoices"), invoice | {"seller": "别家"}), 422, "invoice_seller_differs")["detail"]
        # Whoever has signed for the month records none of its invoices.
        assert "签过本批次" in problem(people["treasurer"]("POST", path("invoices"), invoice), 403, "own_entry")["detail"]
        recorder.post(path("invoices"), invoice, 201)
    # Whoever has recorded an invoice makes no payment of it.
    assert "登记了其中的发票" in problem(recorder("POST", path("pay"), {}), 403, "own_entry")["detail"]
    problem(people["treasurer"]("POST", path("pay"), {}), 403, "own_entry")

    # Of one account nobody knows which was approved: one person asks the provider, another one sends the money.
    first = min(due)
    account = next(row["账号"] for row in summary if row["服务商编码"] == first)
    confirmed = {"account": account, "opinion": "电话向负责人核实"}
    problem(cashier("POST", path(f"payees/{first}"), confirmed), 409, "payee_known")
    execute(house, f"DELETE FROM payee WHERE provider_id = '{first}'")
    assert account in problem(cashier("POST", path("pay"), {}), 409, "payee_changed")["detail"]
    problem(people["treasurer"]("POST", path(f"payees/{first}"), confirmed | {"account": "1"}), 409, "payee_changed")
    assert people["treasurer"].post(path(f"payees/{first}"), confirmed, 201)["account"] == account
    problem(people["treasurer"]("POST", path("pay"), {}), 403, "own_entry")
    payments = cashier.post(path("pay"), {}, 201)["payments"]
    assert next(p["account"] for p in payments if p["provider"] == first) == account
    assert account in cashier("GET", path("payments.csv")).content.decode("utf-8-sig")
    assert {p["provider"]: p["amount_fen"] for p in payments} == due
    rows = [[p["reference"], f"{p['amount_fen'] / 100:.2f}", "成功", ""] for p in payments]

    def bank(rows):
        text = io.StringIO()
        csv.writer(text).writerows([["付款编号", "金额", "状态", "说明"], *rows])
        return cashier("POST", path("bank-return"), data=text.getvalue().encode())

    problem(bank([*rows, ["UNKNOWN", "1.00", "成功", ""]]), 422, "bank_file_mismatch")
    assert "出现两次" in problem(bank([*rows, rows[0]]), 422, "bank_file_mismatch")["detail"]
    assert {p["state"] for p in steps()["payments"]} == {"ordered"}
    # As a Chinese spreadsheet saves it, with the blanks of a bank's client.
    saved = "\r\n".join(["付款编号,金额,状态,说明", *(f" {row[0]} ,{row[1]},{row[2]}," for row in rows)]).encode("gbk")
    assert cashier("POST", path("bank-return"), data=saved).json()["step"] == "paid"
    assert desk.operator.get(f"/orders/{subject}")["settlement"] == "paid"
    problem(bank(rows), 409, "close_out_of_order")

    # What is wrong is corrected in the open month, by two persons, linked to the line.
    entry = people["treasurer"].post(path("adjust"), {"subject": subject, "reason": "事后查实"}, 201)
    assert entry["amount_fen"] < 0
    problem(people["treasurer"]("POST", f"/adjustments/{entry['id']}/approve", {}), 403, "own_entry")
    # Nor under another role.
    problem(named(house, "admin", "treasurer")("POST", f"/adjustments/{entry['id']}/approve", {}), 403, "own_entry")
    cashier.post(f"/adjustments/{entry['id']}/approve", {})
    assert desk.finance.post(f"/settlements/{day(0)[:7]}/preview")["adjusted_fen"] == entry["amount_fen"]
    assert len({step["hash"] for step in steps()["history"][1:]}) == len(steps()["history"]) - 1


def test_a_signed_month_verifies_and_a_forged_signature_is_found(house, desk, closed, tmp_path):
    """After its whole way: each change covers its tracks perfectly, and is found all the same."""
    vnh("export", MONTH, "--database", house.url, "--output", tmp_path / "pack")
    status, lines = verify(tmp_path / "pack")
    assert status == 0, lines

    def first(rows, **fields):
        return next(row for row in rows if all(row[column] == value for column, value in fields.items()))

    def entered(rows):
        row = next(row for row in rows if not row["rule"] and row["approved_by"])
        row["approved_by"] = row["entered_by"]

    def twice(rows):
        first(rows, **{"from": "district", "action": "approve"})["by"] = "district"

    def worded(rows):
        first(rows, **{"from": "district", "action": "approve"})["opinion"] = "再议"

    def recorded(rows):
        for row in rows:
            row["recorded_by"] = "cashier"

    def signing(rows):
        for row in rows:
            row["recorded_by"] = "district"

    def one_person(*names):
        # Two logins, or a login and a token, of one member of staff.
        def edit(rows):
            rows[:] = [row for row in rows if row["name"] not in names] + [
                {"name": name, "login": name, "person": number} for name, number in zip(names, ["ｆ-1", "F-1"])]
            rows.sort(key=lambda row: row["name"])
        return edit

    def less(rows):
        rows[0]["amount_fen"] = str(int(rows[0]["amount_fen"]) + 1)

    def undecided(rows):
        first(rows, subject=closed[0]["id"])["by"] = "other"

    def confirmed(rows):
        rows[0]["by"] = "other"

    def other_worker(rows):
        row = next(row for row in rows if row["order"] == closed[0]["id"])
        row["worker"] = next(other["worker"] for other in rows if other["worker"] != row["worker"])

    def versioned(rows):
        row = first(rows, id=closed[0]["id"])
        row["price_version"] = row["price_version"].partition("@")[0] + "@2019-01-01"

    def method(rows):
        first(rows, order=closed[0]["id"])["in_method"] = "phone"

    cases = [
        ("adjustments.csv", entered, "录入又由同一人批准"), ("steps.csv", twice, "已经手前一环节"), ("steps.csv", worded, "批次指纹"),
        ("invoices.csv", recorded, "登记又由同一人付款"), ("corrections.csv", less, "金额"),
        ("decisions.csv", undecided, "批次指纹"), ("answers.csv", confirmed, "批次指纹"), ("visits.csv", other_worker, "服务人员"),
        ("orders.csv", versioned, "价格版本"), ("visits.csv", method, "签到方式"), ("invoices.csv", signing, "签过本批次，又登记发票"),
        ("persons.csv", one_person("reviewer", "district"), "已经手前一环节"), ("persons.csv", one_person("cashier", "recorder"), "登记又由同一人付款"),
        ("persons.csv", one_person("treasurer", "cashier"), "录入又由同一人批准"),
    ]
    for index, (name, edit, words) in enumerate(cases):
        forgery = Forgery(tmp_path / "pack", tmp_path / f"forged{index}")
        forgery.change(name, edit)
        forgery.reseal()
        status, lines = verify(forgery.folder)
        assert status == 1 and words in lines[0], (name, words, lines)


def test_the_shadow_is_kept_and_asked_about_later(desk):
    month = day(0)[:7]
    shadow = desk.finance.get(f"/settlements/{month}/shadow")
    assert shadow["state"] == "open" and shadow["since"] is None
    assert desk.finance.get(f"/settlements/{month}", as_of=now(60))["lines"] == shadow["lines"]
    problem(desk.finance("GET", f"/settlements/{month}", params={"as_of": "yesterday"}), 400, "as_of_invalid")
    problem(desk.finance("GET", f"/settlements/{month}", params={"as_of": "2020-01-01T00:00:00+08:00"}), 404, "not_known_then")

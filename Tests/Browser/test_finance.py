"""A month from its close to the bank, each step by the person whose step it is, all of it on the pages."""

import csv
import io
import pathlib
import time
import zipfile

import pytest

MONTH = "/finance/2026-01"
PEOPLE = {"reviewer1": "review", "street1": "street", "district1": "district", "treasurer1": None, "bookkeeper1": None, "cashier1": None}


@pytest.fixture(scope="module")
def house(make_house):
    return make_house("chain", "--elders", "400", "--days", "33", close="2026-01")


def panel(page):
    return page.locator("section.panel").first.inner_text()


def bad_files(orders):
    """Files as somebody may pick by mistake, and what the page says of each."""
    head = "付款编号,金额,状态,说明"
    rows = [f"{order[0]},{order[4]},成功," for order in orders]
    text = "\n".join([head, *rows]) + "\n"
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/sharedStrings.xml", text)
    return [
        ("empty.csv", b"", "表头应为"),
        ("return.xlsx", book.getvalue(), "不是可读的 CSV"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "不是可读的 CSV"),
        ("utf16.csv", text.encode("utf-16"), "不是可读的 CSV"),
        ("other.csv", "交易日期,摘要,借方\n2026-02-10,付款,1\n".encode(), "表头应为"),
        ("gbk-other.csv", "交易日期,摘要,借方\n2026-02-10,付款,1\n".encode("gbk"), "不是可读的 CSV"),
        ("short.csv", (head + "\n" + f"{orders[0][0]},{orders[0][4]}\n").encode(), "第 2 行"),
        ("twice.csv", (text + rows[0] + "\n").encode(), "出现两次"),
        ("other-month.csv", text.replace("2026-01-", "2025-12-").encode(), "没有付款编号"),
        ("header-only.csv", (head + "\n").encode(), "没有任何行"),
        ("huge.csv", text.encode() + b"x,1,\xe6\x88\x90\xe5\x8a\x9f,\n" * (50 * 1024 * 1024 // 13), "文件太大"),
    ]


def sign(visitor, opinion, button):
    page = visitor.go(MONTH)
    page.get_by_label("意见").fill(opinion)
    page.get_by_role("button", name=button).click()
    page.wait_for_url(f"**{MONTH}")
    return page.locator("h1").inner_text()


def test_a_month_goes_from_its_close_to_the_bank(house, enter, tmp_path):
    # Logins by the security administrator, rights by the system administrator.
    security, admin = enter(house, "security"), enter(house, "admin")
    for name, right in PEOPLE.items():
        form = security.go("/admin/users").locator("form.panel")
        form.get_by_label("用户名").fill(name)
        form.get_by_label("密码").fill(f"{name}-demo")
        form.get_by_label("角色").select_option("finance")
        form.get_by_label("工号").fill(f"F-{name}")
        form.get_by_role("button").click()
        security.page.wait_for_selector(f"[role=status]:has-text('{name}')")
        if right:
            page = admin.go("/admin/rights")
            page.get_by_label("登录名").fill(name)
            page.get_by_label("权限").select_option(right)
            if right == "street":
                page.get_by_label("签哪个街道").select_option("all")
            page.get_by_role("button", name="授权").click()
            page.wait_for_selector(f"td:has-text('{name}')")
    page.get_by_label("登录名").fill("admin")
    page.get_by_role("button", name="授权").click()
    page.wait_for_selector(".fault:has-text('不能给自己授权')")
    admin.forgive("422")

    # The page says what comes next, by whom, what it means, and what still keeps it.
    reviewer, treasurer, cashier = enter(house, "reviewer1"), enter(house, "treasurer1"), enter(house, "cashier1")
    page = reviewer.go("/finance")
    row = page.locator("tr", has_text="2026-01").inner_text()
    assert "待确认" in row and "平台复核" in row
    told = panel(reviewer.go(MONTH))
    assert "平台复核" in told and "reviewer1" in told and "仍待核的行本月不付" in told and "笔抽查没有结果" in told
    assert reviewer.page.get_by_role("button", name="同意").count() == 0
    assert "您没有“平台复核”的权限" in panel(treasurer.go(MONTH))
    # A provider objects; the answer is given on the page.
    statement = house.api("GET", "/settlements/2026-01/statements", token=house.token("finance"))["statements"][0]["provider"]
    provider = house.token("provider", "--provider", statement)
    line = house.api("GET", "/provider/statements/2026-01", token=provider)["lines"][0]
    house.api("POST", "/provider/statements/2026-01/dispute", {"lines": [{"subject": line["subject"], "reason": "时长不对"}]}, token=provider)
    page = reviewer.go(MONTH)
    page.get_by_label("答复").fill("已核对通话录音，时长无误")
    page.get_by_role("button", name="答复服务商").click()
    page.wait_for_selector("h2:has-text('等待答复的异议')", state="detached")
    quality = house.token("quality", "--name", "caller")
    for sample in house.api("GET", "/settlements/2026-01/samples", token=quality)["samples"]:
        if not sample["result"]:
            house.api("POST", f"/settlements/2026-01/samples/{sample['subject']}", {"result": "passed", "note": "电话回访"}, token=quality)

    # Signed, sent back with the reason, signed again; nobody twice.
    assert "已复核" in sign(reviewer, "同意", "平台复核 同意")
    street = enter(house, "street1")
    assert "待确认" in sign(street, "P001 的发票抬头要先核对", "退回一步")
    assert "已复核" in sign(reviewer, "已核对抬头", "平台复核 同意")
    assert "P001 的发票抬头要先核对" in reviewer.page.locator(".stations").inner_text()
    assert "街道已签" in sign(street, "同意", "街道签字 同意")
    assert "锁定" not in panel(street.go(MONTH))
    assert "区民政已批" in sign(enter(house, "district1"), "同意", "区民政审批 同意")
    assert "财务已审" in sign(treasurer, "金额核对无误", "财务审核 同意")
    page = treasurer.go(MONTH)
    assert page.locator("[aria-current=step]").inner_text() == "财务已审"
    page.get_by_role("link", name="发票、付款、冲正").first.click()

    # Invoices, by one who has not signed: the first by hand, the others as a machine would.
    page = treasurer.go(f"{MONTH}/money")
    assert "发票须由另一人登记" in panel(page) and page.locator("form[action$='/invoices']").count() == 0
    page = enter(house, "bookkeeper1").go(f"{MONTH}/money")
    due = page.locator("p .big").first.inner_text()
    assert "没有登记发票" in panel(page) and page.get_by_role("button", name="生成付款文件").count() == 0
    forms = page.locator("form[action$='/invoices']").evaluate_all(
        "forms => forms.map((form) => Object.fromEntries(new FormData(form)))")
    form = page.locator("form[action$='/invoices']").first
    form.get_by_label("发票号码").fill("25117000000000000001")
    form.get_by_label("日期").fill("2026-02-10")
    form.get_by_role("button", name="登记发票").click()
    page.wait_for_selector("td:has-text('25117000000000000001')")
    token = house.token("finance", "--name", "bookkeeper1")
    for number, invoice in enumerate(forms[1:], 2):
        house.api("POST", "/settlements/2026-01/invoices", {
            "provider": invoice["provider"], "number": f"2511700000000000{number:04}", "date": "2026-02-10",
            "amount_fen": round(float(invoice["amount"]) * 100), "seller": invoice["seller"],
            "credit_code": invoice["credit_code"]}, token=token)
    assert "已经手本批次" in panel(treasurer.go(f"{MONTH}/money"))
    page = cashier.go(f"{MONTH}/money")
    page.get_by_role("button", name=f"生成付款文件：{len(forms)} 笔，共 {due} 元").click()
    page.wait_for_selector("#bank")

    # To the bank and back: a return that does not fit changes nothing.
    with page.expect_download() as download:
        page.get_by_role("link", name="下载付款文件").click()
    orders = list(csv.reader(io.StringIO(pathlib.Path(download.value.path()).read_text(encoding="utf-8-sig"))))[1:]
    assert len(orders) == len(forms)

    def upload(name, amount):
        file = tmp_path / name
        rows = ["付款编号,金额,状态,说明"] + [f"{order[0]},{amount(order[4])},成功," for order in orders]
        file.write_text("\n".join(rows) + "\n", encoding="utf-8")
        page.locator("#bank input").set_input_files(file)
        page.get_by_role("button", name="上传入账").click()

    upload("wrong.csv", lambda amount: f"{float(amount) + 1:.2f}")
    page.wait_for_selector("#said:has-text('整个文件未入账')")
    cashier.forgive("422")
    # What is no return at all, or not this one: one sentence each, the month where it was, the right file still goes in.
    before = page.locator("main").inner_text().split("银行回单（")[0]
    for name, content, words in bad_files(orders):
        file = tmp_path / name
        file.write_bytes(content)
        page.locator("#said").evaluate("said => { said.textContent = '' }")
        page.locator("#bank input").set_input_files(file)
        page.get_by_role("button", name="上传入账").click()
        page.wait_for_function("() => { const said = document.querySelector('#said').textContent; return said && !said.includes('正在上传') }", timeout=30_000)
        said = page.locator("#said").inner_text()
        assert words in said and "未入账" in said and len(said) < 200 and "\ufffd" not in said, (name, said)
        assert page.locator("main").inner_text().split("银行回单（")[0] == before
    cashier.forgive("422", "413")
    upload("right.csv", lambda amount: amount)
    page.wait_for_selector("h1:has-text('已支付')")
    assert page.locator("p .big").nth(1).inner_text() == due
    # From the transfer to the statement, to its first service, and back to the invoice and the transfer.
    page = cashier.go(f"/finance/audit?q={orders[0][0]}")
    assert orders[0][4] in page.locator("p", has=page.locator(".big")).first.inner_text().replace(",", "")
    page.locator("tbody td a").first.click()
    page.wait_for_url("**/finance/audit?q=*")
    told = page.locator("main").inner_text()
    assert "25117000000000000001" in told and orders[0][0] in told and "金额核对无误" in told


def test_a_budget_is_set_on_the_page_and_a_right_is_taken_back(house, enter):
    page = enter(house, "finance").go("/finance/budgets?year=2026")
    page.get_by_label("资金").select_option("meal_subsidy")
    page.get_by_label("全年金额").fill("1,200,000")
    page.get_by_role("button", name="下达").click()
    # One proposes, another confirms; then it is in force.
    page.wait_for_selector("section:has-text('全年 1,200,000.00')")
    page = enter(house, "admin").go("/finance/budgets?year=2026")
    page.get_by_role("button", name="批准", exact=True).click()
    page.wait_for_load_state()
    page.goto(f"{house.base}/finance/budgets?year=2026")
    page.wait_for_selector("td:has-text('1,200,000.00')")
    page = enter(house, "admin").go("/admin/rights")
    page.get_by_label("登录名").fill("somebody")
    page.get_by_label("权限").select_option("pay")
    page.get_by_role("button", name="授权").click()
    page.get_by_role("button", name="收回 somebody").click()
    page.wait_for_selector("td:has-text('somebody')", state="detached")


def test_the_desk_reviews_a_month_and_finds_nothing_of_payments(past, enter):
    """平台复核 belongs to operators and quality callers by role: every page of it opens to them, every link on the way too, and no other of finance."""
    visitor = enter(past, "operator")
    page = visitor.go("/console")
    page.get_by_role("link", name="月结", exact=True).click()
    page.wait_for_url("**/finance")
    # Whoever reviews still hears the telephone, and is one key from the desk.
    assert page.locator("#calls").count() == 1
    page.get_by_role("link", name="2026-01", exact=True).click()
    page.wait_for_url(f"**{MONTH}")
    assert "平台复核" in panel(page) and page.get_by_role("button", name="月结：截止").count() == 0
    statement = page.locator("tbody td a").first.get_attribute("href")
    for path in ["/finance", MONTH, f"{MONTH}/held", statement]:
        visitor.go(path)
        for address in page.locator("main a, header nav a").evaluate_all("links => [...new Set(links.map((link) => link.href))]"):
            assert page.request.get(address).status == 200, (path, address)
    for path in ["/finance/budgets", "/finance/audit", "/finance/payouts", "/finance/funds", f"{MONTH}/money", f"{MONTH}/documents", f"{MONTH}/shadow"]:
        visitor.go(path).wait_for_selector(".fault")
    visitor.forgive("403")


def test_an_operator_decides_a_held_line_and_signs_for_the_platform(make_house, enter):
    house = make_house("review", "--elders", "400", "--days", "33", close="2026-01")
    visitor = enter(house, "operator")
    page = visitor.go(f"{MONTH}/held")
    card = page.locator(".held").first
    subject = card.get_attribute("data-subject")
    page.wait_for_function("document.activeElement.classList.contains('held')")
    page.keyboard.press("n")
    page.wait_for_selector(f".held[data-subject='{subject}'] .said:has-text('已拒付')", timeout=15_000)
    sample = house.token("quality", "--name", "caller")
    for entry in house.api("GET", "/settlements/2026-01/samples", token=sample)["samples"]:
        if not entry["result"]:
            house.api("POST", f"/settlements/2026-01/samples/{entry['subject']}", {"result": "passed", "note": "电话回访"}, token=sample)
    assert "已复核" in sign(visitor, "已核对", "平台复核 同意")
    # The next step is the street's: the desk reads whose it is and has no button.
    assert "街道签字" in panel(page) and page.get_by_role("button", name="同意").count() == 0


def test_a_fund_pays_out_by_two_persons_and_is_paid_back(house, enter):
    security = enter(house, "security")
    for name in ["asker1", "second1"]:
        form = security.go("/admin/users").locator("form.panel")
        for label, value in [("用户名", name), ("密码", f"{name}-demo"), ("工号", f"F-{name}")]:
            form.get_by_label(label).fill(value)
        form.get_by_label("角色").select_option("finance")
        form.get_by_role("button").click()
        security.page.wait_for_selector(f"[role=status]:has-text('{name}')")
    elder = house.elders()[0]
    asker, second = enter(house, "asker1"), enter(house, "second1")
    page = asker.go("/finance")
    page.get_by_role("link", name="专项资金").click()
    form = page.locator("form[action='/finance/funds']")
    form.get_by_label("种类").select_option("one_off_aid")
    form.get_by_label("单位或个人").fill("区民政局")
    form.get_by_label("年度").fill("二〇二六")
    form.get_by_label("金额").fill("10,000")
    form.get_by_role("button", name="开户").click()
    # Refused with a sentence, and what was typed is still there.
    page.wait_for_selector(".fault:has-text('年度')")
    asker.forgive("422")
    assert form.get_by_label("单位或个人").input_value() == "区民政局" and form.locator("[name=kind]").input_value() == "one_off_aid"
    form.get_by_label("年度").fill("2026")
    form.get_by_role("button", name="开户").click()
    page.wait_for_selector("h1:has-text('困难帮扶 区民政局 2026')")
    address = page.url.removeprefix(house.base)
    for person, said in [("LZ99999999", "没有卡号"), (elder["number"], None)]:
        page.get_by_label("金额").first.fill("600")
        page.get_by_label("卡号或姓名").fill(person)
        page.get_by_label("理由").fill("火灾受损")
        page.get_by_role("button", name="提交申请").click()
        if said:
            page.wait_for_selector(f".fault:has-text('{said}')")
            assert page.get_by_label("理由").input_value() == "火灾受损"
            asker.forgive("404", "422")
    page.wait_for_selector("article.card:has-text('须由另一人审批')")
    assert page.get_by_role("button", name="同意并支付").count() == 0
    other = second.go("/finance/funds")
    other.get_by_role("button", name="同意并支付").click()
    other.wait_for_url(f"**{address}")
    assert "9,400.00" in other.locator("p", has=other.locator(".big")).inner_text()
    assert other.locator("tbody tr").last.locator("td").nth(4).inner_text() == "600.00"
    assert "second1" in other.locator("article.card").inner_text()


def test_a_late_swipe_is_turned_down_with_its_reason(make_house, enter):
    from test_filled_pages import held_swipe
    house = make_house("swipes")
    held_swipe(house)
    visitor = enter(house, "finance")
    page = visitor.go("/finance/swipes")
    card = page.locator("article.card")
    assert "已" in card.locator(".warn").inner_text()
    card.get_by_label("理由").fill("已核实")
    card.get_by_role("button", name="核实入账").click()
    # The rule that held it still stands in the way: told on its card, with what was typed.
    page.wait_for_selector("article.card .fault")
    visitor.forgive("422")
    assert card.get_by_label("理由").input_value() == "已核实"
    card.get_by_role("button", name="不予入账").click()
    page.wait_for_selector("p:has-text('没有待核的刷卡')")


def test_a_service_without_entries_shows_no_empty_table(past, enter):
    start = time.strftime("%Y-%m-%dT10:00:00+08:00", time.gmtime(time.time() + 56 * 3600))
    for elder in past.elders():
        placed = past.api("POST", "/orders", {"elder_id": elder["id"], "item_code": "06001", "start": start, "allow_twin": True})
        if not placed["funding"]:
            break
    page = enter(past, "finance").go(f"/finance/audit?q={placed['number']}")
    assert "还没有入账的分录" in page.locator("main").inner_text()
    assert page.locator("table").count() == 0

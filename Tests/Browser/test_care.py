"""The desk afterwards: call-backs, complaints, standing orders, dispatch by hand, paper for a power cut, what is written down to be said."""

import re
import subprocess
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe

from test_pages import RULES


@pytest.fixture
def desk(enter, past):
    return lambda login="operator", **options: enter(past, login, **options)


def test_a_call_back_asks_before_it_shows(desk):
    page = desk().go("/console/callbacks")
    page.locator("tbody a").first.click()
    page.wait_for_selector("form.questions")
    # Nothing of the visit stands on the page before the answers are in.
    assert "签到" not in page.locator("main").inner_text()
    page.get_by_label("来过").check()
    page.get_by_label("待了多少分钟").fill("600")
    page.get_by_label("满意吗").select_option("5")
    page.get_by_role("button", name="记下答复").click()
    page.wait_for_selector("table")
    row = page.locator("tr", has_text="待了多久")
    assert "600 分钟" in row.inner_text() and "不一致" in row.inner_text()
    assert "已签到" in page.locator("tr", has_text="有没有人来").inner_text()
    before = page.locator("main").inner_text()
    assert "待了多久：答复 600 分钟" in page.get_by_label("核查情况").input_value(), before
    number = page.locator("p a").nth(1).inner_text().split()[-1]
    page.get_by_role("button", name="抽查不合格").click()
    page.wait_for_url("**/console/callbacks")
    assert number not in page.locator("main").inner_text()


def test_nobody_came_opens_a_complaint_that_is_taken_answered_and_closed(desk):
    visitor = desk()
    page = visitor.go("/console/callbacks")
    page.locator("tbody a").nth(1).click()
    page.wait_for_selector("form.questions")
    number = page.locator("p a").nth(1).inner_text().split()[-1]
    page.get_by_label("没有人来").check()
    page.get_by_role("button", name="记下答复").click()
    page.wait_for_selector("p.fault:has-text('投诉')")
    page.get_by_role("button", name="抽查合格").click()
    page = visitor.go("/console/complaints")
    row = page.locator("tbody tr", has_text=number)
    assert "无人上门" in row.inner_text()
    # A shift looks through many: each takes two lines, and what comes next is the one button that stands out.
    assert row.bounding_box()["height"] <= 100
    for step, done, text in [("我来受理", "受理", None), ("记录答复", "答复", "已向老人道歉，服务商承认漏单"), ("办结", None, "扣减该单，服务商写检查")]:
        assert row.locator("button.main:visible").all_inner_texts() == [step]
        if text:
            row.get_by_label("答复或处理结果").fill(text)
        row.get_by_role("button", name=step).click()
        if done:
            page.wait_for_selector(f"tr:has-text('{number}') .soft:has-text('· {done}')")
    page = visitor.go("/console/complaints?state=closed")
    told = page.locator("tbody tr", has_text=number).inner_text()
    for word in ["登记", "受理", "答复", "办结", "已向老人道歉", "写检查"]:
        assert word in told


def test_a_standing_order_is_read_aloud_taken_excepted_paused_and_ended(desk, past):
    elder = past.elders()[3]["id"]
    visitor = desk()
    page = visitor.go(f"/console/elders/{elder}/standing")
    page.get_by_label("项目（首字母").fill("lifa")
    page.get_by_label("几点").fill("10:00")
    page.get_by_role("button", name="先看接下来的日子").click()
    # A week without a day is no rule; what was typed still stands.
    assert "至少勾选一个" in page.locator("#new .fault").inner_text()
    assert page.get_by_label("项目（首字母").input_value() == "lifa"
    visitor.forgive("422")
    page.get_by_label("周二").check()
    page.get_by_label("周五").check()
    page.get_by_role("button", name="先看接下来的日子").click()
    page.wait_for_selector("#new .say")
    assert "每周" in page.locator("#new .say").inner_text() and "对吗" in page.locator("#new .say").inner_text()
    days = page.locator("#new ol li").all_inner_texts()
    assert len(days) == 6 and all("周二" in day or "周五" in day for day in days)
    page.get_by_role("button", name="老人同意，建立").click()
    page.wait_for_url("**/console/standing/*")
    first = page.locator("tbody tr").nth(2)
    day = first.locator("td").first.inner_text()
    first.get_by_role("button", name=f"这天不来 {day}").click()
    page.wait_for_selector(f"ul.counts li:has-text('{day}')")
    page.get_by_role("button", name=f"恢复这天 {day}").click()
    page.wait_for_selector(f"tr:has-text('{day}')")
    page.get_by_label("原因").fill("家属照料")
    page.get_by_role("button", name="暂停").click()
    page.wait_for_selector("strong:has-text('暂停')")
    page.get_by_role("button", name="恢复", exact=True).click()
    page.wait_for_selector("strong:has-text('生效')")
    page.get_by_label("原因").fill("不再需要")
    page.get_by_role("button", name="终止").click()
    page.wait_for_selector("strong:has-text('终止')")


@pytest.mark.parametrize("every,day,month,word", [("monthly", "15", "", "15日"), ("lunar", "9", "9", "")])
def test_a_month_and_a_lunar_day_are_plain_choices_too(desk, past, every, day, month, word):
    page = desk().go(f"/console/elders/{past.elders()[4]['id']}/standing")
    page.get_by_label("项目（首字母").fill("lifa")
    page.get_by_label("多久一次").select_option(every)
    # Only what this rhythm needs is asked for.
    assert page.get_by_label("周一").is_hidden() and page.get_by_label("农历月").is_visible() == bool(month)
    page.get_by_label("几号").fill(day)
    if month:
        page.get_by_label("农历月").fill(month)
    page.get_by_role("button", name="先看接下来的日子").click()
    page.wait_for_selector("#new .say")
    days = page.locator("#new ol li").all_inner_texts()
    assert days and all(word in one for one in days)


def test_an_absence_stops_and_the_return_is_confirmed(desk, past):
    page = desk().go(f"/console/elders/{past.elders()[5]['id']}/standing")
    page.get_by_label("去哪里").select_option("hospital")
    page.get_by_role("button", name="登记外出").click()
    page.wait_for_selector("li:has-text('住院')")
    page.get_by_role("button", name="已确认返回").click()
    page.wait_for_selector("li:has-text('住院'):not(:has(button))")


def order(past, index=0, item="06001", hour="10"):
    elder = past.elders()[index]["id"]
    start = f"{date.today() + timedelta(days=5 + index)}T{hour}:00:00+08:00"
    return past.api("POST", "/orders", {"elder_id": elder, "item_code": item, "start": start, "allow_twin": True})


def test_the_board_is_filtered_by_its_address(desk, past):
    made = order(past, 6)
    region = past.api("GET", f"/orders/{made['id']}")["region"]
    visitor = desk()
    page = visitor.go("/console/orders")
    page.get_by_label("街道").select_option(region)
    page.get_by_label("类别").select_option("06")
    page.get_by_role("button", name="筛选").click()
    assert f"region={region}" in page.url and "category=06" in page.url
    address = page.url
    assert made["number"] in page.locator("tbody").inner_text()
    page.goto(address)
    assert made["number"] in page.locator("tbody").inner_text()
    deadlines = page.locator("tbody tr td:first-child").all_inner_texts()
    late = [text.startswith("已超") for text in deadlines]
    assert late == sorted(late, reverse=True)


def test_the_board_turns_its_pages_and_keeps_its_filter(desk, past):
    for each in range(101):
        order(past, each % 9, hour=f"{9 + each // 9:02}")
    visitor = desk()
    page = visitor.go("/console/orders?category=06")
    numbers = lambda: page.locator("tbody tr td:nth-child(2)").all_inner_texts()
    first = numbers()
    assert len(first) == 100
    page.get_by_role("link", name="下一页").click()
    page.wait_for_selector("a:has-text('第一页')")
    assert "category=06" in page.url and numbers() and not set(first) & set(numbers())
    elsewhere = page.url.replace("category=06", "category=02")
    page.get_by_role("link", name="第一页").click()
    page.wait_for_selector("a[rel=next]")
    assert numbers() == first and page.url.endswith("/console/orders?category=06")
    # A place in one list is none in another.
    house, place = elsewhere.split("/console/")[0], elsewhere.split("after=")[1]
    for other in (elsewhere, f"{house}/console/callbacks?after={place}", f"{house}/console/complaints?after={place}"):
        page.goto(other)
        assert "从头开始" in page.locator(".fault").inner_text()
    visitor.forgive("409", "422")


def test_a_manual_choice_needs_a_reason_and_can_be_undone(desk, past):
    made = order(past, 7)
    first = past.api("GET", f"/orders/{made['id']}")["provider"]
    page = desk().go(f"/console/orders/{made['id']}")
    page.get_by_label("原因").fill("家属要求换一家")
    chosen = page.get_by_label("指派给").input_value()
    assert chosen != first
    page.get_by_role("button", name="人工指派").click()
    page.wait_for_selector("td:has-text('人工指派')")
    assert past.api("GET", f"/orders/{made['id']}")["provider"] == chosen
    page.get_by_role("button", name="撤销指派").click()
    page.wait_for_load_state()
    assert past.api("GET", f"/orders/{made['id']}")["provider"] == first


def test_what_the_desk_takes_back_is_not_told_as_declined_by_the_provider(desk, past):
    made = order(past, 2, hour="11")
    page = desk().go(f"/console/orders/{made['id']}")
    page.get_by_label("原因").fill("家属要求换一家")
    page.get_by_role("button", name="改派下一家").click()
    page.wait_for_selector("td:has-text('第 2 次')")
    row = page.locator("tr", has_text="第 1 次").inner_text()
    assert "已撤回" in row and "拒单" not in row


def test_a_stale_form_shows_what_changed_and_keeps_what_was_typed(desk, past):
    made = order(past, 8)
    visitor = desk()
    page = visitor.go(f"/console/orders/{made['id']}")
    page.get_by_label("原因").fill("老人改主意，打算下周再说")
    past.api("POST", f"/orders/{made['id']}/complaints", {"text": "电话里说话太快"})
    page.get_by_role("button", name="取消工单").click()
    alert = page.locator("[role=alert]")
    alert.wait_for()
    assert "刚被别人改过" in alert.inner_text() and "登记投诉" in alert.inner_text()
    assert page.get_by_label("原因").input_value() == "老人改主意，打算下周再说"
    page.get_by_role("button", name="取消工单").click()
    page.wait_for_selector("dd:has-text('已取消')")
    visitor.forgive("409")


def test_a_form_sent_twice_is_done_once(desk, past):
    made = order(past, 2)
    page = desk().go(f"/console/orders/{made['id']}")
    page.get_by_label("原因").fill("说好的人没来电话")
    page.get_by_role("button", name="登记投诉").dblclick()
    page.wait_for_selector("h2:has-text('投诉')")
    page.goto(page.url)
    assert page.locator("section:has(h2:has-text('投诉')) li").count() == 1


def test_paper_is_printed_entered_once_and_marked(desk, past, tmp_path):
    visitor = desk()
    page = visitor.go("/console/downtime")
    page.get_by_label("要几张").fill("6")
    page.get_by_role("button", name="保留号码").click()
    page.wait_for_selector(".slip")
    numbers = page.locator(".slip h2 .big").all_inner_texts()
    assert len(set(numbers)) == 6
    text = printed(page, tmp_path)
    assert all(number in text for number in numbers) and "退出" not in text
    elder = past.api("GET", f"/elders/{past.elders()[1]['id']}")
    page = visitor.go(f"/console/downtime/{numbers[0]}")
    page.get_by_label("卡号").fill("没有这个人")
    page.get_by_label("项目（首字母").fill("lifa")
    page.get_by_label("几点").fill("10:30")
    page.get_by_label("填单钟点").fill("00:01")
    page.get_by_label("服务日期").fill(str(date.today() + timedelta(days=3)))
    page.get_by_role("button", name="补录成工单").click()
    assert "没有找到" in page.locator(".fault").inner_text()
    assert page.get_by_label("几点").input_value() == "10:30"
    page.get_by_label("卡号").fill(elder["number"])
    page.get_by_role("button", name="补录成工单").click()
    page.wait_for_url("**/console/orders/*")
    assert "补录" in page.locator("dl").inner_text() and numbers[0] in page.locator("dl").inner_text()
    page = visitor.go(f"/console/downtime/{numbers[0]}")
    assert "已经补录过" in page.locator(".fault").inner_text()
    visitor.forgive("409")


def test_the_knowledge_base_is_found_by_initials_from_the_desk(desk):
    page = desk().go("/console")
    page.wait_for_selector("#link:has-text('实时')")
    page.keyboard.press("/")
    page.keyboard.type("diedao")
    page.wait_for_selector("#found .row:has-text('跌倒')")
    page.locator("#found .row:has-text('话术')").click()
    page.wait_for_selector("h1:has-text('跌倒')")
    assert "120" in page.locator("main").inner_text()


def test_an_expired_session_loses_nothing_of_the_call(desk, past):
    elder, line = past.one_on_a_line()
    visitor = desk()
    page = visitor.go("/console")
    page.wait_for_selector("#link:has-text('实时')")
    past.ring(line, "expired-1")
    page.wait_for_selector(f"[data-card-of='{elder['id']}']")
    page.keyboard.type("lifa")
    page.wait_for_selector(".choices .row")
    page.keyboard.type("1")
    page.keyboard.type("m14")
    page.wait_for_selector("[data-quote][data-possible]")
    visitor.context.clear_cookies()
    # What is looked up in passing finds the session over, too: that is told by the dialog, and nothing is left uncaught in the console.
    page.keyboard.press("Control+k")
    page.keyboard.type("wang")
    page.wait_for_selector("#relogin[open]")
    page.wait_for_timeout(300)
    assert [fault for fault in visitor.faults if "net::ERR" not in fault and "401" not in fault] == []
    page.keyboard.press("Escape")
    page.wait_for_selector("#relogin:not([open])", state="attached")
    page.keyboard.press("Escape")
    page.locator("[name=when]").focus()
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#relogin[open]")
    with visitor.context.expect_page() as opened:
        page.get_by_role("link", name="重新登录").click()
    visitor.log_in(opened.value, "operator")
    opened.value.close()
    page.get_by_role("button", name="我已登录，继续").click()
    page.wait_for_selector("#relogin:not([open])", state="attached")
    assert page.locator("[name=when]").input_value() == "m14"
    page.locator("[name=when]").focus()
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("[data-placed]")
    visitor.forgive("401", "403", "net::ERR", "redirected")


def test_a_long_name_without_a_blank_keeps_the_list_of_calls_as_wide_as_it_is(desk, past):
    name = "AbdulkarimMuhammadjonovichSaidov" * 3
    past.api("POST", "/elders", {
        "name": name, "sex": "male", "birthday": "1940-01-01", "region": "620102001", "phones": [{"number": "13900007777", "label": "本人"}]})
    page = desk().go("/console")
    page.wait_for_selector("#link:has-text('实时')")
    before = page.locator("#lines").bounding_box()["width"]
    past.ring("13900007777", "long-name")
    page.wait_for_selector(f"[role=tab]:has-text('{name[:20]}')")
    assert page.locator("#lines").bounding_box()["width"] == before
    assert page.locator("[role=tab]").last.bounding_box()["width"] <= before
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")


def test_rare_characters_long_names_and_pasted_numbers(desk, past):
    visitor = desk()
    made = {}
    for name, phone in [("𠮷田㛃", "138 0000 1111"), ("很长的名字" * 20, "0931-7000 222"), ("<script>alert(1)</script>", "+86 139 0000 2222")]:
        made[name] = past.api("POST", "/elders", {
            "name": name, "sex": "female", "birthday": "1940-01-01", "region": "620102001", "phones": [{"number": phone, "label": "本人"}]})
        page = visitor.go(f"/console/elders/{made[name]['id']}")
        assert page.locator("h1").inner_text() == name
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
        assert page.locator("main script").count() == 0
    page = visitor.go("/console/elders")
    page.get_by_label(re.compile("姓名")).fill("138 0000 1111")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"a[href='/console/elders/{made['𠮷田㛃']['id']}']")
    answer = visitor.context.request.post(f"{past.base}/api/v1/elders", headers={"Authorization": f"Bearer {past.operator}"}, data={
        "name": "长" * 500, "sex": "female", "birthday": "1940-01-01", "region": "620102001"})
    assert answer.status == 400 and answer.json()["code"] == "name_length"


@pytest.mark.parametrize("view", [
    {"viewport": {"width": 1400, "height": 900}}, {"viewport": {"width": 700, "height": 450}}, {"color_scheme": "dark"},
], ids=["plain", "zoom200", "dark"])
@pytest.mark.parametrize("login,path,row", [
    ("operator", "/console/orders", "tbody a"), ("operator", "/console/callbacks", "tbody a"), ("operator", "/console/complaints", None),
    ("finance", "/finance/2026-01", "tbody tr td a"), ("finance", "/finance/2026-01/money", None), ("finance", "/finance/2026-01/held", None),
    ("finance", "/finance/2026-01/documents", None), ("finance", "/finance/2026-01/documents/summary", None),
])
def test_axe_finds_nothing_where_there_is_something_to_see(desk, login, path, row, view):
    page = desk(login, **view).go(path)
    for step in range(2 if row else 1):
        found = Axe().run(page, options=RULES).response["violations"]
        assert [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found] == []
        if row and step == 0:
            page.locator(row).first.click()
            page.wait_for_load_state()


def printed(page, folder):
    path = folder / "page.pdf"
    page.pdf(path=str(path), prefer_css_page_size=True)
    return subprocess.run(["pdftotext", "-layout", str(path), "-"], check=True, capture_output=True, text=True).stdout


def test_the_hand_over_sheet_prints_without_the_frame(desk, tmp_path):
    page = desk().go("/console/handover")
    text = printed(page, tmp_path)
    assert "交班表" in text and "接班" in text and "退出" not in text
    # Every page has its number and margins, and no table is wider than the paper.
    assert re.search(r"第\s*1\s*页\s*共\s*\d+\s*页", text)
    page.set_viewport_size({"width": 700, "height": 990})
    page.emulate_media(media="print")
    assert page.evaluate("[...document.querySelectorAll('table')].every(table => table.getBoundingClientRect().right <= innerWidth + 1)")


def test_finance_follows_a_yuan_there_and_back(desk, past, tmp_path):
    visitor = desk("finance")
    page = visitor.go("/finance/2026-01")
    page.locator("tbody tr td a").first.click()
    page.wait_for_selector("caption")
    number = page.locator("tbody tr td a").first.inner_text()
    page.locator("tbody tr td a").first.click()
    page.wait_for_selector("ol.stations")
    told = page.locator("main").inner_text()
    assert number in told
    for word in ["服务", "谁付", "上门凭证", "回访与投诉", "结算单", "审批", "付款"]:
        assert word in told
    # A meal of the demo's past was booked nowhere: then it says so, and shows no empty table.
    assert "账务分录" in told or "还没有入账的分录" in told
    page.locator("ol.stations h2 a").nth(1).click()
    page.wait_for_selector("caption")
    assert number in page.locator("main").inner_text()
    page = visitor.go("/finance/audit")
    page.get_by_label("工单号").fill("没有这个号")
    page.keyboard.press("Enter")
    page.wait_for_selector(".fault")
    visitor.forgive("404")


def test_every_paper_of_the_month_opens_and_prints(desk, tmp_path):
    visitor = desk("finance")
    page = visitor.go("/finance/2026-01")
    papers = page.locator("nav[aria-label='全部单据'] li a").evaluate_all("links => links.map(a => a.getAttribute('href'))")
    # Each on screen and in print.
    assert len(papers) == 16
    for address in papers:
        page = visitor.go(address)
        if address.endswith("/print"):
            text = printed(page, tmp_path)
            assert "页" in text and "退出" not in text, address
    text = printed(visitor.go("/finance/2026-01"), tmp_path)
    assert "2026-01" in text and "合计" in text and "退出" not in text


def test_a_budget_burns_down_on_the_page_and_more_is_asked_for(desk, past):
    past.budget({"fund": "district_subsidy", "year": 2026, "granted_fen": 50_000_00})
    visitor = desk("finance")
    page = visitor.go("/finance/budgets?year=2026")
    page.locator("tbody a").first.click()
    # One point while nothing has been drawn from it, and the even pace behind it.
    page.wait_for_selector("svg.plot .dot")
    assert page.locator("svg.plot .past").count() == 1
    page.get_by_label("申请追加").fill("1,200.50")
    page.get_by_label("理由").fill("三月失能老人增加")
    page.get_by_role("button", name="提交").click()
    page.wait_for_selector("section:has-text('待批的下达和超支申请')")
    assert "+1,200.50" in page.locator("main").inner_text()
    # Whoever asks does not decide.
    assert page.get_by_role("button", name="批准", exact=True).count() == 0
    page = desk("admin").go("/finance/budgets?year=2026")
    page.get_by_role("button", name="批准", exact=True).click()
    page.wait_for_load_state()
    assert page.locator("section", has_text="待批的下达和超支申请").count() == 0

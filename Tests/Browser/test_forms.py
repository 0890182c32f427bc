"""Forms in careless hands: pressed twice, sent again after Back, decided by somebody else meanwhile, sent when the session is over."""

import sqlite3

import pytest

MONTH = "/finance/2026-01"


@pytest.fixture(scope="module")
def chain(make_house):
    return make_house("careless", "--elders", "400", "--days", "33", close="2026-01")


@pytest.fixture
def officers(chain, enter):
    """Two of finance, who may decide what the other has asked for; made once."""
    security = enter(chain, "security")
    for name in ["asker2", "second2"]:
        page = security.go("/admin/users")
        if page.locator(f"td:has-text('{name}')").count():
            continue
        form = page.locator("form.panel")
        for label, value in [("用户名", name), ("密码", f"{name}-demo"), ("工号", f"F-{name}")]:
            form.get_by_label(label).fill(value)
        form.get_by_label("角色").select_option("finance")
        form.get_by_role("button").click()
        page.wait_for_selector(f"[role=status]:has-text('{name}')")
    return enter(chain, "asker2"), enter(chain, "second2")


def pressed(visitor, button, twice="click"):
    """The button pressed twice; every POST that left the browser."""
    sent = []
    visitor.page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    button.dblclick() if twice == "click" else (button.focus(), visitor.page.keyboard.press("Enter"), visitor.page.keyboard.press("Enter"))
    visitor.page.wait_for_load_state()
    visitor.page.wait_for_selector("main h1")
    assert visitor.page.locator("[data-undone]").count() == 0, visitor.page.locator(".fault").inner_text()
    return sent


def fund(visitor, holder, amount):
    page = visitor.go("/finance/funds")
    form = page.locator("form[action='/finance/funds']")
    form.get_by_label("种类").select_option("one_off_aid")
    form.get_by_label("单位或个人").fill(holder)
    form.get_by_label("年度").fill("2026")
    form.get_by_label("金额").fill(amount)
    return form.get_by_role("button", name="开户")


@pytest.mark.parametrize("twice", ["click", "enter"])
def test_money_moves_once_however_often_a_button_is_pressed(chain, officers, twice):
    asker, second = officers
    # Pasted from a notice, in full width and with marks.
    assert len(pressed(asker, fund(asker, f"民政{twice}", "１０，０００．００ 元"), twice)) == 1
    page, address = asker.page, asker.page.url.removeprefix(chain.base)
    page.locator("form[action$='/top-up']").get_by_label("金额").fill("¥500")
    pressed(asker, page.get_by_role("button", name="追加"), twice)
    assert page.locator("p .big").first.inner_text() == "10,500.00"
    elder = chain.elders()[1 if twice == "click" else 2]
    page.get_by_label("金额").first.fill("600")
    page.get_by_label("卡号或姓名").fill(elder["number"])
    page.get_by_label("理由").fill("火灾受损")
    pressed(asker, page.get_by_role("button", name="提交申请"), twice)
    assert page.locator("article.card").count() == 1
    # Two have it before them: the second is told who was first.
    stale = second.context.new_page()
    stale.goto(chain.base + address)
    other = second.go(address)
    pressed(second, other.get_by_role("button", name="同意并支付"), twice)
    assert other.locator("p .big").first.inner_text() == "9,900.00"
    stale.get_by_label("意见").first.fill("情况属实，同意")
    stale.get_by_role("button", name="驳回").first.click()
    stale.wait_for_selector(".fault:has-text('“second2”审批')")
    second.forgive("409")


def test_a_refusal_leads_back_and_what_was_typed_is_still_there(chain, officers):
    asker, _ = officers
    page = asker.go("/finance/budgets?year=2026")
    page.get_by_label("资金").select_option("meal_subsidy")
    page.get_by_label("全年金额").fill("12.345")
    page.get_by_role("button", name="下达").click()
    page.wait_for_selector(".fault:has-text('金额请写成元')")
    page.get_by_role("link", name="返回刚才的页面").click()
    page.wait_for_url("**/finance/budgets?year=2026")
    field = page.get_by_label("全年金额")
    page.wait_for_function("() => document.activeElement.form?.getAttribute('action') === '/finance/budgets'")
    assert field.input_value() == "12.345" and page.get_by_label("资金").input_value() == "meal_subsidy"
    field.fill("1,200")
    page.get_by_role("button", name="下达").click()
    page.wait_for_selector("section:has-text('全年 1,200.00')")
    # Done with: nothing of it comes back into an empty form.
    page.goto(f"{chain.base}/finance/budgets?year=2026")
    assert page.get_by_label("全年金额").input_value() == ""
    asker.forgive("400")


def test_a_long_opinion_outlives_the_session_and_is_sent_once(make_house, enter):
    house = make_house("opinion", "--elders", "400", "--days", "33", close="2026-01")
    visitor = enter(house, "operator")
    quality = house.token("quality", "--name", "caller")
    for sample in house.api("GET", "/settlements/2026-01/samples", token=quality)["samples"]:
        if not sample["result"]:
            house.api("POST", f"/settlements/2026-01/samples/{sample['subject']}", {"result": "passed", "note": "电话回访"}, token=quality)
    opinion = "已逐笔核对通话录音与签到记录，" * 20 + "同意。𠮷㛃"
    page = visitor.go(MONTH)
    other = visitor.context.new_page()
    other.goto(house.base + MONTH)
    page.get_by_label("意见").fill(opinion)
    visitor.context.clear_cookies()
    page.get_by_role("button", name="平台复核 同意").click()
    page.wait_for_selector(".fault:has-text('刚才填写的内容还在')")
    page.get_by_label("用户名").fill("operator")
    page.get_by_label("密码").fill("operator-demo")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="再次提交").dblclick()
    page.wait_for_selector("h1:has-text('已复核')")
    signed = page.locator(".stations li", has_text=opinion)
    assert signed.count() == 1
    # The other window still shows the month as it was, with the secret of the session that is over: sent once more, it is told who was first.
    other.get_by_label("意见").fill("同意")
    other.get_by_role("button", name="平台复核 同意").click()
    other.get_by_role("button", name="再次提交").click()
    other.wait_for_selector(".fault:has-text('“operator”已于')")
    visitor.faults.clear()


def test_a_signature_pressed_twice_is_one_without_a_script_too(make_house, browser):
    house = make_house("twice", "--elders", "400", "--days", "33", close="2026-01")
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{house.base}/login?next={MONTH}/held")
    page.get_by_label("用户名").fill("operator")
    page.get_by_label("密码").fill("operator-demo")
    page.keyboard.press("Enter")
    page.wait_for_selector(".held")
    card = page.locator(".held").first
    subject, stale = card.get_attribute("data-subject"), context.new_page()
    stale.goto(page.url)
    card.get_by_label("理由").fill("照片看不清")
    card.get_by_role("button", name="拒付").dblclick()
    page.wait_for_selector("h1:has-text('待核')")
    assert page.locator("[role=alert]").count() == 0 and page.locator(f"[data-subject='{subject}']").count() == 0
    # Somebody else's window: who decided, when, and why.
    stale.locator(f"[data-subject='{subject}']").get_by_label("理由").fill("可以付")
    stale.locator(f"[data-subject='{subject}']").get_by_role("button", name="放行").click()
    stale.wait_for_selector(".fault:has-text('“operator”已于'):has-text('照片看不清')")
    context.close()


def told(house, type, subject):
    """How often the log tells of it."""
    with sqlite3.connect(f"file:{house.url.removeprefix('sqlite:')}?mode=ro", uri=True) as connection:
        return connection.execute("SELECT COUNT(*) FROM event WHERE type = ? AND subject = ?", [type, subject]).fetchone()[0]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_login_pressed_twice_and_loaded_anew_is_saved_once(chain, enter, script):
    name = f"anew-{script}".lower()
    page = enter(chain, "security", java_script_enabled=script).go("/admin/users")
    for label, value in [("用户名", name), ("密码", "first-pass-1")]:
        page.locator("form.panel").get_by_label(label).fill(value)
    page.locator("form.panel").get_by_role("button").dblclick()
    page.wait_for_selector(f"[role=status]:has-text('{name}')")
    # The answer of a form, loaded anew, sends the form once more.
    page.reload()
    page.wait_for_selector(f"[role=status]:has-text('{name}')")
    assert told(chain, "login.saved", name) == 1


def test_back_and_the_button_again_make_nothing_twice(chain, enter):
    page = enter(chain, "admin").go("/admin/rights")
    give = page.get_by_role("button", name="授权")
    page.get_by_label("登录名").fill("back-1")
    page.get_by_label("权限").select_option("pay")
    give.click()
    page.wait_for_selector("form[action$='/revoke']:has-text('back-1')")
    # What was typed stands there again; nobody has meant it twice.
    page.go_back()
    assert page.get_by_label("登录名").input_value() == "back-1"
    give.click()
    page.wait_for_selector("form[action$='/revoke']:has-text('back-1')")
    assert told(chain, "right.granted", "back-1") == 1
    # Another name in the same form is another form; and the page loaded anew has a key of its own.
    page.go_back()
    page.get_by_label("登录名").fill("back-2")
    give.click()
    page.wait_for_selector("form[action$='/revoke']:has-text('back-2')")
    assert told(chain, "right.granted", "back-2") == 1
    page.get_by_role("button", name="收回 back-1").click()
    page.wait_for_selector("form[action$='/revoke']:has-text('back-1')", state="detached")
    page.get_by_label("登录名").fill("back-1")
    page.get_by_label("权限").select_option("pay")
    give.click()
    page.wait_for_selector("form[action$='/revoke']:has-text('back-1')")
    assert told(chain, "right.granted", "back-1") == 2


def test_back_and_the_account_opened_again_is_one_account(chain, officers):
    asker, _ = officers
    pressed(asker, fund(asker, "回退一次", "8,000"))
    page = asker.page
    page.go_back()
    page.locator("form[action='/finance/funds']").get_by_role("button", name="开户").click()
    page.wait_for_load_state()
    assert page.locator("[role=alert]").count() == 0
    assert asker.go("/finance/funds").locator("td:has-text('回退一次')").count() == 1


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_back_and_approved_again_pays_nothing_twice(chain, enter, script):
    month = {True: "2026-01", False: "2026-02"}[script]
    address = f"/finance/payouts?month={month}"
    page = enter(chain, "finance", java_script_enabled=script).go(address)
    page.locator(f"form[action='/finance/payouts/{month}/AGE/draw-up'] button").dblclick()
    page.wait_for_selector(f"form[action='/finance/payouts/{month}/AGE/approve']", state="attached")
    assert page.locator("[role=alert]").count() == 0
    page = enter(chain, "admin", java_script_enabled=script).go(address)
    approve = page.locator(f"form[action='/finance/payouts/{month}/AGE/approve'] button.main")
    approve.dblclick()
    approve.wait_for(state="detached")
    page.go_back()
    if approve.count():
        approve.click()
        page.wait_for_url(f"**{address}")
    assert page.locator("[role=alert]").count() == 0 and told(chain, "payout.paid", f"AGE/{month}") == 1


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_month_closed_by_a_double_press_is_shown_closed(enter, make_house, script):
    house = make_house(f"closing-{script}", "--elders", "300", "--days", "33")
    page = enter(house, "finance", java_script_enabled=script).go(MONTH)
    page.get_by_role("button", name="月结").dblclick()
    page.wait_for_selector("h1:has-text('待确认')")
    page.go_back()
    if (button := page.get_by_role("button", name="月结")).count():
        button.click()
        page.wait_for_selector("h1:has-text('待确认')")
    assert page.locator("[role=alert]").count() == 0
    with sqlite3.connect(f"file:{house.url.removeprefix('sqlite:')}?mode=ro", uri=True) as connection:
        assert connection.execute("SELECT COUNT(*) FROM close_entry WHERE action = 'cut_off'").fetchone() == (1,)


def test_what_is_sent_once_more_is_told_in_the_words_of_its_page(chain, enter):
    visitor = enter(chain, "security")
    page = visitor.go("/admin/users")
    form = page.locator("form.panel")
    for label, value in [("用户名", "told-9"), ("密码", "first-pass-1"), ("工号", "7007")]:
        form.get_by_label(label).fill(value)
    visitor.context.clear_cookies()
    form.get_by_role("button").click()
    page.get_by_label("用户名").fill("security")
    page.get_by_label("密码").fill("security-demo")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('还没有保存')")
    visitor.faults.clear()
    told = page.locator("dl")
    assert told.locator("dt").all_inner_texts() == ["要做的事", "用户名", "角色", "工号（管理员、财务必填）"]
    assert told.locator("dd").all_inner_texts()[:2] == ["新建或改密码", "told-9"] and "once" not in told.inner_text()

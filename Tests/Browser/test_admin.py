"""Administration: masked until a reason is given, changes shown before they are published, who looked at whom."""

import io
import pathlib
import time

import pyotp
import zxingcpp
from PIL import Image


def test_a_file_is_masked_until_a_reason_is_given_and_the_look_is_on_record(visit, house):
    elder = house.api("GET", f"/elders/{house.elders()[0]['id']}")
    page = visit("admin").go(f"/admin/elders/{elder['id']}")
    assert elder["name"] not in page.locator("main").inner_text()
    page.get_by_label("查看原因").fill("核对取暖补贴地址")
    page.get_by_role("button", name="显示全部").click()
    page.wait_for_selector(f"h1:has-text('{elder['name']}')")
    assert elder["address"] in page.locator("main").inner_text()
    page = visit("auditor").go("/admin/access")
    told = page.locator("tr", has_text="核对取暖补贴地址").first.inner_text()
    # Whom it was about, without becoming one who looks: card number and masked name.
    assert "admin" in told and elder["number"] in told and elder["name"][0] in told
    assert elder["name"] not in told and elder["id"] not in told


def test_a_change_of_the_calendar_is_checked_shown_and_published(visit):
    visitor = visit("admin")
    page = visitor.go("/admin/reference?file=catalog/calendar.csv")
    box = page.locator("textarea")
    box.fill(box.input_value() + "2027-02-30,法定假,没有的日子\n")
    page.get_by_role("button", name="检查并预览").click()
    page.wait_for_selector(".panel .fault")
    assert page.get_by_role("button", name="发布", exact=True).count() == 0
    visitor.faults.clear()  # The browser notes that the page came with 422.
    box.fill(box.input_value().replace("2027-02-30,法定假,没有的日子", "2027-10-08,本地活动,重阳节演出"))
    page.get_by_role("button", name="检查并预览").click()
    page.wait_for_selector("ins:has-text('2027-10-08')")
    page.get_by_role("button", name="发布", exact=True).click()
    page.wait_for_selector("[role=status]:has-text('已发布并生效')")
    assert "重阳节演出" in page.locator("textarea").input_value()


def test_a_weak_password_is_refused_and_a_new_login_works(visit, house):
    visitor = visit("security")
    page = visitor.go("/admin/users")
    form = page.locator("form.panel")
    form.get_by_label("用户名").fill("night-desk")
    form.get_by_label("密码").fill("aaaaaaaaaaaa")
    form.get_by_role("button").click()
    page.wait_for_selector(".fault:has-text('字母和数字')")
    visitor.faults.clear()
    form.get_by_label("用户名").fill("night-desk")
    form.get_by_label("密码").fill("night-desk-demo-1")
    form.get_by_role("button").click()
    page.wait_for_selector("td:has-text('night-desk')")


def test_an_import_says_which_rows_are_wrong(visit, house, tmp_path):
    file = pathlib.Path(tmp_path / "elders.csv")
    file.write_text("number,name,sex\nLZ99999999,某某,neither\n", encoding="utf-8")
    page = visit("admin").go("/admin/import")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="只检查").click()
    page.wait_for_selector("#report .fault")
    assert page.locator("#report li").count() > 0


def test_other_roles_stay_outside(visit, house):
    for login in ["operator", "provider", "finance", "security", "auditor"]:
        visitor = visit(login)
        visitor.go("/admin")
        assert "没有完成" in visitor.page.locator("main").inner_text()
        visitor.faults.clear()


def test_an_item_of_the_register_is_written_with_its_history_and_never_over_what_was_not_seen(visit, house):
    elder = house.elders()[1]["id"]
    visitors, pages = [visit("admin"), visit("admin")], []
    for visitor in visitors:
        page = visitor.go(f"/admin/elders/{elder}")
        page.get_by_label("查看原因").fill("电话核实档案")
        page.get_by_role("button", name="显示全部").click()
        page.wait_for_selector("select[name=item]")
        pages.append(page)
    first, second = pages
    first.get_by_label("档案项目").select_option(label="主要照护人")
    first.get_by_label("内容").fill("女儿王𠮷")
    first.get_by_role("button", name="保存").click()
    first.wait_for_selector("td:has-text('女儿王𠮷')")
    second.get_by_label("档案项目").select_option(label="主要照护人")
    second.get_by_label("内容").fill("邻居")
    second.get_by_role("button", name="保存").click()
    second.wait_for_selector(".fault:has-text('女儿王𠮷')")
    assert second.get_by_label("内容").input_value() == "邻居"
    second.get_by_role("button", name="保存").click()
    second.wait_for_selector("td:has-text('邻居')")
    assert second.locator("table", has_text="项目变更经过").locator("tbody tr").count() == 2
    visitors[1].faults.clear()  # The browser notes that the page came with 409.


def test_a_token_is_shown_once_works_and_is_revoked(visit, house):
    page = visit("admin").go("/admin/tokens")
    page.get_by_label("用途").fill("till-browser")
    page.get_by_label("角色").select_option(label="座席")
    page.get_by_role("button", name="签发").click()
    token = page.locator("#issued").inner_text()
    assert house.api("GET", "/elders?q=LZ", token=token)["elders"]
    row = page.locator("tr", has_text="till-browser")
    row.get_by_role("button", name="吊销").click()
    page.wait_for_selector("tr:has-text('till-browser'):has-text('已吊销')")
    assert page.locator("#issued").count() == 0


def test_a_webhook_of_the_platform_is_made_tested_and_taken_away(visit, house):
    page = visit("admin").go("/admin/webhooks")
    page.get_by_label("地址").fill("https://receiver.example.org/hook")
    page.get_by_role("button", name="新建平台订阅").click()
    assert page.locator("#issued").inner_text().startswith("whsec_")
    page.get_by_role("button", name="测试推送").click()
    page.wait_for_selector("[role=status]:has-text('evt_')")
    page.get_by_role("button", name="停用").click()
    page.wait_for_selector("dd:has-text('停用')")
    page.get_by_role("button", name="删除").click()
    page.wait_for_selector("td:has-text('还没有订阅')")


def test_a_provider_is_taken_a_step_along_its_franchise_and_back(visit, house):
    page = visit("admin").go("/admin/providers/P009")
    for step, reason in [("整改", "灶台卫生"), ("正式", "复查合格")]:
        # What becomes of orders and payment stands beside each state.
        page.get_by_label("下一步").select_option(page.get_by_label("下一步").locator("option", has_text=f"{step} · ").get_attribute("value"))
        page.get_by_label("原因").fill(reason)
        page.get_by_role("button", name="变更").click()
        page.wait_for_selector(f"p.big:has-text('{step}')")
        page.wait_for_selector(f"td:has-text('{reason}')")


def test_a_second_factor_is_turned_on_and_asked_for(visit, browser, house):
    security = visit("security").go("/admin/users")
    security.get_by_label("用户名").fill("phone-desk")
    security.get_by_label("密码").fill("phone-desk-demo1")
    security.get_by_label("角色").select_option(label="座席")
    security.get_by_role("button", name="新建或改密码").click()
    security.wait_for_selector("td:has-text('phone-desk')")
    page = browser.new_page()
    page.goto(f"{house.base}/login?next=/account")
    page.get_by_label("用户名").fill("phone-desk")
    page.get_by_label("密码").fill("phone-desk-demo1")
    page.get_by_role("button", name="登录").click()
    page.get_by_role("button", name="启用").click()
    # A telephone reads what the screen shows, in the light and in the dark.
    for scheme in ["dark", "light"]:
        page.emulate_media(color_scheme=scheme)
        [code] = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot())))
        app = pyotp.parse_uri(code.text)
        assert app.secret == page.locator("#secret").inner_text().replace(" ", "")
        assert (app.name, app.issuer) == ("phone-desk", "VNH")
    page.get_by_label("六位数字").fill(app.now())
    page.get_by_role("button", name="确认").click()
    recovery = page.locator("#codes li").first.inner_text()
    page.get_by_role("button", name="退出").click()
    page.get_by_label("用户名").fill("phone-desk")
    page.get_by_label("密码").fill("phone-desk-demo1")
    page.get_by_role("button", name="登录").click()
    page.get_by_label("手机验证器").fill(recovery)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"{house.base}/console")
    page.close()


def test_the_second_step_of_a_login_in_careless_hands(visit, browser, house):
    """A code in full width, of the step before, used before; Back between the steps; five wrong ones close the door."""
    security = visit("security").go("/admin/users")
    for label, value in [("用户名", "night-desk"), ("密码", "night-desk-demo1")]:
        security.get_by_label(label).fill(value)
    security.get_by_label("角色").select_option(label="座席")
    security.get_by_role("button", name="新建或改密码").click()
    security.wait_for_selector("td:has-text('night-desk')")
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(10_000)

    def password():
        page.goto(f"{house.base}/login")
        page.get_by_label("用户名").fill("night-desk")
        page.get_by_label("密码").fill("night-desk-demo1")
        page.get_by_role("button", name="登录").click()

    def code(text):
        page.get_by_label("手机验证器").fill(text)
        page.get_by_role("button", name="登录").click()

    password()
    page.wait_for_url("**/console")
    page.goto(f"{house.base}/account")
    page.get_by_role("button", name="启用").click()
    app = pyotp.TOTP(page.locator("#secret").inner_text().replace(" ", ""))
    page.get_by_label("六位数字").fill("000000")
    page.get_by_role("button", name="确认").dblclick()
    page.wait_for_selector(".fault")
    # The same secret is still on the screen: the telephone need not be set up anew.
    assert page.locator("#secret").inner_text().replace(" ", "") == app.secret
    before = app.at(time.time() - 30) if time.time() % 30 < 20 else app.now()
    page.get_by_label("六位数字").fill(" ".join(chr(ord(digit) + 0xFEE0) for digit in before))
    page.get_by_role("button", name="确认").click()
    page.wait_for_selector("#codes")
    assert page.locator("#codes li").count() == 8
    page.get_by_role("button", name="退出").click()
    password()
    code(before)
    page.wait_for_selector(".fault:has-text('验证码不对或已用过')")
    # Back to the password and forward again: the step before is done anew, and nobody is in meanwhile.
    page.goto(f"{house.base}/console")
    page.wait_for_url("**/login**")
    password()
    code(app.at(time.time() + 30) if before == app.now() else app.now())
    page.wait_for_url("**/console")
    page.get_by_role("button", name="退出").click()
    for wrong in range(6):
        password()
        if page.locator(".fault").count():
            break
        code(f"00000{wrong}")
        page.wait_for_selector(".fault")
    password()
    page.wait_for_selector(".fault:has-text('锁定')")
    context.close()


def test_a_session_that_ends_while_a_form_is_filled_in_loses_nothing(visit, house):
    visitor = visit("admin")
    page = visitor.go("/admin/webhooks")
    page.get_by_label("地址").fill("https://kept.example.org/hook")
    visitor.context.clear_cookies()
    page.get_by_role("button", name="新建平台订阅").click()
    page.wait_for_selector(".fault:has-text('刚才填写的内容还在')")
    page.get_by_label("用户名").fill("admin")
    page.get_by_label("密码").fill("admin-demo")
    page.get_by_role("button", name="登录").click()
    page.wait_for_selector("dd:has-text('https://kept.example.org/hook')")
    page.get_by_role("button", name="再次提交").click()
    page.wait_for_selector("#issued")
    page.get_by_role("button", name="删除").click()
    visitor.faults.clear()  # The browser notes that the login form came with 401.

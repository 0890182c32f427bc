"""Administration: masked until a reason is given, changes shown before they are published, who looked at whom."""

import pathlib


def test_a_file_is_masked_until_a_reason_is_given_and_the_look_is_on_record(visit, house):
    elder = house.api("GET", f"/elders/{house.elders()[0]['id']}")
    page = visit("admin").go(f"/admin/elders/{elder['id']}")
    assert elder["name"] not in page.locator("main").inner_text()
    page.get_by_label("查看原因").fill("核对取暖补贴地址")
    page.get_by_role("button", name="显示全部").click()
    page.wait_for_selector(f"h1:has-text('{elder['name']}')")
    assert elder["address"] in page.locator("main").inner_text()
    page.goto(f"{house.base}/admin/access")
    row = page.locator("tr", has_text="核对取暖补贴地址").first
    assert "admin" in row.inner_text() and elder["id"] in row.inner_text()


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
    visitor = visit("admin")
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
    for login in ["operator", "provider", "finance"]:
        visitor = visit(login)
        visitor.go("/admin")
        assert "没有完成" in visitor.page.locator("main").inner_text()
        visitor.faults.clear()

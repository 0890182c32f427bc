"""The provider's telephone: offers ring, one button each, check-ins survive a dead zone."""

import time


def phone(visit):
    return visit("provider", viewport={"width": 420, "height": 900}, permissions=["geolocation"],
                 geolocation={"latitude": 36.056, "longitude": 103.833})


def offer(house, minutes):
    """An order that the demo provider P001 is asked about, `minutes` from now, and its answer."""
    start = time.strftime("%Y-%m-%dT%H:%M:00+08:00", time.gmtime(time.time() + 8 * 3600 + minutes * 60))
    near = [elder for n in range(40) for elder in house.elders(f"LZ00000{n:02}") if elder["region"] == "620102001"]
    for elder in near:
        placed = house.api("POST", "/orders", {
            "elder_id": elder["id"], "item_code": "01001", "start": start, "preferred_provider": "P001", "allow_twin": True})
        if placed["provider"] == "P001":
            return placed
    raise AssertionError("P001 was never asked")


def tomorrow_noon():
    now = time.time() + 8 * 3600
    return int((86_400 - now % 86_400 + 12 * 3600) / 60)


def test_an_offer_appears_by_itself_and_is_accepted_with_one_touch(visit, house):
    page = phone(visit).page
    page.wait_for_selector("#link:has-text('实时')")
    start = time.monotonic()
    placed = offer(house, tomorrow_noon())
    card = f"[data-order='{placed['id']}']"
    page.wait_for_selector(f"{card} [data-do=accept]")
    assert time.monotonic() - start < 3
    # The address is not there before acceptance, and is there after.
    elder = house.api("GET", f"/elders/{placed['elder_id']}")
    assert elder["address"] not in page.locator(card).inner_text()
    page.click(f"{card} [data-do=accept]")
    page.wait_for_selector(f"{card} [data-do=schedule]")
    assert elder["name"] in page.locator(card).inner_text()
    page.click(f"{card} [data-do=schedule]")
    page.wait_for_selector(f"{card} [data-do='check-in']")
    assert house.api("GET", f"/orders/{placed['id']}")["state"] == "scheduled"


def test_declining_asks_why_and_the_order_goes_to_another(visit, house):
    page = phone(visit).page
    placed = offer(house, tomorrow_noon() + 60)
    page.wait_for_selector(f"[data-order='{placed['id']}'] [data-do=decline]")
    page.click(f"[data-order='{placed['id']}'] [data-do=decline]")
    page.get_by_role("button", name="没有人手").click()
    page.wait_for_selector(f"[data-order='{placed['id']}']", state="detached")
    assert house.api("GET", f"/orders/{placed['id']}")["provider"] != "P001"


def test_a_check_in_waits_in_the_telephone_through_a_reload_until_there_is_a_network(visit, house):
    visitor = phone(visit)
    page = visitor.page
    placed = offer(house, tomorrow_noon() + 30)
    card = f"[data-order='{placed['id']}']"
    for step in ["accept", "schedule"]:
        page.wait_for_selector(f"{card} [data-do={step}]")
        page.click(f"{card} [data-do={step}]")
    page.wait_for_selector(f"{card} [data-do='check-in']")
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("caches.open('portal').then(c => c.match('/provider')).then(r => r ? r.text() : '').then(t => t.includes('%s'))" % placed["id"])
    visitor.context.set_offline(True)
    page.click(f"{card} [data-do='check-in']")
    page.locator("[name=code]").fill(placed["visit_code"])
    page.get_by_role("button", name="提交").click()
    page.wait_for_selector("#waiting-list:has-text('已存在手机里')")
    page.reload()
    page.wait_for_selector("#waiting-list:has-text('已存在手机里')")
    sent = page.evaluate("JSON.parse(localStorage.getItem('portal.queue'))[0]")
    assert sent["body"]["code"] == placed["visit_code"] and sent["body"]["lat"] == 36.056
    visitor.context.set_offline(False)
    # Tomorrow's visit cannot be checked in today: the platform says so, and the entry stays to be read.
    page.wait_for_selector("#waiting-list:has-text('还没到签到时间')", timeout=25_000)
    visitor.faults.clear()


def test_a_closed_day_is_declared_and_opened_again_on_the_telephone(visit, house):
    page = phone(visit).go("/provider/means")
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600 + 40 * 86_400))
    page.get_by_label("登记歇业日").fill(day)
    page.get_by_role("button", name="歇业", exact=True).click()
    page.get_by_role("button", name=f"恢复营业 {day}").click()
    page.wait_for_selector(f"li:has-text('{day}')", state="detached")


def test_a_provider_asks_why_it_was_chosen(visit, house):
    placed = offer(house, tomorrow_noon() + 45)
    page = phone(visit).page
    page.locator(f"[data-order='{placed['id']}']").get_by_role("link", name="为什么派给我").click()
    page.wait_for_selector(f"h2:has-text('{placed['number']}')")
    assert "第 1 位" in page.locator("main").inner_text()


def test_what_waits_in_the_telephone_is_sent_after_a_new_login_in_another_window(visit, house):
    visitor = phone(visit)
    placed = offer(house, tomorrow_noon() + 50)
    visitor.page.wait_for_selector(f"[data-order='{placed['id']}'] [data-do=accept]")
    # Logged out and in again elsewhere: the page still holds the secret of the old session.
    window = visitor.context.new_page()
    window.goto(house.base + "/provider/news")
    window.get_by_role("button", name="退出").click()
    window.get_by_label("用户名").fill("provider")
    window.get_by_label("密码").fill("provider-demo")
    window.keyboard.press("Enter")
    window.wait_for_url(f"{house.base}/provider")
    visitor.page.click(f"[data-order='{placed['id']}'] [data-do=accept]")
    visitor.page.wait_for_selector(f"[data-order='{placed['id']}'] [data-do=schedule]")
    visitor.faults.clear()  # The browser notes the refusal that was mended.

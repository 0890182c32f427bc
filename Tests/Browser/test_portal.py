"""The provider's telephone: offers ring, one button each, check-ins survive a dead zone."""

import re
import time

from conftest import Visitor


def phone(visit):
    return visit("provider", viewport={"width": 420, "height": 900}, permissions=["geolocation"],
                 geolocation={"latitude": 36.056, "longitude": 103.833})


def offer(house, minutes, item="01001", provider="P001"):
    """An order that a provider (P001 is the demo login's) is asked about, `minutes` from now, and its answer."""
    start = time.strftime("%Y-%m-%dT%H:%M:00+08:00", time.gmtime(time.time() + 8 * 3600 + minutes * 60))
    near = [elder for n in range(40) for elder in house.elders(f"LZ00000{n:02}") if elder["region"] == "620102001"]
    for elder in near:
        placed = house.api("POST", "/orders", {
            "elder_id": elder["id"], "item_code": item, "start": start, "preferred_provider": provider, "allow_twin": True})
        if placed["provider"] == provider:
            return placed
    raise AssertionError(f"{provider} was never asked")


def movers(visitor):
    """A login of the housekeeping firm P092, made by the security administrator."""
    page = visitor.go("/admin/users")
    page.get_by_label("用户名").fill("movers92")
    page.get_by_label("密码").fill("movers92-demo")
    page.get_by_label("角色").select_option("provider")
    page.get_by_label("服务商编号").fill("P092")
    page.get_by_role("button", name="新建或改密码").click()
    page.wait_for_selector("td:has-text('movers92')")
    return "movers92"


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


def test_a_new_offer_rings_and_counts_in_the_title(visit, house):
    page = phone(visit).page
    page.add_init_script("""
        window.tones = 0;
        const Real = window.AudioContext;
        window.AudioContext = class extends Real { createOscillator() { window.tones += 1; return super.createOscillator(); } };""")
    page.reload()
    page.wait_for_selector("#link:has-text('实时')")
    placed = offer(house, tomorrow_noon() + 40)
    page.wait_for_selector(f"[data-order='{placed['id']}']")
    page.wait_for_function("window.tones >= 2")
    assert re.match(r"\(\d+\) ", page.title())


def test_another_time_is_proposed_and_the_desk_agrees(visit, house):
    page = phone(visit).page
    placed = offer(house, tomorrow_noon() + 10)
    card = f"[data-order='{placed['id']}']"
    page.wait_for_selector(f"{card} [data-do=propose]")
    page.click(f"{card} [data-do=propose]")
    # The time of the order stands in the field; half an hour earlier would do.
    field = page.locator("#propose-form [name=start]")
    assert field.input_value() == placed["start"][:16]
    earlier = f"{placed['start'][:11]}11:40"
    field.fill(earlier)
    page.locator("#propose-form [name=note]").fill("那时有空位")
    page.get_by_role("button", name="提议", exact=True).click()
    page.wait_for_selector(f"{card} .warn:has-text('等待座席答复')")
    assert page.locator(f"{card} [data-do=propose]").count() == 0
    [proposal] = [p for p in house.api("GET", "/proposals?state=open")["proposals"] if p["order_id"] == placed["id"]]
    assert proposal["start"].startswith(earlier) and proposal["note"] == "那时有空位"
    house.api("POST", f"/proposals/{proposal['id']}/accept", {})
    page.wait_for_selector(f"{card}:has-text('11:40') [data-do=schedule]")


def test_two_people_are_named_for_a_visit_that_needs_two(visit, browser, house):
    login = movers(visit("security"))
    placed = offer(house, tomorrow_noon() + 120, item="06044", provider="P092")
    visitor = Visitor(browser, house, login, viewport={"width": 420, "height": 900})
    page, card = visitor.page, f"[data-order='{placed['id']}']"
    page.click(f"{card} [data-do=accept]")
    page.wait_for_selector(f"{card} [data-do=schedule]")
    first, second = page.locator(f"{card} [data-worker-choice]"), page.locator(f"{card} [data-second-choice]")
    names = first.locator("option").all_inner_texts()
    first.select_option(index=0)
    second.select_option(label=names[0])
    page.click(f"{card} [data-do=schedule]")
    # The same person twice is refused in words, and the choice is still there.
    page.wait_for_selector("#fault:has-text('同一')")
    second.select_option(label=names[1])
    page.click(f"{card} [data-do=schedule]")
    page.wait_for_selector(f"{card} [data-do='check-in']")
    assert f"{names[0]}、{names[1]}" in page.locator(card).inner_text()
    order = house.api("GET", f"/orders/{placed['id']}")
    assert order["worker"] and order["second_worker"] and order["worker"] != order["second_worker"]
    visitor.forgive("422")
    visitor.close()


def test_who_cannot_be_sent_stands_below_with_the_reason_and_cannot_be_chosen(visit, house):
    page = phone(visit).page
    first, second = (offer(house, tomorrow_noon() - 60, item="01011") for _ in range(2))
    for placed in (first, second):
        page.click(f"[data-order='{placed['id']}'] [data-do=accept]")
        page.wait_for_selector(f"[data-order='{placed['id']}'] [data-worker-choice]")
    card = f"[data-order='{second['id']}']"
    name = page.locator(f"[data-order='{first['id']}'] [data-worker-choice] option").first.inner_text()
    assert name in page.locator(f"{card} [data-worker-choice] option").all_inner_texts()
    page.click(f"[data-order='{first['id']}'] [data-do=schedule]")
    page.wait_for_selector(f"[data-order='{first['id']}'] [data-do='check-in']")
    page.click(f"{card} [data-unfit] summary")
    page.wait_for_selector(f"{card} [data-unfit] li:has-text('{name}：此时已安排'):has-text('{first['number']}')")
    assert name not in page.locator(f"{card} [data-worker-choice] option").all_inner_texts()
    page.click(f"{card} [data-do=schedule]")
    page.wait_for_selector(f"{card} [data-do='check-in']")


def test_an_accepted_order_goes_back_and_to_another_firm(visit, house):
    page = phone(visit).page
    placed = offer(house, tomorrow_noon() + 75)
    card = f"[data-order='{placed['id']}']"
    page.click(f"{card} [data-do=accept]")
    page.get_by_role("button", name="退回平台").and_(page.locator(f"{card} button")).click()
    page.get_by_role("button", name="没有人手").click()
    page.wait_for_selector(card, state="detached")
    assert house.api("GET", f"/orders/{placed['id']}")["provider"] != "P001"


def test_a_plan_that_lost_a_visit_says_so_until_the_day_is_planned_again(visit, house):
    page = phone(visit).page
    placed = [offer(house, tomorrow_noon() + 1440 - 60 * n, item="01011") for n in range(2)]
    day = placed[0]["start"][:10]
    for order in placed:
        page.click(f"[data-order='{order['id']}'] [data-do=accept]")
        page.wait_for_selector(f"[data-order='{order['id']}'] [data-worker-choice]")

    def plan():
        page.goto(f"{house.base}/provider/plan?day={day}")
        page.get_by_role("button", name="排计划").click()
        page.wait_for_selector("main dl")

    plan()
    assert page.locator("ol.route li", has_text=placed[0]["number"]).count() == 1
    page.goto(f"{house.base}/provider")
    line = page.locator(f"a[href='/provider/plan?day={day}']")
    page.wait_for_selector("#link:has-text('实时')")
    assert line.count() == 0
    # The desk cancels; the line comes by itself and leads to the day.
    house.api("POST", f"/orders/{placed[0]['id']}/cancel", {"reason_code": "elder_request"})
    line.wait_for()
    assert "请重排" in line.inner_text()
    line.click()
    page.wait_for_selector(".warn:has-text('退出 1')")
    plan()
    assert page.locator("ol.route li", has_text=placed[0]["number"]).count() == 0
    page.goto(f"{house.base}/provider")
    page.wait_for_selector("#link:has-text('实时')")
    assert line.count() == 0


def test_a_check_in_says_how_it_is_proven(visit, house):
    visitor = visit("provider", viewport={"width": 420, "height": 900})
    page, cards = visitor.page, [f"[data-order='{offer(house, tomorrow_noon() + 20 + n)['id']}']" for n in range(4)]
    for card in cards:
        for step in ["accept", "schedule"]:
            page.click(f"{card} [data-do={step}]")
        page.wait_for_selector(f"{card} [data-do='check-in']")
    visitor.context.set_offline(True)

    def sent(card, **fields):
        page.click(f"{card} [data-do='check-in']")
        page.wait_for_selector("#check-place:has-text('没有定位')")
        for name, value in fields.items():
            box = page.locator(f"#check-form [name={name}]")
            box.check() if value is True else box.select_option(value) if name == "reason" else box.fill(value)
        page.get_by_role("button", name="提交").click()
        if not fields:
            page.wait_for_selector("#check-place.fault")
            return page.locator("#check-form [data-close]").click()
        page.wait_for_selector("#check", state="hidden")
        return page.evaluate("JSON.parse(localStorage.getItem('portal.queue')).at(-1).body")

    # Without a place, a code, a call or a reason nothing is kept.
    assert sent(cards[0]) is None and page.evaluate("localStorage.getItem('portal.queue')") in (None, "[]")
    assert sent(cards[0], landline=True)["method"] == "landline"
    assert sent(cards[1], code="1234")["method"] == "code"
    assert sent(cards[2], code="LZ00000001")["method"] == "card"
    paper = sent(cards[3], reason="device_fault")
    assert (paper["method"], paper["reason_code"]) == ("paper", "device_fault")
    page.evaluate("localStorage.clear()")
    visitor.context.set_offline(False)
    visitor.faults.clear()


def test_fewer_orders_are_taken_for_a_while(visit, house):
    page = phone(visit).go("/provider/means")
    column = page.locator("table", has_text="接单数").locator("tbody td.n")
    registered = column.all_inner_texts()
    page.get_by_label("临时调整每个时段的接单上限").fill("3")
    page.get_by_role("button", name="保存上限").click()
    page.wait_for_load_state()
    assert set(column.all_inner_texts()) == {"3"}
    page.get_by_label("临时调整每个时段的接单上限").fill("")
    page.get_by_role("button", name="保存上限").click()
    page.wait_for_load_state()
    assert column.all_inner_texts() == registered


def test_the_portal_can_be_installed(visit, house):
    visitor = phone(visit)
    visitor.page.evaluate("navigator.serviceWorker.ready")
    visitor.page.reload()
    devtools = visitor.context.new_cdp_session(visitor.page)
    assert devtools.send("Page.getAppManifest")["errors"] == []
    errors = {error["errorId"] for error in devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]}
    # Every page of a test stands in a window that remembers nothing; that alone is in the way.
    assert errors <= {"in-incognito"}


def test_the_next_step_comes_into_sight_and_a_thumb_can_hit_it(visit, house):
    page = visit("provider", viewport={"width": 390, "height": 844}, has_touch=True).page
    for minutes in (240, 255, 270):
        placed = offer(house, tomorrow_noon() + minutes)
    card = f"[data-order='{placed['id']}']"
    page.tap(f"{card} [data-do=accept]")
    # What was accepted is found among what is accepted, with the button that comes next on the screen, and the page says so.
    page.wait_for_function("card => { const b = document.querySelector(`${card} [data-do=schedule]`)?.getBoundingClientRect(); return b && b.top > 0 && b.bottom < innerHeight }", arg=card)
    page.wait_for_selector("#fault .done:has-text('请选人')")
    small = page.evaluate("""() => [...document.querySelectorAll("main :is(button, a, select, summary), header :is(button, nav a)")]
        .map(e => [e.innerText || e.name, Math.round(e.getBoundingClientRect().height)]).filter(([, height]) => height > 0 && height < 44)""")
    assert small == []
    # One touch leads from anywhere to each kind of work.
    page.locator("nav.jump a", has_text="已接单").tap()
    assert page.locator("nav.jump").bounding_box()["y"] < 1
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_what_was_chosen_stays_chosen_when_another_offer_comes(visit, house):
    page = phone(visit).page
    mine = offer(house, tomorrow_noon() + 285, item="01011")
    card = f"[data-order='{mine['id']}']"
    page.click(f"{card} [data-do=accept]")
    page.wait_for_selector(f"{card} [data-worker-choice]")
    choice = page.locator(f"{card} [data-worker-choice]")
    last = choice.locator("option").last.get_attribute("value")
    assert choice.locator("option").count() > 1
    choice.select_option(last)
    page.wait_for_timeout(600)
    before = page.locator(card).bounding_box()["y"]
    other = offer(house, tomorrow_noon() + 180)
    page.wait_for_selector(f"[data-order='{other['id']}']")
    assert choice.input_value() == last
    # The new offer stands above; the card under the thumb has not moved.
    assert abs(page.locator(card).bounding_box()["y"] - before) < 2
    page.click(f"{card} [data-do=schedule]")
    page.wait_for_selector(f"{card} [data-do='check-in']")
    assert house.api("GET", f"/orders/{mine['id']}")["worker"] == last


def test_in_a_dead_zone_a_visit_is_checked_in_and_out_and_nothing_is_promised(visit, house):
    visitor = phone(visit)
    page = visitor.page
    page.on("dialog", lambda asked: asked.accept())
    mine, another = (offer(house, tomorrow_noon() + minutes) for minutes in (300, 315))
    card = f"[data-order='{mine['id']}']"
    for step in ["accept", "schedule"]:
        page.click(f"{card} [data-do={step}]")
    page.wait_for_selector(f"{card} [data-do='check-in']")
    page.evaluate("navigator.serviceWorker.ready")
    # The sheet is kept as it stands now.
    page.wait_for_function("""step => caches.open("portal").then(cache => cache.match("/provider")).then(kept => kept ? kept.text() : "")
        .then(html => new DOMParser().parseFromString(html, "text/html").querySelector(step) !== null)""", arg=f"{card} [data-do='check-in']")
    visitor.context.set_offline(True)
    page.wait_for_selector("#link:has-text('没有网络'):has-text('的情况')")
    for step, word in [("check-in", "签到"), ("check-out", "签退")]:
        page.click(f"{card} [data-do='{step}']")
        page.wait_for_selector("#check-place:has-text('已定位')")
        page.get_by_role("button", name="提交").click()
        page.wait_for_selector(f"{card} [data-waits='{step}']:has-text('{word}')")
        assert page.locator(f"{card} [data-do='{step}']").count() == 0
    assert page.locator("#waiting-list li").count() == 2
    # What needs an answer at once is not pretended to be done.
    page.click(f"[data-order='{another['id']}'] [data-do=accept]")
    page.wait_for_selector("#fault .fault:has-text('没有办成')")
    visitor.context.set_offline(False)
    # Tomorrow's visit is refused today: the entry stays to be read until it is deleted, what follows it waits, and the card is as the platform has it.
    page.wait_for_selector("#waiting-list:has-text('还没到签到时间')", timeout=25_000)
    page.wait_for_selector(f"{card} [data-do='check-in']")
    assert house.api("GET", f"/orders/{another['id']}")["state"] == "offered"
    page.wait_for_selector("#waiting-list li:has-text('等前一条办妥')")
    for _ in range(2):
        page.get_by_role("button", name="删除这一条").last.click()
    page.wait_for_selector("#waiting", state="hidden")
    visitor.faults.clear()


def test_a_sheet_kept_before_the_visit_still_says_what_waits(visit, house):
    """The kept sheet may be older than what was done in the dead zone: its card says so instead of offering what is done with."""
    visitor = phone(visit)
    page = visitor.page
    page.on("dialog", lambda asked: asked.accept())
    card = f"[data-order='{offer(house, tomorrow_noon() + 345)['id']}']"
    page.click(f"{card} [data-do=accept]")
    page.wait_for_selector(f"{card} [data-do=schedule]")
    old = page.evaluate("fetch('/provider').then(answer => answer.text())")
    page.click(f"{card} [data-do=schedule]")
    page.wait_for_selector(f"{card} [data-do='check-in']")
    page.evaluate("navigator.serviceWorker.ready")
    visitor.context.set_offline(True)

    def again():
        page.evaluate("""html => caches.open("portal").then(cache => cache.put("/provider",
            new Response(html, { headers: { "content-type": "text/html; charset=utf-8" } })))""", old)
        page.goto(f"{house.base}/provider")

    def check(step):
        page.click(f"{card} [data-do='{step}']")
        page.wait_for_selector("#check-place:has-text('已定位')")
        page.get_by_role("button", name="提交").click()
        page.wait_for_selector(f"{card} [data-waits='{step}']")

    check("check-in")
    again()
    # Of the sheet as it was before, only what comes next is left to do.
    page.wait_for_selector(f"{card} [data-waits='check-in']:has-text('签到')")
    assert page.locator(f"{card} .stack :is([data-do], select)").evaluate_all("all => all.map((one) => one.dataset.do)") == ["check-out"]
    check("check-out")
    again()
    page.wait_for_selector(f"{card} [data-waits='check-out']:has-text('签退')")
    assert page.locator(f"{card} [data-waits]").evaluate_all("all => all.map((one) => one.dataset.waits)") == ["check-in", "check-out"]
    assert page.locator(f"{card} .stack :is([data-do], select)").count() == 0
    page.evaluate("localStorage.clear()")
    visitor.context.set_offline(False)
    visitor.faults.clear()


def test_news_says_of_which_order_it_speaks(visit, house):
    placed = offer(house, tomorrow_noon() + 330)
    page = phone(visit).go("/provider/news")
    row = page.locator("article", has_text=placed["number"]).first
    assert "派单" in row.inner_text()
    row.get_by_role("link").click()
    page.wait_for_selector(f"h2:has-text('{placed['number']}')")

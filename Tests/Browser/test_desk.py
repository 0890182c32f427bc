"""The operator's desk by keyboard: every key that a person presses is counted."""

import re
import time


class Keys:
    """A keyboard that counts. A chord such as Control+Enter is one stroke, as it is for a hand."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
            self.count += 1
        return self

    def type(self, text):
        self.page.keyboard.type(text)
        self.count += len(text)
        return self


def settled(page):
    page.wait_for_selector("#link:has-text('实时')")


def test_a_ringing_call_pops_within_a_second_without_a_touch(visit, house):
    elder, line = house.one_on_a_line()
    page = visit("operator").page
    settled(page)
    start = time.monotonic()
    house.ring(line, "pop-1")
    page.wait_for_selector(f"[data-card-of='{elder['id']}']")
    assert time.monotonic() - start < 1.0
    assert page.evaluate("document.activeElement.name") == "itemtext"
    assert line in page.locator(".callhead").inner_text()


def test_a_new_order_takes_at_most_thirty_keystrokes_and_the_same_again_at_most_eight(visit, house):
    elder, line = house.one_on_a_line()
    page = visit("operator").page
    settled(page)
    house.ring(line, "order-1")
    page.wait_for_selector(f"[data-card-of='{elder['id']}']")
    keys = Keys(page)
    keys.type("lifa")
    page.wait_for_selector(".choices .row[data-digit='1']")
    keys.type("1").type("m10")
    page.wait_for_selector("[data-quote][data-possible]")
    assert "您" in page.locator("[data-quote] .say").inner_text()
    keys.press("Control+Enter")
    page.wait_for_selector("[data-placed]")
    assert keys.count <= 30
    first = house.api("GET", f"/orders/{page.locator('[data-placed]').get_attribute('data-placed')}")
    assert (first["elder_id"], first["start"][11:16]) == (elder["id"], "10:00")
    assert "订好了" in page.locator("[data-placed] .say").inner_text()
    # The next day the same elder calls again: 跟上次一样, only on another day.
    Keys(page).press("F8")
    house.ring(line, "order-2")
    page.wait_for_selector(f"[data-card-of='{elder['id']}'][data-again]")
    again = Keys(page).press("F4", "Home")
    page.keyboard.press("Delete")
    again.type("h").press("Control+Enter")
    page.wait_for_selector("[data-placed]")
    assert again.count + 1 <= 8
    second = house.api("GET", f"/orders/{page.locator('[data-placed]').get_attribute('data-placed')}")
    assert (second["item_code"], second["provider"]) == (first["item_code"], first["provider"])
    assert second["start"][:10] > first["start"][:10]


def test_what_was_typed_survives_a_reload_and_pressing_twice_orders_once(visit, house):
    elder, line = house.one_on_a_line()
    page = visit("operator").page
    settled(page)
    house.ring(line, "draft-1")
    page.wait_for_selector(f"[data-card-of='{elder['id']}']")
    page.keyboard.type("cxy")
    page.wait_for_selector(".choices .row")
    page.keyboard.type("1")
    page.keyboard.type("z6 15:30")
    page.locator("[name=note]").fill("门铃坏了，请敲门 𠮷")
    page.wait_for_selector("[data-quote]")
    # Ten more calls ring meanwhile: what was typed first is not what is given up.
    for later in range(10):
        house.ring(f"1390000{later:04d}", f"draft-later-{later}")
    page.wait_for_function("document.querySelectorAll('[role=tab]').length > 10")
    page.reload()
    page.wait_for_selector(f"[data-card-of='{elder['id']}']")
    page.wait_for_selector("[data-quote]")
    assert page.locator("[name=when]").input_value() == "z6 15:30"
    assert page.locator("[name=note]").input_value() == "门铃坏了，请敲门 𠮷"
    before = len(house.api("GET", f"/orders?elder={elder['id']}")["orders"])
    page.locator("[name=when]").focus()
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("[data-placed]")
    orders = house.api("GET", f"/orders?elder={elder['id']}")["orders"]
    assert len(orders) == before + 1
    assert orders[0]["note"] == "门铃坏了，请敲门 𠮷"


def test_an_unknown_caller_is_registered_in_the_call(visit, house):
    page = visit("operator").page
    settled(page)
    house.ring("0931 7654 321", "unknown-1")
    page.wait_for_selector("[data-register]")
    page.keyboard.type("㛃小妹")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("1941-3-9")
    # No street is guessed: whom the order goes to hangs on it.
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "region"
    page.keyboard.type("jql")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-order-form]")
    assert "㛃小妹" in page.locator("[data-card-of] h2").inner_text()
    made = house.elders("09317654321")[0]
    assert (made["birthday"], made["region"]) == ("1941-03-09", "620102001")


def test_anything_is_found_from_one_box(visit, house):
    elder = house.api("GET", f"/elders/{house.elders()[0]['id']}")
    page = visit("operator").page
    settled(page)
    for query in [elder["number"], elder["name"], elder["phones"][0]["number"][-4:]]:
        page.keyboard.press("Control+k")
        page.locator("#q").fill(query)
        page.wait_for_selector(f"#found .row[data-open='elder:{elder['id']}']")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.locator("#q").fill("")
    page.keyboard.type("lifa")
    page.wait_for_selector("#found .row:has-text('项目')")


def test_markup_in_a_name_stays_text(visit, house):
    hostile = "<img src=x onerror=alert(1)>"
    made = house.api("POST", "/elders", {
        "name": hostile, "sex": "female", "birthday": "1940-01-01", "region": "620102001", "phones": [{"number": "0931 7000 111"}]})
    page = visit("operator").page
    settled(page)
    house.ring("09317000111", "markup-1")
    page.wait_for_selector(f"[data-card-of='{made['id']}']")
    assert hostile in page.locator("[data-card-of] h2").inner_text()
    assert page.locator("[data-card-of] img").count() == 0


def test_two_operators_see_the_same_call_and_the_desk_of_each_stays_its_own(visit, house):
    elder, line = house.one_on_a_line()
    one, two = visit("operator").page, visit("admin").page
    settled(one)
    settled(two)
    house.ring(line, "both-1")
    for page in (one, two):
        page.wait_for_selector(f"[data-card-of='{elder['id']}']")
    one.keyboard.type("lifa")
    assert two.locator("[name=itemtext]").input_value() == ""
    # Whoever is typing is not torn away by the next call; it waits in the list.
    one.wait_for_selector(".choices .row")
    house.ring("13900001234", "both-2")
    one.wait_for_selector("#lines .ringing")
    assert one.locator("[name=itemtext]").first.input_value() == "lifa"


def test_a_call_that_ends_at_another_desk_leaves_this_one_unless_it_was_looked_at(visit, house):
    elder, line = house.one_on_a_line()
    page = visit("operator").page
    settled(page)
    house.ring(line, "mine")
    page.wait_for_selector(f"[data-card-of='{elder['id']}']")
    page.keyboard.type("lifa")
    page.wait_for_selector(".choices .row")
    for call in ("theirs", "seen"):
        house.ring("13900007777", call)
        page.wait_for_selector(f"#tab-sheet-call_{call}.ringing")
    page.keyboard.press("Alt+3")
    page.wait_for_selector("[data-register]:visible")
    page.keyboard.press("Alt+1")
    for call in ("theirs", "seen", "mine"):
        house.api("POST", "/calls", {"event": "hangup", "call_id": call, "from": line, "to": "96345"})
    page.wait_for_selector("#tab-sheet-call_theirs", state="detached")
    assert page.locator("#tab-sheet-call_seen").count() == page.locator("#tab-sheet-call_mine").count() == 1
    assert page.locator("[name=itemtext]:visible").input_value() == "lifa"


def test_a_call_on_another_page_is_said_there_and_one_key_leads_to_it(visit, house):
    elder, line = house.one_on_a_line()
    one, two = visit("operator"), visit("admin")
    page = one.go("/console/knowledge")
    page.wait_for_selector("#calls[data-state=up]", state="attached")
    # Another window of the same browser hears it from the first, without a line of its own.
    beside = one.context.new_page()
    beside.goto(f"{house.base}/console/duties")
    beside.wait_for_selector("#calls:not([data-state])", state="attached")
    house.ring("13900003333", "given-up")
    for window in (page, beside):
        window.wait_for_selector("#calls .alarm:has-text('来电')")
    house.api("POST", "/calls", {"event": "hangup", "call_id": "given-up", "from": "13900003333", "to": "96345"})
    page.wait_for_selector("#calls .alarm", state="detached")
    house.ring(line, "elsewhere")
    page.wait_for_selector("#calls .alarm")
    page.keyboard.press("Alt+1")
    page.wait_for_selector(f"[data-card-of='{elder['id']}']")
    assert page.url == f"{house.base}/console"
    # An emergency is heard wherever one is, too; of a stranger it opens the call.
    beside.wait_for_selector("#calls[data-state=up]", state="attached")
    settled(two.go("/console"))
    house.ring("13900009999", "stranger")
    two.page.wait_for_selector(".sheet:not([hidden]) .callhead:has-text('13900009999')")
    two.page.keyboard.press("F2")
    beside.locator("#calls .alarm:has(span:visible:text('紧急'))").get_by_role("link").click()
    beside.wait_for_selector("[data-register]:visible")
    assert "13900009999" in beside.locator("[role=tabpanel]:visible").inner_text()


def test_half_a_registration_survives_a_reload_and_the_next_call(visit, house):
    page = visit("operator").page
    settled(page)
    house.ring("0931 7654 888", "half-1")
    page.wait_for_selector("[data-register]")
    page.keyboard.type("半张表")
    # The street is chosen by its initials, as everything is.
    page.get_by_label("街道").focus()
    page.keyboard.type("jql")
    assert "酒泉路" in page.get_by_label("街道").evaluate("list => list.selectedOptions[0].textContent")
    house.ring("13900008888", "half-2")
    page.wait_for_selector("#lines .ringing")
    assert page.get_by_label("姓名").first.is_visible()
    page.reload()
    page.wait_for_selector("[data-register]:visible")
    assert page.locator("[data-register]:visible [name=name]").input_value() == "半张表"
    assert "酒泉路" in page.locator("[data-register]:visible [name=region]").evaluate("list => list.selectedOptions[0].textContent")


def test_the_search_gives_the_keyboard_back_and_a_reload_the_questions(visit, house):
    elder, line = house.one_on_a_line()
    page = visit("operator").page
    settled(page)
    house.ring(line, "back-1")
    page.wait_for_selector(f"[data-card-of='{elder['id']}']")
    page.keyboard.type("lifa")
    page.wait_for_selector(".choices .row")
    page.keyboard.type("1")
    asked = page.locator(".questions li").all_inner_texts()
    assert asked
    page.keyboard.press("Control+k")
    page.keyboard.type("wjg")
    page.keyboard.press("Escape")
    page.keyboard.type("m11")
    assert page.locator("[name=when]").input_value() == "m11"
    page.wait_for_selector("[data-quote]")
    # In a word why each could come; the points are for whoever asks.
    assert not page.locator("[data-quote] details").evaluate("more => more.open")
    assert not re.search(r"距离 \d", page.locator(".candidates").inner_text())
    page.reload()
    page.wait_for_selector("[data-quote]")
    page.wait_for_selector(".questions li")
    assert page.locator(".questions li").all_inner_texts() == asked


def test_an_emergency_reaches_every_desk_and_nobody_waits_for_an_answer(visit, house):
    elder, line = house.one_on_a_line()
    one, two = visit("operator").page, visit("admin").page
    settled(one)
    settled(two)
    house.ring(line, "help-1")
    one.wait_for_selector(f"[data-card-of='{elder['id']}']")
    one.keyboard.press("F2")
    two.wait_for_selector("#alarms .alarm")
    # Whoever raised it reads that the others have heard, and has no alarm of their own to put away.
    one.wait_for_selector("#emergency-told span:visible")
    assert one.locator("#alarms .alarm").count() == 0
    # Whoever speaks to 120 has name, address and line before them; each step leaves its time, and the times go with the order.
    who = one.locator("#emergency-who").inner_text()
    assert line in who and one.locator(f"[data-card-of='{elder['id']}'] dd").first.inner_text() in who
    one.wait_for_selector("#emergency-clock:not(:text-is('0:00'))")
    one.keyboard.press("1")
    one.keyboard.press("3")
    assert one.locator("#emergency [aria-pressed=true]").count() == 2
    one.keyboard.press("3")
    assert one.locator("#emergency [aria-pressed=true]").count() == 1
    sendings = []

    def slow(route):
        sendings.append(route.request.method)
        time.sleep(0.3)
        route.continue_()

    one.route("**/api/v1/orders", slow)
    one.keyboard.press("Enter")
    one.keyboard.press("Enter")
    one.wait_for_selector("#emergency [data-placed]")
    assert sendings == ["POST"]
    orders = house.api("GET", f"/orders?elder={elder['id']}")["orders"]
    sent = [order for order in orders if order["urgency"] == "emergency"]
    assert len(sent) == 1 and re.fullmatch(r"问清 0:\d\d，派人 0:\d\d", sent[0]["note"])
    two.locator("#alarms [data-open]").first.click()
    two.wait_for_selector(f".sheet:not([hidden]) [data-card-of='{elder['id']}']")
    two.locator("#alarms [data-seen]").first.click()
    assert two.locator("#alarms .alarm").count() == 0


def test_an_emergency_of_a_stranger_says_what_to_do_first(visit, house):
    page = visit("operator").page
    settled(page)
    house.ring("13900009876", "help-2")
    page.wait_for_selector("[data-register]")
    assert "13900009876" in page.locator("#lines [aria-selected=true]").inner_text()
    page.keyboard.press("F2")
    assert "13900009876" in page.locator("#emergency-who").inner_text() and "120" in page.locator("#emergency-who").inner_text()
    assert page.locator("#emergency-send").is_disabled()
    page.wait_for_selector("#emergency-told:has-text('已收到') span:visible")
    page.keyboard.press("Escape")
    # Found by the box, the elder belongs to this call; then somebody is sent.
    page.keyboard.press("Control+k")
    page.keyboard.type("LZ00000007")
    page.wait_for_selector("#found .row")
    page.keyboard.press("Enter")
    page.wait_for_selector(".sheet:not([hidden]) [data-card-of]")
    page.keyboard.press("F2")
    assert page.locator("#emergency-send").is_enabled()


def test_a_time_that_says_nothing_is_told_in_words(visit, house):
    elder, line = house.one_on_a_line()
    page = visit("operator").page
    settled(page)
    house.ring(line, "words-1")
    page.wait_for_selector(f"[data-card-of='{elder['id']}']")
    page.keyboard.type("lifa")
    page.wait_for_selector(".choices .row")
    page.keyboard.type("1")
    page.keyboard.type("昨儿个")
    page.wait_for_selector(".quote .fault:has-text('看不懂时间')")


def test_several_calls_stand_side_by_side_and_drafts_survive_a_crash(visit, house):
    elder, line = house.one_on_a_line()
    visitor = visit("operator")
    page = visitor.page
    settled(page)
    house.ring(line, "crash-1")
    page.wait_for_selector(f"[data-card-of='{elder['id']}']")
    page.keyboard.type("lifa")
    page.wait_for_selector(".choices .row")
    page.keyboard.type("1")
    page.keyboard.type("m10")
    house.ring("13900004321", "crash-2")
    page.wait_for_selector("#lines .ringing")
    page.keyboard.press("Alt+2")
    page.wait_for_selector("[data-register]:visible")
    page.keyboard.press("Alt+1")
    assert page.locator("[name=when]:visible").input_value() == "m10"
    # The window is gone without a word; another one has everything again.
    page.close(run_before_unload=False)
    visitor.page = visitor.context.new_page()
    again = visitor.go("/console")
    again.wait_for_selector("#lines [role=tab] >> nth=2")
    again.keyboard.press("Alt+1")
    again.wait_for_selector("[name=when]:visible")
    again.wait_for_selector(".sheet:not([hidden]) [data-quote]")
    assert again.locator("[name=when]:visible").input_value() == "m10"


def test_a_server_that_comes_back_brings_the_calls_of_the_meantime(enter, make_house):
    house = make_house("restart", "--elders", "60")
    elder, line = house.one_on_a_line()
    visitor = enter(house, "operator")
    page = visitor.page
    settled(page)
    house.ring(line, "before")
    page.wait_for_selector(f"[data-card-of='{elder['id']}']")
    page.keyboard.type("lifa")
    page.wait_for_selector(".choices .row")
    page.keyboard.type("1")
    page.keyboard.type("m9")
    house.stop()
    page.wait_for_selector("#link.fault")
    page.locator("[name=note]").fill("断线时写的")
    house.start()
    # Rung before the browser has found its way back.
    house.ring("13900005555", "meantime")
    page.wait_for_selector("#lines .ringing:has-text('13900005555')", timeout=20_000)
    settled(page)
    assert page.locator("[name=note]").first.input_value() == "断线时写的"
    page.locator("[name=when]").first.focus()
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("[data-placed]")
    visitor.forgive("net::ERR", "Failed to load")


def test_whoever_walks_the_board_by_keyboard_stays_where_they_are(visit, house):
    """Every change of an order draws the board anew."""
    def order(days):
        start = time.strftime(f"%Y-%m-%dT1{days}:00:00+08:00", time.gmtime(time.time() + 8 * 3600 + days * 86_400))
        elder = house.elders("LZ000000")[days]
        return house.api("POST", "/orders", {"elder_id": elder["id"], "item_code": "06001", "start": start, "allow_twin": True})

    order(3)
    page = visit("operator").go("/console")
    page.wait_for_selector("#link:has-text('实时')")
    link = page.locator("#board a[href*='/console/orders/']").last
    link.focus()
    href = link.get_attribute("href")
    page.evaluate("() => { document.querySelector('#board').firstElementChild.dataset.old = 'yes'; }")
    order(4)
    page.wait_for_function("() => !document.querySelector('#board [data-old]')")
    page.wait_for_function("href => document.activeElement.getAttribute('href') === href", arg=href)


def test_of_two_operators_at_one_order_the_second_sees_what_the_first_has_done(visit, house):
    elder = house.elders()[5]
    made = house.api("POST", "/orders", {"elder_id": elder["id"], "item_code": "06001", "start": soon()})
    one, two = visit("operator"), visit("admin")
    for visitor in (one, two):
        visitor.go(f"/console/orders/{made['id']}").get_by_label("原因").fill(f"{visitor.login} 的原因")
    one.page.get_by_role("button", name="取消工单").click()
    one.page.wait_for_selector("dd:has-text('已取消')")
    two.page.get_by_role("button", name="改派下一家").click()
    alert = two.page.locator("[role=alert]")
    alert.wait_for()
    assert "取消" in alert.inner_text() and "operator" in alert.inner_text()
    assert two.page.get_by_label("原因").input_value() == "admin 的原因"
    two.forgive("409")


def soon():
    """The day after tomorrow at ten."""
    return time.strftime("%Y-%m-%dT10:00:00+08:00", time.gmtime(time.time() + 8 * 3600 + 2 * 86400))

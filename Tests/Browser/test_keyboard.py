"""Whole pieces of an operator's work without a mouse: every test presses keys and nothing else, and counts the way to the first field."""

import re
from datetime import date, timedelta

import pytest

DESK = {"viewport": {"width": 1280, "height": 720}}


class Hands:
    """A keyboard at a page."""

    def __init__(self, page):
        self.page = page

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def type(self, text):
        self.page.keyboard.type(text)
        return self

    def at(self):
        """What the focus is on: its label, its name and its words."""
        return self.page.evaluate("""(() => {
            const e = document.activeElement;
            return [e.getAttribute('aria-label'), e.name, e.value && e.tagName === 'BUTTON' ? e.value : '',
                    [...(e.labels || [])].map((label) => label.innerText).join(' '), e.matches('a, button, [role=status]') ? e.innerText : ''].join(' | ');
        })()""")

    def tab_to(self, words, most=60, key="Tab"):
        """Tabs until the focus is on something with these words; how many it took."""
        if re.search(words, self.at()):
            return 0
        for count in range(1, most + 1):
            self.page.keyboard.press(key)
            if re.search(words, self.at()):
                return count
        raise AssertionError(f"{words} was not reached in {most} Tabs, but {self.at()}")

    def first(self):
        """By the second of the links that are hidden until the focus is on them: past everything that surrounds the work."""
        self.press("Tab", "Tab")
        assert "要办的第一项" in self.at()
        self.press("Enter")
        return self


@pytest.fixture
def hands(enter, past):
    def come(path, login="operator"):
        page = enter(past, login, **DESK).go(path)
        return Hands(page)
    return come


def arrive(page, address):
    page.wait_for_url(address)
    page.wait_for_load_state()


def test_a_call_back_is_asked_compared_and_decided(hands):
    at = hands("/console")
    page = at.page
    at.tab_to("^ .*回访", most=12)
    at.press("Enter")
    arrive(page, "**/console/callbacks")
    # The list begins at the second Tab's link; the first order is the next stop.
    at.first().press("Tab")
    number = page.evaluate("document.activeElement.innerText")
    assert re.fullmatch(r"\d{6}-\d{5}", number)
    at.press("Enter")
    arrive(page, "**/console/callbacks/*")
    # No Tab at all: the page has one purpose, and its first question has the focus.
    assert "来过" in at.at()
    at.press("Space", "Tab").type("09:30")
    at.press("Tab").type("600")
    at.press("Tab").type("擦了窗户")
    at.press("Tab").type("0")
    at.press("Tab").type("5")
    at.press("Tab").press("Tab").press("Enter")
    page.wait_for_selector("table")
    assert "600 分钟" in page.locator("tr", has_text="待了多久").inner_text()
    assert "擦了窗户" in page.locator("main").inner_text()
    # The result: the note is filled in and has the focus.
    assert "核查情况" in at.at()
    at.press("Tab")
    assert "抽查合格" in at.at()
    at.press("Enter")
    arrive(page, "**/console/callbacks")
    assert number not in page.locator("main").inner_text()


def test_a_standing_order_is_taken_excepted_paused_and_ended(hands, past):
    elder = past.elders()[8]
    at = hands("/console")
    page = at.page
    page.wait_for_selector("#link:has-text('实时')")
    at.press("/").type(elder["number"])
    page.wait_for_selector(f"#found .row[data-open='elder:{elder['id']}']")
    at.press("Enter")
    page.wait_for_selector(f"[data-card-of='{elder['id']}']")
    page.wait_for_selector("[name=itemtext]:focus")
    at.tab_to("长期服务", most=12, key="Shift+Tab")
    at.press("Enter")
    arrive(page, "**/standing")
    at.first()
    assert "item" in at.at()
    at.type("lifa")
    at.tab_to("周二", most=4)
    at.press("Space")
    at.tab_to("几点", most=6)
    at.press("Control+a").type("10:00")
    # A date has a stop for each of its parts.
    at.tab_to("先看接下来的日子", most=20)
    at.press("Enter")
    page.wait_for_selector("#new .say")
    # What is read to the elder has the focus; the consent is the next stop.
    assert "对吗" in at.at()
    at.press("Tab")
    assert "老人同意" in at.at()
    at.press("Enter")
    arrive(page, "**/console/standing/*")
    at.tab_to("这天不来", most=30)
    day = re.search(r"\d{4}-\d\d-\d\d", at.at()).group()
    at.press("Enter")
    page.wait_for_selector(f"ul.counts li:has-text('{day}')")
    at.tab_to("原因", most=20)
    at.type("家属照料")
    at.tab_to("^ .*暂停", most=3)
    at.press("Enter")
    page.wait_for_selector("strong:has-text('暂停')")
    at.tab_to("原因", most=20)
    at.type("不再需要")
    at.tab_to("终止", most=4)
    at.press("Enter")
    page.wait_for_selector("strong:has-text('终止')")


def test_the_hand_over_sheet_and_a_slip_of_the_power_cut(hands, past):
    elder = past.elders()[7]
    at = hands("/console")
    page = at.page
    at.tab_to("^ .*待办", most=8)
    at.press("Enter")
    arrive(page, "**/console/duties")
    at.tab_to("交班表", most=20)
    at.press("Enter")
    arrive(page, "**/console/handover")
    assert "接班" in page.locator("main").inner_text()
    at.tab_to("^ .*待办", most=8)
    at.press("Enter")
    arrive(page, "**/console/duties")
    at.tab_to("应急纸单", most=22)
    at.press("Enter")
    arrive(page, "**/console/downtime")
    at.tab_to("count", most=20)
    at.press("Control+a").type("1").press("Enter")
    page.wait_for_selector(".slip")
    number = page.locator(".slip h2 .big").inner_text()
    at.tab_to("应急纸单", most=16)
    at.press("Enter")
    arrive(page, "**/console/downtime")
    at.tab_to(re.escape(number), most=30)
    at.press("Enter")
    arrive(page, f"**/console/downtime/{number}")
    assert "card" in at.at()
    at.type(elder["number"])
    at.press("Tab").type("lifa")
    at.tab_to("几点", most=6)
    at.type("10:30")
    at.tab_to("takenAt", most=8)
    at.type("00:01").press("Enter")
    arrive(page, "**/console/orders/*")
    assert number in page.locator("dl").inner_text()


def test_whoever_takes_a_complaint_on_the_second_page_is_back_there(enter, make_house):
    house = make_house("complaints", "--elders", "300")
    elder = house.elders()[0]["id"]
    start = f"{date.today() + timedelta(days=3)}T10:00:00+08:00"
    order = house.api("POST", "/orders", {"elder_id": elder, "item_code": "06001", "start": start, "allow_twin": True})["id"]
    for number in range(103):
        house.api("POST", f"/orders/{order}/complaints", {"text": f"来晚了，第 {number} 次"})
    page = enter(house, "quality", **DESK).go("/console/complaints")
    page.locator("a[rel=next]").click()
    page.wait_for_url("**after=*")
    address = page.url
    row = page.locator("tbody tr", has_text="第 101 次")
    name = row.get_attribute("id")
    row.get_by_role("button", name="我来受理").click()
    page.wait_for_selector(f"#{name} .soft:has-text('受理')")
    assert page.url == f"{address}#{name}"
    row.get_by_label("答复或处理结果").fill("已向老人道歉")
    row.get_by_role("button", name="记录答复").click()
    page.wait_for_selector(f"#{name} .soft:has-text('已向老人道歉')")
    assert page.url == f"{address}#{name}"


@pytest.mark.parametrize("path,words,most", [
    ("/console/orders", r"\d{6}-\d{5}", 3), ("/console/callbacks", r"\d{6}-\d{5}", 3),
])
def test_the_first_row_is_three_tabs_away(hands, path, words, most):
    at = hands(path)
    at.first()
    assert 2 + at.tab_to(words, most=2) <= most


def test_the_first_field_of_an_order_and_of_a_complaint_is_three_tabs_away(hands, past):
    at = hands("/console/callbacks", "quality")
    page = at.page
    page.goto(f"{past.base}{page.locator('tbody a').nth(30).get_attribute('href').replace('callbacks', 'orders')}")
    at.first()
    assert "reason" in at.at()
    # Enter chooses nothing: of several things that can be done none is done by itself.
    at.type("来晚了半小时，老人等急了").press("Enter")
    page.wait_for_timeout(300)
    assert "reason" in at.at() and page.locator("h2", has_text="投诉").count() == 0
    at.tab_to("登记投诉", most=8)
    at.press("Enter")
    page.wait_for_selector("li:has-text('来晚了半小时')")
    page.goto(f"{past.base}/console/complaints")
    at.first().press("Tab")
    assert "我来受理" in at.at()
    at.press("Enter")
    # Back at the same complaint: its answer is the next stop.
    page.wait_for_selector(".soft:has-text('受理')")
    assert "#complaint-" in page.url
    at.press("Tab", "Tab")
    assert "text" in at.at()

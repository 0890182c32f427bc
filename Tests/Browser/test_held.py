"""Held lines: the evidence beside each, one key a decision, and nothing sent that could not be taken back."""

import pytest

MONTH = "/finance/2026-01"


@pytest.fixture
def held(enter, make_house):
    """A month with lines that wait, and a finance officer who has the right to review it."""
    house = make_house("held", "--elders", "400", "--days", "33", close="2026-01")
    house.api("POST", "/settlement-rights", {"name": "finance", "right": "review"}, token=house.token("admin"))
    return enter(house, "finance")


def focused(page):
    return page.evaluate("document.activeElement?.closest('.held')?.dataset.subject")


def card(page, subject):
    return page.locator(f".held[data-subject='{subject}']")


def test_lines_are_decided_by_one_key_each_and_a_slip_is_taken_back(held):
    visitor, page = held, held.go(f"{MONTH}/held")
    cards = page.locator(".held")
    count = int(page.locator("#left").inner_text())
    assert count >= 4 and cards.count() == min(count, 30)
    subjects = cards.evaluate_all("cards => cards.map((card) => card.dataset.subject)")
    # What the rules say and what is on record stand beside each.
    assert all(text.strip() for text in page.locator(".held ul").all_inner_texts())
    assert "核验等级" in page.locator(".held dl").first.inner_text()
    # By keyboard alone: down, down, up; refused, taken back.
    assert focused(page) == subjects[0]
    for key, expected in [("j", 1), ("j", 2), ("k", 1), ("k", 0), ("k", 0)]:
        page.keyboard.press(key)
        assert focused(page) == subjects[expected]
    page.keyboard.press("n")
    assert "U" in card(page, subjects[0]).locator(".said").inner_text() and focused(page) == subjects[1]
    page.keyboard.press("u")
    assert focused(page) == subjects[0] and "撤回" in card(page, subjects[0]).locator(".said").inner_text()
    visitor.page.wait_for_timeout(200)
    assert len(decisions(visitor)) == count
    # Along with the rule: one key, and the rule is the reason. Against it: a reason is asked for, a digit gives a usual one.
    page.keyboard.press("n")
    page.keyboard.press("y")
    assert page.evaluate("document.activeElement.name") == "reason"
    page.keyboard.press("1")
    page.wait_for_selector(f".held[data-subject='{subjects[0]}'] .said:text-is('已拒付')")
    assert focused(page) == subjects[2]
    page.wait_for_selector(f".held[data-subject='{subjects[1]}'] .said:text-is('已放行')")
    assert page.locator("#left").inner_text() == str(count - 2)
    left = decisions(visitor)
    assert subjects[0] not in left and subjects[1] not in left and len(left) == count - 2
    page = visitor.go(f"/finance/audit?q={subjects[1]}")
    assert "已电话核实" in page.locator("main").inner_text()
    page = visitor.go(f"/finance/audit?q={subjects[0]}")
    assert "拒付 finance" in page.locator("main").inner_text()


def decisions(visitor):
    """The lines that still wait, as another page of the same person sees them."""
    other = visitor.context.new_page()
    other.goto(f"{visitor.house.base}{MONTH}/held")
    found = other.locator(".held").evaluate_all("cards => cards.map((card) => card.dataset.subject)")
    other.close()
    return found


def test_a_decision_of_somebody_else_is_told_and_the_form_works_without_a_script(enter, make_house, browser):
    house = make_house("held-2", "--elders", "400", "--days", "33", close="2026-01")
    # Without the right to review there is only something to see, and the page says why.
    page = enter(house, "finance").go(f"{MONTH}/held")
    assert "平台复核" in page.locator("p.warn").first.inner_text() and page.locator(".held form").count() == 0
    visitor = enter(house, "admin", java_script_enabled=False)
    page = visitor.go(f"{MONTH}/held")
    subject = page.locator(".held").first.get_attribute("data-subject")
    other = enter(house, "admin")
    other.go(f"{MONTH}/held")
    page.get_by_role("button", name="拒付").first.click()
    page.wait_for_url(f"**{MONTH}/held")
    assert card(page, subject).count() == 0
    # The other one still has it on the page.
    other.page.keyboard.press("n")
    other.page.wait_for_selector(f".held[data-subject='{subject}'] .said.fault", timeout=12_000)
    assert "拒付" in card(other.page, subject).locator(".said").inner_text()
    other.forgive("409")

"""axe where there is something to see only after a step: a file revealed, a second factor begun, a statement objected to, a check-in under way."""

import time
import urllib.error

import pytest
from axe_playwright_python.sync_playwright import Axe

from conftest import DATA
from test_pages import RULES
from test_portal import movers, offer, tomorrow_noon

VIEWS = {
    "plain": {"viewport": {"width": 1400, "height": 900}}, "zoom200": {"viewport": {"width": 700, "height": 450}}, "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 420, "height": 900}},
}


def revealed(visitor, past):
    page = visitor.go(f"/admin/elders/{past.elders()[0]['id']}")
    page.get_by_label("查看原因").fill("核对取暖补贴地址")
    page.get_by_role("button", name="显示全部").click()
    page.wait_for_selector("h2")


def enrolment(visitor, past):
    visitor.go("/account").get_by_role("button", name="启用").click()
    visitor.page.wait_for_selector(".qr svg")


def wrong_code(visitor, past):
    enrolment(visitor, past)
    visitor.page.get_by_label("六位数字").fill("000000")
    visitor.page.get_by_role("button", name="确认").click()
    visitor.page.wait_for_selector(".fault")
    visitor.forgive("422")


def refused_login(visitor, past):
    visitor.context.clear_cookies()
    page = visitor.go("/login?next=/console")
    page.get_by_label("用户名").fill("nobody")
    page.get_by_label("密码").fill("wrong")
    page.get_by_role("button", name="登录").click()
    page.wait_for_selector(".fault")
    visitor.forgive("401")


def stale_form(visitor, past):
    page = visitor.go("/provider/means")
    page.get_by_label("临时调整").fill("7")
    page.locator("[action='/provider/means/capacity'] [name=csrf]").evaluate("field => { field.value = 'old' }")
    page.get_by_role("button", name="保存上限").click()
    page.wait_for_selector("text=还没有保存")
    visitor.forgive("403")


def no_place_for_this_role(visitor, past):
    visitor.go("/finance/budgets").wait_for_selector(".fault")
    visitor.forgive("403")


def statement(visitor, past):
    page = visitor.go("/provider/statements/2026-01?show=all")
    page.locator("summary").first.click()


def statement_on_paper(visitor, past):
    visitor.go("/provider/statements/2026-01/print").wait_for_selector("table")
    # A document of its own: the browser asks for an icon by itself.
    visitor.forgive("404")


def statement_changed(visitor, past):
    page = visitor.go("/provider/statements/2026-01")
    page.locator("[name=sha256]").evaluate("field => { field.value = '0' }")
    page.locator("summary", has_text="核对无误").click()
    page.get_by_role("button", name="确认实付").click()
    page.wait_for_selector(".fault")
    visitor.forgive("409")


def why(visitor, past):
    placed = offer(past, tomorrow_noon())
    visitor.go(f"/provider/why?order={placed['number']}").wait_for_selector("dl")


def allowances(past):
    """The allowances of January on every road: paid, one asked to be taken back, one taken back and drawn up anew, waiting."""
    finance, admin = past.token("finance"), past.token("admin", "--name", "second")
    line = lambda: past.api("GET", "/payouts/2026-01/AGE", token=finance)
    if line()["payments"]:
        return
    past.api("POST", "/payouts/2026-01/AGE/draw-up", {}, token=finance)
    past.api("POST", "/payouts/2026-01/AGE/approve", {"list_sha256": line()["list_sha256"], "opinion": "核对无误"}, token=admin)
    for payment, word in zip(line()["payments"], ["approve", None]):
        asked = past.api("POST", "/payout-reversals", {"payment": payment["id"], "reason": "人已去世"}, token=finance)
        if word:
            past.api("POST", f"/payout-reversals/{asked['id']}/{word}", {}, token=admin)
    past.api("POST", "/payouts/2026-01/AGE/draw-up", {}, token=finance)


def special_funds(past):
    """A loan with an advance that is owed, and one asked for by the finance login that waits for somebody else."""
    finance, second = past.token("finance", "--name", "asker"), past.token("finance", "--name", "decider")
    if past.api("GET", "/funds", token=finance)["funds"]:
        return
    elder = past.elders()[0]["id"]
    fund = past.api("POST", "/funds", {"kind": "medical_advance", "holder": "市委老干部局", "granted_fen": 200_000_00}, token=finance)["id"]
    for amount in (5_000_00, 800_00):
        asked = past.api("POST", f"/funds/{fund}/payments", {"amount_fen": amount, "person": elder, "reason": "住院押金"}, token=finance)
        if amount == 5_000_00:
            past.api("POST", f"/fund-payments/{asked['id']}/approve", {"opinion": "同意"}, token=second)


def held_swipe(past):
    """One elder's lunch at two canteens, both from tills that were offline: the later one waits."""
    if past.api("GET", "/meals/held", token=past.token("finance"))["held"]:
        return
    elder = past.elders()[0]["id"]
    at = time.strftime("%Y-%m-%dT11:%M:00+08:00", time.gmtime(time.time() - 16 * 3600))
    past.api("POST", "/meals/upload", {"swipes": [
        {"elder_id": elder, "canteen": canteen, "slot": "lunch", "at": at, "device": "till-1", "device_swipe_id": f"late-{canteen}"}
        for canteen in ("P001", "P002")]})
    assert past.api("GET", "/meals/held", token=past.token("finance"))["held"]


def budget_that_waits(visitor, past):
    """Entered by one person: the other one's page has the buttons."""
    finance, year = past.token("finance"), int(time.strftime("%Y", time.gmtime(time.time() + 8 * 3600)))
    if not past.api("GET", "/budget-overrides", token=finance)["overrides"]:
        past.api("POST", "/budgets", {"fund": "directed", "year": year, "granted_fen": 80_000_00}, token=finance)
    page = visitor.go("/finance/budgets")
    page.wait_for_selector("section.panel article button.main")


def till(visitor, past):
    """A canteen with a registered till."""
    admin = past.token("admin")
    if not past.api("GET", "/providers/P003/tills", token=admin)["tills"]:
        past.api("POST", "/providers/P003/tills", {"device": "till-P003"}, token=admin)
    page = visitor.go("/admin/providers/P003")
    page.wait_for_selector("[action='/admin/providers/P003/tills/end'] button")


def till_off(visitor, past):
    """A canteen whose only till is switched off again."""
    admin = past.token("admin")
    if not past.api("GET", "/providers/P005/tills", token=admin)["tills"]:
        past.api("POST", "/providers/P005/tills", {"device": "till-P005"}, token=admin)
    page = visitor.go("/admin/providers/P005")
    page.locator("[action='/admin/providers/P005/tills/end'] button").first.click()
    page.wait_for_selector("h2:has-text('刷卡机')")


def undone(visitor, past):
    page = visitor.go("/finance/budgets")
    page.get_by_label("全年金额").fill("很多")
    page.get_by_role("button", name="下达").click()
    page.wait_for_selector("[data-undone]")
    visitor.forgive("400")


def waiting(visitor, past):
    """Three entries in the telephone: one refused, one that waits for it, one of another firm."""
    page = visitor.go("/provider")
    page.evaluate("""() => localStorage.setItem("portal.queue", JSON.stringify([
        { key: "a", path: "/api/v1/provider/orders/x1/check-in", body: {}, label: "签到 · 11:30 午餐送餐上门", shown: "11:32", refused: "服务码不对" },
        { key: "b", path: "/api/v1/provider/orders/x1/check-out", body: {}, label: "签退 · 11:30 午餐送餐上门", shown: "11:40" },
        { key: "c", path: "/api/v1/provider/orders/x2/check-in", body: {}, label: "签到 · 12:00 助浴", shown: "12:01（手机时间 13:01）", firm: "暖阳居家照护服务中心（示例）" }]))""")
    page.reload()
    page.wait_for_function("() => document.querySelectorAll('#waiting-list li').length === 3")


def wrong_numbers(visitor, past):
    """Enough numbers of nobody at one canteen for quality to look at it."""
    window, at = past.token("provider", "--provider", "P004"), time.strftime("%Y-%m-%dT12:00:00+08:00", time.gmtime(time.time() - 16 * 3600))
    for number in range(12):
        with pytest.raises(urllib.error.HTTPError):
            past.api("POST", "/meals", {"card": f"LZ77{number}", "canteen": "P004", "slot": "lunch", "at": at, "device": "till-P004"}, token=window)
    visitor.go("/console/callbacks").wait_for_selector("#wrong td")


def refused_card(visitor, past):
    """So many numbers of nobody that none is taken there any more: a good card that was swiped meanwhile waits for finance."""
    window, day = past.token("provider", "--provider", "P006"), time.strftime("%Y-%m-%d", time.gmtime(time.time() - 40 * 3600))
    if not any(row["canteen"] == "P006" for row in past.api("GET", "/meals/held", token=past.token("finance"))["wrong_numbers"]):
        swipe = {"canteen": "P006", "slot": "lunch", "at": f"{day}T12:00:00+08:00", "device": "till-P006"}
        for number in range(21):
            with pytest.raises(urllib.error.HTTPError):
                past.api("POST", "/meals", swipe | {"card": f"LZ88{number}"}, token=window)
        late = swipe | {"card": past.elders()[-1]["number"], "device_swipe_id": "refused-card"}
        told = past.api("POST", "/meals/upload", {"swipes": [late]}, token=window)["results"][0]
        assert told["code"] == "numbers_refused", told
    visitor.go("/finance/swipes").wait_for_selector("article.card:has-text('P006')")


def refused_slip(visitor, past):
    """A slip of paper with a card that nobody has: what was written on it still stands there."""
    page = visitor.go("/console/downtime")
    page.get_by_label("要几张").fill("1")
    page.get_by_role("button", name="保留号码").click()
    page.wait_for_selector(".slip h2 .big")
    number = page.locator(".slip h2 .big").first.inner_text()
    page = visitor.go(f"/console/downtime/{number}")
    for name, value in [("card", "LZ99999999"), ("item", "06001"), ("at", "09:00"), ("takenAt", "08:30")]:
        page.locator(f"main [name={name}]").fill(value)
    page.get_by_role("button", name="补录成工单").click()
    page.wait_for_selector("main .fault")
    assert page.locator("main [name=card]").input_value() == "LZ99999999"
    visitor.forgive("409")


def funds(visitor, past):
    special_funds(past)
    visitor.go("/finance/funds").wait_for_selector("section.panel article")


def fund(visitor, past):
    special_funds(past)
    page = visitor.go("/finance/funds")
    page.locator("tbody td a").first.click()
    page.wait_for_selector("article.card")


def swipes(visitor, past):
    held_swipe(past)
    visitor.go("/finance/swipes").wait_for_selector("article.card")


def month_of_the_desk(visitor, past):
    visitor.go("/finance/2026-01").wait_for_selector("section.panel")


def payouts(visitor, past):
    allowances(past)
    visitor.go("/finance/payouts?month=2026-01").wait_for_selector("button.main")


def payout_list(visitor, past):
    allowances(past)
    page = visitor.go("/finance/payouts/2026-01/AGE")
    page.wait_for_selector("section.panel article")
    page.locator("summary").first.click()


def plan(visitor, past):
    placed = offer(past, tomorrow_noon(), item="06001", provider="P092")
    page = visitor.go("/provider")
    page.click(f"[data-order='{placed['id']}'] [data-do=accept]")
    page.wait_for_selector(f"[data-order='{placed['id']}'] [data-do=schedule]")
    page = visitor.go(f"/provider/plan?day={placed['start'][:10]}")
    page.get_by_role("button", name="排计划").click()
    page.wait_for_selector("section.route")


def step(do, dialog):
    def open_dialog(visitor, past):
        placed = offer(past, tomorrow_noon())
        page = visitor.go("/provider")
        steps = {"check-in": ["accept", "schedule"]}.get(do, [])
        for before in [*steps, do]:
            page.click(f"[data-order='{placed['id']}'] [data-do='{before}']")
        page.wait_for_selector(f"{dialog}[open]")

    return open_dialog


SCENES = [
    ("admin", revealed), ("operator", enrolment), ("finance", wrong_code), ("operator", refused_login), ("provider", stale_form),
    ("operator", no_place_for_this_role), ("provider", statement), ("provider", statement_changed), ("provider", statement_on_paper),
    ("provider", why), (movers, plan), ("finance", payouts), ("admin", payout_list),
    ("finance", funds), ("finance", fund), ("finance", swipes), ("operator", month_of_the_desk),
    ("admin", budget_that_waits), ("admin", till), ("admin", till_off), ("finance", undone), ("provider", waiting), ("quality", wrong_numbers),
    ("finance", refused_card), ("operator", refused_slip),
    ("provider", step("decline", "#decline")), ("provider", step("propose", "#propose")), ("provider", step("check-in", "#check")),
]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("login,scene", SCENES, ids=[
    "revealed", "enrolment", "wrong-code", "refused-login", "stale-form", "no-place", "statement", "statement-changed", "statement-on-paper",
    "why", "plan", "payouts", "payout-list", "funds", "fund", "swipes", "desk-month", "budget-waits", "till", "till-off", "undone", "waiting", "wrong-numbers", "refused-card", "refused-slip", "decline", "propose", "check-in",
])
def test_axe_finds_nothing_after_a_step(enter, past, login, scene, view):
    if callable(login):
        login = login(enter(past, "security"))
    visitor = enter(past, login, **VIEWS[view])
    scene(visitor, past)
    found = Axe().run(visitor.page, options=RULES).response["violations"]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found] == []
    # Nothing has to be pushed sideways on a telephone, but for a sheet of A4, which is as wide as it is.
    assert view != "phone" or scene is statement_on_paper or visitor.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")


@pytest.fixture(scope="module")
def signed(make_house):
    """A month that was reviewed, and for which one street has signed and others have not."""
    house = make_house("signed", "--elders", "400", "--days", "33", close="2026-01")
    quality, admin = house.token("quality", "--name", "caller"), house.token("admin")
    for sample in house.api("GET", "/settlements/2026-01/samples", token=quality)["samples"]:
        if not sample["result"]:
            house.api("POST", f"/settlements/2026-01/samples/{sample['subject']}", {"result": "passed", "note": "电话回访"}, token=quality)
    house.api("POST", "/settlements/2026-01/approve", {"opinion": "同意"})
    signer = house.token("operator", "--name", "street-1")
    for row in (DATA / "Catalog/regions.csv").read_text(encoding="utf-8-sig").splitlines()[1:]:
        house.api("POST", "/settlement-rights", {"name": "street-1", "right": "street", "street": row.split(",")[0]}, token=admin)
        try:
            house.api("POST", "/settlements/2026-01/approve", {"opinion": "本街道已核对"}, token=signer)
            return house
        except urllib.error.HTTPError as refused:
            assert refused.code in (403, 409, 422), refused.read()
    raise AssertionError("no street of the month could be signed for")


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("login", ["finance", "operator"])
def test_axe_finds_nothing_where_a_street_has_signed(enter, signed, login, view):
    page = enter(signed, login, **VIEWS[view]).go("/finance/2026-01")
    told = page.locator("main").inner_text()
    assert "：street-1 已签" in told and "：待签" in told and "本街道已核对" in told
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found] == []
    assert view != "phone" or page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")

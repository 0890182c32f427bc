"""Every page of every role: readable by everybody (WCAG 2.2 AA), no complaint of the console, nothing from another host, not heavy."""

import pytest
from axe_playwright_python.sync_playwright import Axe

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
PAGES = [
    ("operator", "/console"), ("operator", "/console/orders"), ("operator", "/console/elders?q=LZ0000001"), ("operator", "/board"),
    ("operator", "/console/duties"), ("operator", "/console/handover"), ("operator", "/console/callbacks"), ("operator", "/console/complaints"),
    ("operator", "/console/knowledge"), ("operator", "/console/knowledge/K007"), ("operator", "/console/items/06001"),
    ("operator", "/console/downtime"), ("operator", "/console/elders/e00000001"), ("operator", "/console/elders/e00000001/standing"),
    ("finance", "/finance/budgets"), ("finance", "/finance/payouts"), ("finance", "/finance/payouts/2026-01/AGE"),
    ("finance", "/finance/lapsed"), ("finance", "/finance/audit"), ("finance", "/finance/funds"), ("finance", "/finance/swipes"),
    ("operator", "/board/figures/late"), ("provider", "/provider"), ("provider", "/provider/means"), ("provider", "/provider/news"),
    ("finance", "/finance"), ("operator", "/finance"), ("admin", "/admin"), ("auditor", "/admin/access"), ("auditor", "/admin/audit"),
    ("security", "/admin/users"), ("security", "/admin/tokens"), ("admin", "/admin/tokens"), ("admin", "/admin/webhooks"),
    ("admin", "/admin/providers"), ("admin", "/admin/providers/P001"), ("operator", "/account"), ("provider", "/provider/quality"),
    ("provider", "/provider/why"), ("provider", "/provider/statements"),
    ("admin", "/admin/reference?file=catalog/calendar.csv"), ("admin", "/admin/import"), ("admin", "/admin/rights"),
]


@pytest.mark.parametrize("view", [
    {"viewport": {"width": 1400, "height": 900}}, {"viewport": {"width": 700, "height": 450}}, {"color_scheme": "dark"},
], ids=["plain", "zoom200", "dark"])
@pytest.mark.parametrize("login,path", PAGES)
def test_axe_finds_nothing(visit, login, path, view):
    page = visit(login, **view).go(path)
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found] == []


@pytest.mark.parametrize("login,path", PAGES + [("operator", "/console?lang=en"), ("finance", "/finance?lang=en"), ("provider", "/provider?lang=en")])
def test_a_page_is_light_and_its_policy_strict(visit, login, path):
    visitor = visit(login)
    sizes = []
    visitor.page.on("response", lambda answer: sizes.append(len(answer.body())) if "events" not in answer.url else None)
    answer = visitor.page.goto(visitor.house.base + path)
    visitor.page.wait_for_load_state()
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert sum(sizes) <= 100_000


def test_english_stands_beside_chinese(visit):
    page = visit("operator").go("/console?lang=en")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("#lines").inner_text().strip().endswith("Dispatch board")


@pytest.mark.parametrize("login,path", [
    ("operator", "/console/duties"), ("operator", "/finance"), ("provider", "/provider"), ("finance", "/finance"), ("admin", "/admin"), ("security", "/admin/users"),
    ("auditor", "/admin/audit"), ("operator", "/board"),
])
def test_title_and_places_are_english_too(visit, login, path):
    page = visit(login).go(f"{path}?lang=en")
    words = page.title() + page.locator("header nav").inner_text()
    assert words and not [character for character in words if "\u4e00" <= character <= "\u9fff"], words


def test_english_stands_beside_chinese_at_the_door(browser, house):
    page = browser.new_page()
    page.goto(f"{house.base}/login?next=/account")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.get_by_role("link", name="English").click()
    assert page.title().startswith("Log in")
    page.get_by_label("User name").fill("operator")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_selector(".fault:has-text('Wrong user name or password')")
    page.get_by_label("Password").fill("operator-demo")
    page.get_by_role("button", name="Log in").click()
    # On to where the person was going, in the language that was chosen, and back to Chinese.
    page.wait_for_url(f"{house.base}/account")
    page.wait_for_selector("h2:has-text('Second factor')")
    page.get_by_role("link", name="中文").click()
    page.wait_for_selector("h2:has-text('双因子')")
    page.goto(f"{house.base}/console")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.close()


def test_an_expired_session_leads_to_the_login(visit):
    visitor = visit("operator")
    visitor.context.clear_cookies()
    visitor.go("/console")
    assert visitor.page.url.endswith("/login?next=/console")


@pytest.mark.parametrize("login,path", [("finance", "/finance"), ("operator", "/console/handover"), ("provider", "/provider/statements"), ("operator", "/board")])
def test_paper_is_white_whoever_works_in_the_dark(visit, login, path):
    page = visit(login, color_scheme="dark").go(path)
    colours = "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('h1')).color]"
    dark = page.evaluate(colours)
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(colours) == ["rgb(255, 255, 255)", "rgb(23, 33, 28)"] != dark

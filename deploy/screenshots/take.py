"""Logs in to each face and takes its pictures. Called by `take`: ADDRESS FOLDER TOKEN LINE, the line being an elder's telephone."""

import io
import json
import pathlib
import sys
import time
import urllib.request

from PIL import Image
from playwright.sync_api import sync_playwright

address, folder, token, line = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3], sys.argv[4]
PHONE, DESK, WALL = 420, 1280, 1920
# A housekeeping firm, and a login of its own.
FIRM, FIRM_LOGIN = "P092", "housekeeping92"
# A page has few colours: a palette makes its picture a third as large.
COLOURS = 96


def api(method, path, body=None):
    request = urllib.request.Request(
        f"{address}/api/v1{path}", method=method, data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return json.loads(answer.read())


def in_lanzhou(days, hour):
    midnight = (time.time() + 8 * 3600) // 86400 * 86400
    return time.strftime("%Y-%m-%dT%H:%M:00+08:00", time.gmtime(midnight + days * 86400 + hour * 3600))


def prepare():
    """Orders of tomorrow, so that every list has something in it; gives somebody to look at."""
    elders = [elder for tens in range(20) for elder in api("GET", f"/elders?q=LZ00000{tens:02}")["elders"]]
    items = ["06001", "02031", "03001", "07001", "05026", "02007", "06022", "03031"] * 4
    for elder, item in zip(elders, items):
        api("POST", "/orders", {"elder_id": elder["id"], "item_code": item, "start": in_lanzhou(1, 10), "allow_twin": True})
    for number, elder in enumerate([elder for elder in elders if elder["region"] == "620102001"][:8]):
        api("POST", "/orders", {
            "elder_id": elder["id"], "item_code": "06001", "start": in_lanzhou(1, 9 + number % 8), "preferred_provider": FIRM, "allow_twin": True})
    for number, item in enumerate(["06001", "02007"]):
        api("POST", "/standing-orders", {
            "elder_id": elders[0]["id"], "item_code": item, "rrule": f"FREQ=WEEKLY;BYDAY={['TU,FR', 'WE'][number]}", "start": "10:00",
            "valid_from": in_lanzhou(2, 0)[:10]})
    return elders[0]["id"]


# Each picture is a path, or what has to be done on the page first.


def rung(page):
    page.goto(f"{address}/console")
    page.wait_for_selector("#link:has-text('实时')")
    api("POST", "/calls", {"event": "newCall", "call_id": "shown", "from": line, "to": "96345"})
    page.wait_for_selector("[data-card-of]")
    page.keyboard.type("lifa")
    page.wait_for_selector(".choices .row")
    page.keyboard.type("1")
    page.keyboard.type("m10")
    page.wait_for_selector("[data-quote]")


def first_row(path, link="tbody a"):
    def opened(page):
        page.goto(address + path)
        page.locator(link).first.click()

    return opened


def slips(page):
    page.goto(f"{address}/console/downtime")
    page.locator("form button.main").first.click()


def trace(page):
    first_row("/finance/2026-01", "tbody tr td a")(page)
    page.wait_for_selector("caption")
    page.locator("tbody tr td a").first.click()
    page.wait_for_selector("ol.stations")


def enrolment(page):
    page.goto(f"{address}/account")
    page.get_by_role("button", name="启用").click()
    page.wait_for_selector(".qr svg")


def firm(page):
    page.goto(f"{address}/admin/users")
    page.get_by_label("用户名").fill(FIRM_LOGIN)
    page.get_by_label("密码").fill(f"{FIRM_LOGIN}-demo")
    page.get_by_label("角色").select_option("provider")
    page.get_by_label("服务商编号").fill(FIRM)
    page.get_by_role("button", name="新建或改密码").click()
    page.wait_for_selector(f"td:has-text('{FIRM_LOGIN}')")


def accepted(page):
    page.goto(f"{address}/provider")
    page.locator("article:has-text('日常保洁') [data-do=accept]").first.click()
    page.locator("article:has([data-do=schedule])").first.scroll_into_view_if_needed()
    page.locator("article:has([data-do=schedule])").first.evaluate("card => card.scrollIntoView()")


def check_in(page):
    page.locator("[data-do=schedule]").first.click()
    page.wait_for_selector("[data-do='check-in']")
    page.locator("[data-do='check-in']").first.click()
    page.wait_for_selector("#check-place:has-text('已定位')")


def planned(page):
    page.goto(f"{address}/provider")
    day = page.locator("article:has([data-do='check-in'])").first.get_attribute("data-start")[:10]
    page.goto(f"{address}/provider/plan?day={day}")
    page.get_by_role("button", name="排计划").click()
    page.wait_for_selector("section.route")


def why(page):
    page.goto(f"{address}/provider")
    page.get_by_role("link", name="为什么派给我").first.click()
    page.wait_for_selector("dl")


def revealed(page):
    page.goto(f"{address}/admin/elders/{someone}")
    page.get_by_label("查看原因").fill("核对冬季取暖补贴地址")
    page.get_by_role("button", name="显示全部").click()
    page.wait_for_selector("h2")


someone = prepare()
VISITS = [
    ("operator", DESK, {
        "console": "/console", "desk": rung, "console-order": first_row("/console/orders?state=closed&day=2026-01-20", "td a"),
        "dispatch": first_row("/console/orders?state=offered", "td a"), "callback": first_row("/console/callbacks"),
        "standing": f"/console/elders/{someone}/standing", "knowledge": "/console/knowledge/K007", "slip": slips,
    }),
    ("operator", WALL, {"board": "/board"}),
    ("security", DESK, {"security": firm}),
    (FIRM_LOGIN, PHONE, {
        "provider": "/provider", "provider-visit": accepted, "provider-check": check_in, "provider-plan": planned, "provider-why": why,
        "provider-statement": "/provider/statements/2026-01", "provider-quality": "/provider/quality", "provider-means": "/provider/means",
    }),
    ("finance", DESK, {
        "finance": "/finance", "finance-month": "/finance/2026-01", "budgets": "/finance/budgets", "trace": trace,
    }),
    ("operator", PHONE, {"second-factor": enrolment}),
    ("admin", DESK, {"registry": revealed}),
]

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(
        executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
    for login, width, shots in VISITS:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale="zh-CN", permissions=["geolocation"],
            geolocation={"latitude": 36.0565, "longitude": 103.8331})
        page = context.new_page()
        page.goto(f"{address}/login")
        page.get_by_label("用户名").fill(login)
        page.get_by_label("密码").fill(f"{login}-demo")
        page.get_by_role("button", name="登录").click()
        for name, where in shots.items():
            where(page) if callable(where) else page.goto(address + where)
            page.wait_for_load_state()
            picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            picture.quantize(COLOURS, dither=Image.Dither.NONE).save(folder / f"{name}.png", optimize=True)
        context.close()
    browser.close()

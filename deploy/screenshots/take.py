"""Logs in to each face and takes its pictures. Called by `take`."""

import json
import pathlib
import sys
import time
import urllib.request

from playwright.sync_api import sync_playwright

address, folder = sys.argv[1], pathlib.Path(sys.argv[2])



def api(method, path, token, body=None):
    request = urllib.request.Request(
        f"{address}/api/v1{path}", method=method, data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return json.loads(answer.read())


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(
        executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])

    def visit(login, width, shots):
        """Logs in and takes `name → path` one after the other; a path may be a function of the page."""
        context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
        page = context.new_page()
        page.goto(f"{address}/login")
        page.get_by_label("用户名").fill(login)
        page.get_by_label("密码").fill(f"{login}-demo")
        page.get_by_role("button", name="登录").click()
        for name, where in shots:
            where(page) if callable(where) else page.goto(address + where)
            page.wait_for_load_state()
            page.screenshot(path=folder / f"{name}.png")
        context.close()

    def order(token, elder, item, start, **more):
        return api("POST", "/orders", token, {"elder_id": elder, "item_code": item, "start": start, **more})

    token, line = sys.argv[3], sys.argv[4]
    elders = api("GET", "/elders?q=LZ0000", token)["elders"]
    tomorrow = time.strftime("%Y-%m-%dT%H:00:00+08:00", time.gmtime((time.time() + 8 * 3600) // 86400 * 86400 + 86400 + 10 * 3600))
    for elder, item in zip(elders, ["06001", "02031", "03001", "07001", "05026", "02007", "06022", "03031", "01001", "01001"] * 4):
        order(token, elder["id"], item, tomorrow, preferred_provider="P001" if item == "01001" else None)

    def rung(page):
        page.goto(f"{address}/console")
        page.wait_for_selector("#link:has-text('实时')")
        api("POST", "/calls", token, {"event": "newCall", "call_id": "shown", "from": line, "to": "96345"})
        page.wait_for_selector("[data-card-of]")
        page.keyboard.type("lifa")
        page.wait_for_selector(".choices .row")
        page.keyboard.type("1")
        page.keyboard.type("m10")
        page.wait_for_selector("[data-quote]")

    visit("operator", 1280, [
        ("console", "/console"), ("desk", rung),
        ("console-order", lambda page: (page.goto(f"{address}/console/orders?state=closed"), page.locator("td a").first.click())),
    ])
    visit("operator", 1920, [("board", "/board")])
    visit("provider", 420, [("provider", "/provider")])
    visit("finance", 1280, [("finance", "/finance"), ("finance-month", "/finance/2026-03")])
    browser.close()

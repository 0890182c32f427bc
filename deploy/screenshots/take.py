"""Logs in to each face and takes its pictures. Called by `take`."""

import pathlib
import sys

from playwright.sync_api import sync_playwright

address, folder = sys.argv[1], pathlib.Path(sys.argv[2])

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

    visit("operator", 1280, [
        ("console", "/console"),
        ("console-elder", lambda page: (page.goto(f"{address}/console/elders?q=w"), page.locator("td a").first.click())),
        ("console-order", lambda page: (page.goto(f"{address}/console?state=closed"), page.locator("td a").first.click())),
    ])
    visit("provider", 420, [("provider", "/provider")])
    visit("finance", 1280, [
        ("finance", "/finance"),
        ("finance-month", lambda page: page.get_by_role("link", name="2026-03").click()),
    ])
    browser.close()

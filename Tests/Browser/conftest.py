"""The faces in a real browser: Debian's Chromium, a real `vnh serve`, a small demonstration district."""

import json
import os
import pathlib
import re
import subprocess
import sys
import time
import urllib.request

import pytest
from playwright.sync_api import sync_playwright

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))

DATA = pathlib.Path(os.environ.get("VNH_DATA", pathlib.Path(__file__).resolve().parents[2]))
BINARY = os.environ.get("VNH_BIN", str(DATA / ".build/debug/vnh"))
CHROMIUM = os.environ.get("VNH_CHROMIUM", "/usr/bin/chromium")
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def vnh(*arguments):
    return subprocess.run([BINARY, *arguments], cwd=DATA, check=True, capture_output=True, text=True, timeout=120).stdout


class House:
    """One `vnh serve` over a fresh district, with the API beside the pages."""

    def __init__(self, folder, *demo, close=None, data=DATA):
        self.url = f"sqlite:{folder}/vnh.sqlite"
        vnh("demo", "--database", self.url, "--data", str(data), *(demo or ["--elders", "400"]))
        if close:
            vnh("close", close, "--database", self.url)
        self.log, self.port = f"{folder}/serve.log", "0"
        self.start()
        self.operator = self.token("operator")

    def start(self):
        """Serves; again at the same address after `stop`."""
        with open(self.log, "w") as log:
            self.process = subprocess.Popen([BINARY, "serve", "--database", self.url, "--port", self.port], cwd=DATA, stderr=log)
        deadline = time.monotonic() + 20
        while not (found := re.search(r"http://127\.0\.0\.1:(\d+)", pathlib.Path(self.log).read_text())):
            assert self.process.poll() is None and time.monotonic() < deadline, "vnh serve did not start"
            time.sleep(0.05)
        self.base, self.port = found.group(), found.group(1)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)

    def token(self, role, *more):
        return vnh("token", "create", "--database", self.url, "--role", role, *more).strip()

    def api(self, method, path, body=None, token=None):
        request = urllib.request.Request(
            f"{self.base}/api/v1{path}", method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token or self.operator}", "Content-Type": "application/json"})
        with OPENER.open(request, timeout=20) as answer:
            return json.loads(answer.read() or b"null")

    def ring(self, number, call_id):
        return self.api("POST", "/calls", {"event": "newCall", "call_id": call_id, "from": number, "to": "96345"})

    def budget(self, wish):
        """Proposed by finance, confirmed by somebody else."""
        made = self.api("POST", "/budgets", wish, token=self.token("finance"))
        if made["proposal"]:
            self.api("POST", f"/budget-overrides/{made['proposal']['id']}/approve", {}, token=self.token("admin", "--name", "second-signature"))

    def elders(self, query="LZ"):
        return self.api("GET", f"/elders?q={query}")["elders"]

    def one_on_a_line(self):
        """An elder who alone has a telephone line, and that line."""
        for elder in self.elders():
            for phone in elder["phones"]:
                whole = self.api("GET", f"/elders/{elder['id']}")["phones"]
                for phone in whole:
                    if len(self.elders(phone["number"])) == 1:
                        return elder, phone["number"]
        raise AssertionError("no such line in the district")


@pytest.fixture(scope="session")
def make_house(tmp_path_factory):
    houses = []

    def make(name, *demo, **more):
        houses.append(House(tmp_path_factory.mktemp(name), *demo, **more))
        return houses[-1]

    yield make
    for made in houses:
        made.stop()


@pytest.fixture(scope="session")
def house(make_house):
    return make_house("house")


@pytest.fixture(scope="session")
def past(make_house):
    """A house with January 2026 behind it, closed, its samples waiting for somebody to ask."""
    return make_house("past", "--elders", "600", "--days", "33", close="2026-01")


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        yield launched
        launched.close()


class Visitor:
    """A person at a browser. Whatever the console complains of, or any request to another host, is a failure."""

    def __init__(self, browser, house, login, **options):
        self.house, self.login, self.faults = house, login, []
        options = {"viewport": {"width": 1400, "height": 900}, "locale": "zh-CN", "timezone_id": "Asia/Shanghai", **options}
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda message: self.faults.append(message.text) if message.type == "error" else None)
        self.page.on("request", lambda request: None if request.url.startswith(house.base) else self.faults.append(request.url))
        self.page.goto(f"{house.base}/login")
        self.log_in(self.page, login)

    @staticmethod
    def log_in(page, login):
        page.get_by_label("用户名").fill(login)
        page.get_by_label("密码").fill(f"{login}-demo")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "login" not in url)

    def forgive(self, *words):
        """Complaints that the test has itself brought about."""
        self.faults = [fault for fault in self.faults if not any(word in fault for word in words)]

    def go(self, path):
        self.page.goto(self.house.base + path)
        return self.page

    def close(self):
        self.context.close()
        assert self.faults == []


@pytest.fixture
def enter(browser):
    visitors = []

    def come(house, login, **options):
        visitors.append(Visitor(browser, house, login, **options))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.close()


@pytest.fixture
def visit(enter, house):
    return lambda login, **options: enter(house, login, **options)

"""Where there is no network: nothing that was done at the door is lost or done twice, and its owner sees how each entry stands."""

import sqlite3

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import CHROMIUM, DATA, Visitor
from open_hours import open_day_and_night
from test_pages import RULES
from test_portal import offer

QUEUE = "JSON.parse(localStorage.getItem('portal.queue') || '[]')"
PHONE = {"viewport": {"width": 420, "height": 900}, "locale": "zh-CN", "timezone_id": "Asia/Shanghai", "permissions": ["geolocation"],
         "geolocation": {"latitude": 36.056, "longitude": 103.833}}


@pytest.fixture(scope="module")
def district(make_house, tmp_path_factory):
    """Every firm is open day and night, so that a visit can be checked in whenever the tests run."""
    return make_house("dead-zone", "--elders", "400", data=open_day_and_night(DATA, tmp_path_factory.mktemp("open")))


@pytest.fixture
def visits(district):
    """Makes visits of P001 that begin within half an hour, each with a worker, ready to be checked in; afterwards its people are free again."""
    provider, placed = district.token("provider", "--provider", "P001"), []

    def make(count):
        for n in range(count):
            order = offer(district, 3 + 12 * n, item="01011")
            placed.append(order)
            district.api("POST", f"/provider/orders/{order['id']}/accept", {}, token=provider)
            fit = [w for w in district.api("GET", f"/provider/orders/{order['id']}/workers", token=provider)["workers"] if w["fit"]]
            district.api("POST", f"/provider/orders/{order['id']}/schedule", {"worker": fit[0]["id"]}, token=provider)
        return placed[-count:]

    yield make
    for order in placed:
        state = district.api("GET", f"/orders/{order['id']}")["state"]
        if state in ("offered", "accepted", "scheduled"):
            district.api("POST", f"/orders/{order['id']}/cancel", {"reason_code": "elder_request"})
        elif state == "in_service":
            district.api("POST", f"/provider/orders/{order['id']}/fail", {"reason_code": "other"}, token=provider)


def card(order):
    return f"[data-order='{order['id']}']"


def check(page, order, step, code=None):
    page.click(f"{card(order)} [data-do='{step}']")
    page.wait_for_selector("#check-place:has-text('已定位')")
    if code:
        page.locator("#check-form [name=code]").fill(code)
    page.get_by_role("button", name="提交").click()
    page.wait_for_selector("#check", state="hidden")


def kept(page, *orders):
    """The sheet with these visits is in the telephone."""
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("""ids => caches.open("portal").then(cache => cache.match("/provider")).then(kept => kept ? kept.text() : "")
        .then(html => ids.every(id => html.includes(id) && html.split(id)[1].includes("check-in")))""", arg=[order["id"] for order in orders])


def rows(district, sql, *values):
    with sqlite3.connect(district.url.removeprefix("sqlite:")) as connection:
        return connection.execute(sql, values).fetchall()


def visit_of(district, order):
    return rows(district, "SELECT in_at_ms, in_received_ms, out_at_ms FROM visit WHERE order_id = ?", order["id"])


def events_of(district, order, kind):
    return rows(district, "SELECT data FROM event WHERE subject = ? AND type = ?", order["id"], kind)


@pytest.fixture
def phone(enter, district):
    return enter(district, "provider", **PHONE)


def test_a_page_that_was_closed_and_opened_in_the_dead_zone_still_has_it_all(phone, district, visits):
    [one] = visits(1)
    page = phone.go("/provider")
    kept(page, one)
    phone.context.set_offline(True)
    check(page, one, "check-in")
    page.close()
    page = phone.context.new_page()
    page.goto(f"{district.base}/provider")
    page.wait_for_selector(f"{card(one)} [data-waits='check-in']")
    check(page, one, "check-out")
    page.close()
    page = phone.context.new_page()
    page.goto(f"{district.base}/provider/news")  # Not kept: the sheet is shown, with what waits.
    page.wait_for_function("() => document.querySelectorAll('#waiting-list li').length === 2")
    assert visit_of(district, one) == []
    phone.context.set_offline(False)
    page.wait_for_selector("#waiting", state="hidden", timeout=25_000)
    [(begun, heard, ended)] = visit_of(district, one)
    assert begun <= ended and heard >= begun
    assert len(events_of(district, one, "order.checked_in")) == len(events_of(district, one, "order.checked_out")) == 1
    phone.faults.clear()


def test_a_telephone_that_was_restarted_asks_for_the_login_and_then_sends(browser, district, visits, tmp_path):
    """The session is gone with the restart; what waits is not."""
    [one] = visits(1)

    def switch_on():
        return browser.browser_type.launch_persistent_context(
            tmp_path / "profile", executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"], **PHONE)

    context = switch_on()
    page = context.pages[0]
    page.goto(f"{district.base}/login")
    Visitor.log_in(page, "provider")
    kept(page, one)
    context.set_offline(True)
    check(page, one, "check-in")
    context.close()
    context = switch_on()
    page = context.pages[0]
    # Still no network: the telephone has only what it kept.
    context.set_offline(True)
    page.goto(f"{district.base}/provider")
    page.wait_for_selector(f"{card(one)} [data-waits='check-in']")
    context.set_offline(False)
    # Logged out by the restart: the page says so, and the way in is one touch.
    page.wait_for_selector("#fault:has-text('登录已过期') a", timeout=25_000)
    assert page.locator("#waiting-list li").count() == 1
    page.click("#fault a")
    Visitor.log_in(page, "provider")
    page.wait_for_selector(f"{card(one)} [data-do='check-out']")
    assert page.locator("#waiting").is_hidden() and len(visit_of(district, one)) == 1
    context.close()


def test_what_was_done_for_one_firm_never_goes_under_another(phone, enter, district, visits):
    [one] = visits(1)
    security = enter(district, "security").go("/admin/users")
    security.get_by_label("用户名").fill("neighbour2")
    security.get_by_label("密码").fill("neighbour2-demo")
    security.get_by_label("角色").select_option("provider")
    security.get_by_label("服务商编号").fill("P002")
    security.get_by_role("button", name="新建或改密码").click()
    security.wait_for_selector("td:has-text('neighbour2')")
    page = phone.go("/provider")
    kept(page, one)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    # The telephone is passed on before its check-in has got through.
    page.route("**/check-in", lambda route: route.abort())
    check(page, one, "check-in")
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/login")
    assert "还有没上传的" in asked[0]
    Visitor.log_in(page, "neighbour2")
    page.unroute("**/check-in")
    page.wait_for_selector("#waiting-list li:has-text('的登录记下的')")
    assert page.locator("#send-now").is_hidden()
    page.wait_for_timeout(1500)
    assert len(page.evaluate(QUEUE)) == 1 and visit_of(district, one) == []
    page.get_by_role("button", name="退出").click()
    Visitor.log_in(page, "provider")
    page.wait_for_selector("#waiting", state="hidden", timeout=25_000)
    assert len(visit_of(district, one)) == 1
    phone.faults.clear()


def test_two_windows_send_each_entry_once(phone, district, visits):
    placed = visits(3)
    page = phone.go("/provider")
    kept(page, *placed)
    other = phone.context.new_page()
    other.goto(f"{district.base}/provider")
    other.wait_for_selector("#link:has-text('实时')")
    phone.context.set_offline(True)
    for order in placed:
        check(page, order, "check-in")
    # What one window keeps, the other shows.
    other.wait_for_function("() => document.querySelectorAll('#waiting-list li').length === 3")
    sent = []
    phone.context.on("request", lambda request: sent.append(request.url) if request.url.endswith("check-in") else None)
    phone.context.set_offline(False)
    for window in (page, other):
        window.evaluate("document.querySelector('#send-now').click()")
    for window in (page, other):
        window.wait_for_selector("#waiting", state="hidden", timeout=25_000)
    assert [url.split("/")[-2] for url in sent] == [order["id"] for order in placed]
    for order in placed:
        assert len(events_of(district, order, "order.checked_in")) == 1
    phone.faults.clear()


@pytest.mark.parametrize("hours", [1, 24, -1, -24])
def test_a_clock_that_is_wrong_costs_no_proof(phone, district, visits, hours):
    """The visit is recorded by the platform's time; what the telephone showed stands beside it in the log."""
    [one] = visits(1)
    phone.page.add_init_script(f"""(() => {{
        const Real = Date, off = {hours} * 3600000;
        Date = class extends Real {{ constructor(...all) {{ if (all.length) super(...all); else super(Real.now() + off); }} static now() {{ return Real.now() + off; }} }};
    }})()""")
    page = phone.go("/provider")
    page.wait_for_selector(f"#clock:has-text('{'快' if hours > 0 else '慢'}')")
    kept(page, one)
    phone.context.set_offline(True)
    check(page, one, "check-in")
    phone.context.set_offline(False)
    page.wait_for_selector("#waiting", state="hidden", timeout=25_000)
    [(begun, heard, _)] = visit_of(district, one)
    assert 0 <= heard - begun < 40_000
    [(data,)] = events_of(district, one, "order.checked_in")
    assert "device_at" in data
    phone.faults.clear()


def test_one_entry_in_trouble_holds_up_its_own_visit_alone(phone, district, visits):
    first, second = visits(2)
    page = phone.go("/provider")
    kept(page, first, second)
    phone.context.set_offline(True)
    for order in (first, second):
        for step in ("check-in", "check-out"):
            check(page, order, step)
    answers = {"status": 500, "content_type": "application/problem+json", "body": '{"code":"internal","detail":"平台内部错误，请稍后重试。"}'}
    page.route(f"**/{first['id']}/check-in", lambda route: route.fulfill(**answers))
    phone.context.set_offline(False)
    # The second visit goes; of the first the check-out does not overtake the check-in.
    page.wait_for_function("() => document.querySelectorAll('#waiting-list li').length === 2", timeout=25_000)
    page.wait_for_selector("#waiting-list li:has-text('会自动再传')")
    assert visit_of(district, first) == [] and len(visit_of(district, second)) == 1
    # Too many at once: nothing is refused, everything waits.
    page.unroute(f"**/{first['id']}/check-in")
    busy = {"status": 429, "content_type": "application/problem+json", "body": '{"code":"too_many","detail":"请求过多，请稍后再试。"}'}
    page.route("**/check-in", lambda route: route.fulfill(**busy))
    page.click("#send-now")
    page.wait_for_selector("#waiting-list li:has-text('请求过多')")
    page.unroute("**/check-in")
    page.click("#send-now")
    page.wait_for_selector("#waiting", state="hidden", timeout=25_000)
    [(begun, _, ended)] = visit_of(district, first)
    assert begun <= ended
    phone.faults.clear()


def test_a_wrong_code_is_put_right_afterwards_and_the_time_stays(phone, district, visits):
    [one] = visits(1)
    page = phone.go("/provider")
    page.on("dialog", lambda dialog: dialog.accept())
    kept(page, one)
    phone.context.set_offline(True)
    wrong = "0000" if one["visit_code"] != "0000" else "1111"
    check(page, one, "check-in", wrong)
    check(page, one, "check-out")
    at = page.evaluate(QUEUE)[0]["body"]["at"]
    phone.context.set_offline(False)
    page.wait_for_selector("#waiting-list li:has-text('平台没有接受')", timeout=25_000)
    # What follows waits for it instead of being refused as well.
    page.wait_for_selector("#waiting-list li:has-text('等前一条办妥')")
    page.get_by_role("button", name="改凭证再传").click()
    field = page.locator("#check-form [name=code]")
    assert field.input_value() == wrong
    # As the elder's child writes it in a message: full width, with blanks.
    field.fill(" ".join(chr(ord(digit) + 0xFEE0) for digit in one["visit_code"]))
    page.get_by_role("button", name="提交").click()
    page.wait_for_selector("#waiting", state="hidden", timeout=25_000)
    [(begun, _, ended)] = rows(district, "SELECT in_at_ms, in_method, out_at_ms FROM visit WHERE order_id = ?", one["id"])
    assert ended and page.evaluate("at => Date.parse(at)", at) == begun
    phone.faults.clear()


def test_what_was_refused_is_done_anew_at_the_door(phone, district, visits):
    [one] = visits(1)
    page = phone.go("/provider")
    kept(page, one)
    phone.context.set_offline(True)
    check(page, one, "check-in", "0000" if one["visit_code"] != "0000" else "1111")
    phone.context.set_offline(False)
    page.wait_for_selector("#waiting-list li:has-text('平台没有接受')", timeout=25_000)
    check(page, one, "check-in", one["visit_code"])
    page.wait_for_selector(f"{card(one)} [data-do='check-out']")
    page.wait_for_selector("#waiting", state="hidden")
    assert len(events_of(district, one, "order.checked_in")) == 1
    phone.faults.clear()


def test_a_locked_door_code_is_told_to_the_worker_and_stands_on_the_desk_for_everybody(phone, enter, district, visits):
    [one] = visits(1)
    page = phone.go("/provider")
    kept(page, one)
    page.on("dialog", lambda dialog: dialog.accept())
    for wrong in [code for code in ("1111", "2222", "3333", "4444", "5555", "6666") if code != one["visit_code"]][:5]:
        check(page, one, "check-in", wrong)
        page.wait_for_selector("#waiting-list li:has-text('平台没有接受')")
    page.wait_for_selector("#waiting-list li:has-text('连续报错 5 次')")
    for view in [{}, {"color_scheme": "dark"}, {"viewport": {"width": 700, "height": 450}}]:
        desk = enter(district, "operator", **view).go("/console/duties")
        desk.wait_for_selector(f"a:has-text('{one['number']}')")
        found = Axe().run(desk, options=RULES).response["violations"]
        assert [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found] == []
    page.evaluate("localStorage.clear()")
    phone.faults.clear()


def test_a_telephone_that_keeps_nothing_says_so_and_sends_all_the_same(phone, district, visits):
    [one] = visits(1)
    page = phone.go("/provider")
    kept(page, one)
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }; }")
    phone.context.set_offline(True)
    check(page, one, "check-in")
    page.wait_for_selector("#fault:has-text('不要关闭本页')")
    phone.context.set_offline(False)
    page.wait_for_selector("#waiting", state="hidden", timeout=25_000)
    assert len(visit_of(district, one)) == 1
    phone.faults.clear()


def test_a_check_in_touched_twice_is_one(phone, district, visits, tmp_path):
    [one] = visits(1)
    page = phone.go("/provider")
    kept(page, one)
    phone.context.set_offline(True)
    page.click(f"{card(one)} [data-do='check-in']")
    page.wait_for_selector("#check-place:has-text('已定位')")
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(bytes(3_000_000))
    page.locator("#check-form [name=photo]").set_input_files(photo)
    page.evaluate("for (let n = 0; n < 3; n += 1) document.querySelector('#check-form').requestSubmit()")
    page.wait_for_selector("#check", state="hidden")
    page.wait_for_timeout(500)
    assert len(page.evaluate(QUEUE)) == 1
    page.evaluate("localStorage.clear()")
    phone.faults.clear()

"""People with a session: the secret of the forms, the second factor (checked against pyotp), and forms that outlive their session."""

import re
import urllib.parse

import pyotp
import pytest
import requests


class Person:
    """A browser without scripts: cookies, forms, and where they were sent from."""

    def __init__(self, house, login, password=None):
        self.base, self.web = house.base, requests.Session()
        self.name, self.password = login, password or f"{login}-demo"

    def post(self, path, data, origin=None, **options):
        headers = {"Origin": origin or self.base} | options.pop("headers", {})
        return self.web.post(self.base + path, data=data, headers=headers, allow_redirects=False, timeout=20, **options)

    def get(self, path):
        return self.web.get(self.base + path, allow_redirects=False, timeout=20)

    def come_in(self):
        answer = self.post("/login", {"name": self.name, "password": self.password})
        assert answer.status_code == 303, answer.text
        return self

    def secret(self):
        return self.web.get(f"{self.base}/session", timeout=20).json()["csrf"]


def field(html, name):
    return re.search(rf'name="{name}" value="([^"]*)"', html)[1]


USER = {"name": "night-9", "password": "night-desk-77", "role": "operator"}


def test_a_form_without_the_secret_is_not_done_and_what_was_typed_can_be_sent_again(house):
    person = Person(house, "security").come_in()
    for wrong in ({}, {"csrf": "x" * 44}, {"csrf": Person(house, "security").come_in().secret()}):
        answer = person.post("/admin/users", USER | wrong)
        assert answer.status_code == 403 and "还没有保存" in answer.text
        assert 'value="night-9"' in answer.text and 'action="/admin/users"' in answer.text
        assert USER["password"] not in answer.text
        assert field(answer.text, "csrf") == person.secret()
    assert "night-9" not in person.get("/admin/users").text
    assert person.post("/admin/users", USER | {"csrf": person.secret()}).status_code == 200
    assert "night-9" in person.get("/admin/users").text


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_the_secret_does_not_help_a_form_of_another_site(house, origin):
    person = Person(house, "security").come_in()
    answer = person.post("/admin/users", USER | {"csrf": person.secret()}, headers={"Origin": origin})
    assert answer.status_code == 403 and answer.json()["code"] == "cross_site"


def test_a_script_sends_the_secret_in_a_header_and_a_token_needs_none(house):
    person = Person(house, "operator").come_in()
    body = {"url": "x"}
    bare = person.web.post(f"{house.base}/api/v1/calls", json=body, headers={"Origin": house.base}, timeout=20)
    assert bare.status_code == 403 and bare.json()["code"] == "csrf_invalid"
    known = {"Origin": house.base, "X-CSRF-Token": person.secret()}
    assert person.web.post(f"{house.base}/api/v1/calls", json=body, headers=known, timeout=20).status_code == 400
    assert house.client("operator")("POST", "/calls", body).status_code == 400


def test_logging_out_needs_the_secret_and_a_login_starts_a_session_of_its_own(house):
    person = Person(house, "operator").come_in()
    first = person.web.cookies["sid"]
    assert person.post("/logout", {}).status_code == 403
    assert person.get("/console").status_code == 200
    person.come_in()
    assert person.web.cookies["sid"] != first
    assert requests.get(f"{house.base}/console", cookies={"sid": first}, allow_redirects=False, timeout=20).status_code == 303
    assert person.post("/logout", {"csrf": person.secret()}).status_code == 303
    assert person.get("/console").headers["location"] == "/login?next=/console"
    # Live events of a page that is still open have nothing to say, and no form to show to a script.
    live = requests.get(f"{house.base}/console/events", headers={"Accept": "text/event-stream"}, allow_redirects=False, timeout=20)
    assert (live.status_code, live.content) == (204, b"")


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(house):
    answer = Person(house, "operator").post("/login", {"name": "operator", "password": "operator-demo"})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    for headers in [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.test"}]:
        stranger = Person(house, "operator").post("/login", {"name": "operator", "password": "operator-demo"}, headers=headers)
        assert stranger.status_code == 403 and "set-cookie" not in stranger.headers


def test_a_form_sent_after_the_session_has_ended_is_kept_until_the_person_is_in_again(house):
    person = Person(house, "admin").come_in()
    typed = {"csrf": person.secret(), "url": "https://example.org/hook?a=1&b=2", "events": "order.*"}
    person.web.cookies.clear()
    asked = person.post("/admin/webhooks", typed)
    assert asked.status_code == 401 and "刚才填写的内容还在" in asked.text
    kept = urllib.parse.unquote_plus(field(asked.text, "kept").replace("&amp;", "&").replace("&#39;", "'"))
    assert "example.org" in kept
    back = person.post("/login", {
        "name": "admin", "password": "admin-demo", "next": field(asked.text, "next"),
        "kept": field(asked.text, "kept").replace("&amp;", "&")})
    assert back.status_code == 200 and 'action="/admin/webhooks"' in back.text
    assert "https://example.org/hook?a=1&amp;b=2" in back.text and field(back.text, "csrf") == person.secret()
    # Another site cannot put words into the mouth of whoever logs in next.
    stranger = Person(house, "admin").post("/admin/webhooks", typed, origin="https://evil.example")
    assert stranger.status_code == 303 and "kept" not in stranger.text


@pytest.mark.parametrize("place", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_a_login_never_leads_to_another_site(house, place):
    answer = Person(house, "operator").post("/login", {"name": "operator", "password": "operator-demo", "next": place})
    assert answer.headers["location"] == "/console"


def test_the_second_factor_is_the_one_of_rfc_6238(house):
    security = Person(house, "security").come_in()
    assert security.post("/admin/users", {"name": "careful", "password": "careful-desk-1", "role": "operator", "csrf": security.secret()}).status_code == 200
    person = Person(house, "careful", "careful-desk-1").come_in()
    begun = person.post("/account/factor", {"csrf": person.secret()}).text
    uri = re.search(r'href="(otpauth://[^"]+)"', begun)[1].replace("&amp;", "&").replace("&#x3D;", "=")
    app = pyotp.parse_uri(uri)
    shown = re.search(r'id="secret">([^<]+)<', begun)[1]
    assert shown.replace(" ", "") == app.secret and app.name == "careful" and app.issuer == "VNH"
    assert person.post("/account/factor/confirm", {"code": "000000", "csrf": person.secret()}).status_code == 422
    used = app.now()
    done = person.post("/account/factor/confirm", {"code": used, "csrf": person.secret()})
    assert done.status_code == 200
    recovery = re.findall(r'<li class="big">([^<]+)</li>', done.text)
    assert len(recovery) == 8 and shown not in person.get("/account").text

    again = Person(house, "careful", "careful-desk-1")
    asked = again.post("/login", {"name": "careful", "password": "careful-desk-1", "next": "/account"})
    assert asked.status_code == 200 and "sid" not in again.web.cookies
    challenge = field(asked.text, "challenge")
    assert again.post("/login/code", {"challenge": challenge, "code": used}).status_code == 401
    answer = again.post("/login/code", {"challenge": challenge, "code": recovery[0], "next": "/account"})
    assert answer.status_code == 303 and answer.headers["location"] == "/account"
    assert "7" in again.get("/account").text

    refused = security.post("/admin/users/careful/factor", {"reason": "x", "csrf": security.secret()})
    assert refused.status_code == 422
    assert security.post("/admin/users/careful/factor", {"reason": "手机遗失，当面核实", "csrf": security.secret()}).status_code == 200
    assert again.get("/account").status_code == 303
    Person(house, "careful", "careful-desk-1").come_in()


def test_an_administrator_sees_only_what_is_his_post(house):
    links = {}
    for login in ["admin", "security", "auditor"]:
        page = Person(house, login).come_in().get({"admin": "/admin", "security": "/admin/users", "auditor": "/admin/audit"}[login])
        assert page.status_code == 200
        links[login] = set(re.findall(r'href="(/admin[^"]*)"', page.text))
    assert "/admin/users" not in links["admin"] and "/admin/access" not in links["admin"]
    assert "/admin/webhooks" not in links["security"] and "/admin/tokens" not in links["auditor"]


def test_a_token_made_twice_by_a_double_click_is_one(house):
    person = Person(house, "admin").come_in()
    form = {"csrf": person.secret(), "once": field(person.get("/admin/tokens").text, "once"), "role": "operator", "name": "till", "days": "30"}
    first, second = person.post("/admin/tokens", form).text, person.post("/admin/tokens", form).text
    token = re.search(r'id="issued">([^<]+)<', first)[1]
    assert re.search(r'id="issued">([^<]+)<', second)[1] == token
    assert house.rows("SELECT COUNT(*) FROM api_token WHERE name = 'till'") == [(1,)]
    headers = {"Authorization": f"Bearer {token}"}
    assert requests.get(f"{house.base}/api/v1/catalog/items?q=x", headers=headers, timeout=20).status_code == 200
    assert token not in person.get("/admin/tokens").text
    refused = person.post("/admin/tokens", {"csrf": person.secret(), "role": "auditor", "name": "spy", "days": "30"})
    assert refused.status_code == 422 and "安全管理员" in refused.text


def test_a_step_of_the_franchise_is_not_taken_over_somebody_elses(house):
    one, two = Person(house, "admin").come_in(), Person(house, "admin").come_in()
    seen = field(two.get("/admin/providers/P007").text, "seen")
    assert one.post("/admin/providers/P007", {"csrf": one.secret(), "seen": seen, "state": "suspended", "reason": "复查"}).status_code == 200
    late = two.post("/admin/providers/P007", {"csrf": two.secret(), "seen": seen, "state": "rectifying", "reason": "食品抽检不合格"})
    assert late.status_code == 409 and "暂停派单" in late.text and 'value="食品抽检不合格"' in late.text
    assert house.client("admin")("POST", "/providers/P007/state", {"state": "active", "reason_code": "cleared"}).status_code == 200


def test_a_person_changes_their_password_and_is_out_everywhere_else(house):
    security = Person(house, "security").come_in()
    made = USER | {"name": "night-11", "csrf": security.secret()}
    assert security.post("/admin/users", made).status_code == 200
    here, elsewhere = (Person(house, "night-11", USER["password"]).come_in() for _ in range(2))
    assert "至少 10 位" in here.get("/account").text

    def change(old, new, again=None, person=here, **more):
        return person.post("/account/password", {"old": old, "password": new, "again": again or new, "csrf": here.secret()} | more)

    for old, new, again, said in [
        ("wrong", "morning-desk-88", None, "旧密码不对"), (USER["password"], "short1", None, "至少 10 位"),
        (USER["password"], "morning-desk-88", "morning-desk-89", "不一样"), (USER["password"], USER["password"], None, "不能与旧密码相同"),
    ]:
        answer = change(old, new, again)
        assert answer.status_code == 422 and said in answer.text and new not in answer.text, said
    # A form that has lost its secret keeps no password for another try.
    stale = change(USER["password"], "morning-desk-88", csrf="x" * 44)
    assert stale.status_code == 403 and USER["password"] not in stale.text and "morning-desk-88" not in stale.text
    done = change(USER["password"], "morning-desk-88")
    assert done.status_code == 303 and "密码已修改" in here.get(done.headers["location"]).text
    assert elsewhere.get("/console").headers["location"].startswith("/login")
    assert here.get("/console").status_code == 200
    assert Person(house, "night-11").post("/login", {"name": "night-11", "password": USER["password"]}).status_code == 401
    Person(house, "night-11", "morning-desk-88").come_in()
    # A machine has no password, whatever its name.
    token = {"Authorization": f"Bearer {house.token('operator')}"}
    assert requests.post(f"{house.base}/account/password", headers=token, timeout=20, data={
        "old": "x", "password": "morning-desk-88", "again": "morning-desk-88"}).status_code == 409


def test_the_old_password_is_guessed_at_five_times_and_no_more(house):
    security = Person(house, "security").come_in()
    assert security.post("/admin/users", USER | {"name": "night-12", "csrf": security.secret()}).status_code == 200
    person = Person(house, "night-12", USER["password"]).come_in()
    form = {"old": "wrong", "password": "morning-desk-88", "again": "morning-desk-88", "csrf": person.secret()}
    assert [("锁定到" in person.post("/account/password", form).text) for _ in range(5)] == [False] * 4 + [True]
    assert person.get("/console").headers["location"].startswith("/login")
    assert "锁定" in person.post("/login", {"name": "night-12", "password": USER["password"]}).text

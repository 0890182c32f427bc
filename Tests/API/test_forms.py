"""Forms of a browser without scripts: a double press sends them twice at once, Back sends them again later. What they ask is done once."""

import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from house import House, now
from test_sessions import Person, field

MONTH = "2026-01"


def form(person, page, action, **fields):
    """What the browser would send of the form that stands on a page: its hidden fields and what was typed."""
    html = person.get(page).text
    return {"csrf": person.secret(), "once": field(html[html.index(f'action="{action}"'):], "once")} | fields


def pressed_twice(person, action, sent):
    """The second one leaves before the first is answered."""
    with ThreadPoolExecutor(2) as hands:
        return list(hands.map(lambda _: person.post(action, sent), range(2)))


def told(house, type, subject=None):
    """How often the log tells of it."""
    return house.rows("SELECT COUNT(*) FROM event WHERE type = ? AND (? IS NULL OR subject = ?)", type, subject, subject)[0][0]


def test_a_login_is_made_once_and_an_old_form_gives_nobody_their_old_password_back(house):
    security = Person(house, "security").come_in()
    sent = form(security, "/admin/users", "/admin/users", name="twice-1", password="first-pass-1", role="operator")
    for answer in pressed_twice(security, "/admin/users", sent):
        assert answer.status_code == 200 and "已保存：" in answer.text
    assert told(house, "login.saved", "twice-1") == 1
    # Back, another password into the same form: not saved in silence, nor taken for saved.
    other = security.post("/admin/users", sent | {"password": "other-pass-2"})
    assert other.status_code == 422 and "已经提交过" in other.text and 'value="twice-1"' in other.text and "other-pass-2" not in other.text
    holder = Person(house, "twice-1", "first-pass-1").come_in()
    changed = holder.post("/account/password", {
        "csrf": holder.secret(), "old": "first-pass-1", "password": "own-secret-3", "again": "own-secret-3"})
    assert changed.status_code in (200, 303)
    # Back to the form of the first day, which is sent again as it was.
    late = security.post("/admin/users", sent)
    assert late.status_code == 422 and "已经提交过" in late.text
    Person(house, "twice-1", "own-secret-3").come_in()
    # The page of the refusal has a form of its own, which does it.
    anew = sent | {"once": field(late.text, "once"), "password": "given-anew-4"}
    assert security.post("/admin/users", anew).status_code == 200
    Person(house, "twice-1", "given-anew-4").come_in()
    # Of a password nothing is kept with the key that could be guessed at.
    assert not [row for row in house.rows("SELECT body FROM idempotency") if "pass" in row[0]]


def test_a_right_is_given_and_taken_once(house):
    admin = Person(house, "admin").come_in()
    for act, action, type in [("/admin/rights", "/admin/rights", "right.granted"), ("/admin/rights/revoke", "/admin/rights/revoke", "right.revoked")]:
        sent = form(admin, "/admin/rights", action, name="somebody-2", right="pay")
        for answer in [*pressed_twice(admin, act, sent), admin.post(act, sent)]:
            assert answer.status_code == 303 and answer.headers["location"] == "/admin/rights", answer.text
        assert told(house, type, "somebody-2") == 1
    # The session is over, the form is sent with the secret of the next one: still the same form.
    again = Person(house, "admin").come_in()
    assert again.post("/admin/rights/revoke", sent | {"csrf": again.secret()}).status_code == 303 and told(house, "right.revoked", "somebody-2") == 1
    # Given again after it was taken: by a form that says so, not by Back.
    sent = form(admin, "/admin/rights", "/admin/rights", name="somebody-2", right="pay")
    assert admin.post("/admin/rights", sent).status_code == 303 and told(house, "right.granted", "somebody-2") == 2


def test_a_token_of_another_name_is_another_and_is_revoked_once(house):
    admin = Person(house, "admin").come_in()
    sent = form(admin, "/admin/tokens", "/admin/tokens", role="operator", name="till-a", days="30")
    first = [field_of(answer.text) for answer in pressed_twice(admin, "/admin/tokens", sent)]
    assert len(set(first)) == 1
    # Back, and another name into the same form.
    second = field_of(admin.post("/admin/tokens", sent | {"name": "till-b"}).text)
    assert second not in first
    assert house.rows("SELECT name, COUNT(*) FROM api_token WHERE name LIKE 'till-_' GROUP BY name ORDER BY name") == [("till-a", 1), ("till-b", 1)]
    id = house.rows("SELECT sha256 FROM api_token WHERE name = 'till-b'")[0][0][:16]
    sent = form(admin, "/admin/tokens", f"/admin/tokens/{id}/revoke")
    for answer in pressed_twice(admin, f"/admin/tokens/{id}/revoke", sent):
        assert answer.status_code == 303
    assert told(house, "token.revoked", id) == 1


def field_of(html):
    return html.split('id="issued">')[1].split("<")[0]


def test_a_version_is_published_once_and_back_does_not_undo_the_next_one(house):
    admin, name = Person(house, "admin").come_in(), "catalog/calendar.csv"
    page = f"/admin/reference?file={name}"
    text = bytes(house.rows("SELECT content FROM reference_file WHERE name = ?", name)[-1][0]).decode("utf-8-sig").rstrip()
    lines = [f"2027-10-{day},本地活动,趣味运动会" for day in (20, 21)]
    one, two = (text + "\n" + "\n".join(lines[:count]) + "\n" for count in (1, 2))
    sent = form(admin, page, "/admin/reference", file=name, text=one, publish="yes")
    for answer in pressed_twice(admin, "/admin/reference", sent):
        assert answer.status_code == 200 and "已发布并生效" in answer.text, answer.text[:3000]
    assert told(house, "reference.published", name) == 1
    assert admin.post("/admin/reference", form(admin, page, "/admin/reference", file=name, text=two, publish="yes")).status_code == 200
    again = admin.post("/admin/reference", sent)
    assert again.status_code == 200 and lines[1] in again.text
    assert lines[1] in admin.get(page).text and told(house, "reference.published", name) == 2


def test_a_step_of_the_franchise_and_a_till_are_taken_once(house):
    admin = Person(house, "admin").come_in()
    page, action = "/admin/providers/P008", "/admin/providers/P008"
    sent = form(admin, page, action, state="suspended", reason="复查")
    sent["seen"] = field(admin.get(page).text, "seen")
    for answer in pressed_twice(admin, action, sent):
        # Whoever has pressed twice is not told that somebody else has changed it.
        assert answer.status_code == 200 and "已被改为" not in answer.text
    assert told(house, "provider.state", "P008") == 1
    page = "/admin/providers/P003"
    sent = form(admin, page, f"{page}/tills", device="till-twice")
    for answer in pressed_twice(admin, f"{page}/tills", sent):
        assert answer.status_code == 303, answer.text


def test_what_is_done_at_the_desk_is_done_once(house):
    desk = house.client("operator")
    for event in ("newCall", "answer", "hangup"):
        desk.post("/calls", {"event": event, "call_id": "twice-call", "from": "13700000001", "to": "96196", "at": now()})
    person = Person(house, "operator").come_in()
    action = "/console/duties/calls/twice-call"
    assert action in person.get("/console/duties").text
    sent = form(person, "/console/duties", action, outcome="called_back")
    for answer in [*pressed_twice(person, action, sent), person.post(action, sent)]:
        assert answer.status_code == 303
    assert told(house, "call.noted", "twice-call") == 1


@pytest.fixture(scope="module")
def office(lived, tmp_path_factory):
    """A house with January 2026 behind it, not closed yet."""
    house = House(f"sqlite:{shutil.copy(lived, tmp_path_factory.mktemp('forms') / 'vnh.sqlite')}").start()
    yield house
    house.stop()


def test_a_month_is_closed_once_and_both_presses_lead_to_it(office):
    finance = Person(office, "finance").come_in()
    action = f"/finance/{MONTH}/close"
    sent = form(finance, f"/finance/{MONTH}", action)
    for answer in [*pressed_twice(finance, action, sent), finance.post(action, sent)]:
        assert answer.status_code == 303 and answer.headers["location"] == f"/finance/{MONTH}", answer.text
    assert office.rows("SELECT COUNT(*) FROM close_entry WHERE month = ? AND action = 'cut_off'", MONTH) == [(1,)]


def test_allowances_are_drawn_up_and_paid_once(office):
    finance, admin = Person(office, "finance").come_in(), Person(office, "admin").come_in()
    action, page = f"/finance/payouts/{MONTH}/AGE/draw-up", f"/finance/payouts?month={MONTH}"
    sent = form(finance, page, action)
    for answer in pressed_twice(finance, action, sent):
        assert answer.status_code == 303 and answer.headers["location"] == page, answer.text
    drawn = office.rows("SELECT COUNT(*), COUNT(DISTINCT elder_id) FROM payout")[0]
    assert drawn[0] == drawn[1] > 0
    action = f"/finance/payouts/{MONTH}/AGE/approve"
    html = admin.get(page).text
    sent = form(admin, page, action, opinion="核对无误")
    sent["list"] = field(html[html.index(f'action="{action}"'):], "list")
    for answer in [*pressed_twice(admin, action, sent), admin.post(action, sent)]:
        assert answer.status_code == 303 and answer.headers["location"] == page, answer.text
    paid = office.client("finance").get(f"/payouts/{MONTH}/AGE", limit=500)
    assert paid["paid"] == drawn[0] and paid["waiting"] == 0
    # A list that is decided stays so: the opposite, out of the same page, is refused in words.
    turned = admin.post(f"/finance/payouts/{MONTH}/AGE/reject", sent | {"opinion": "不对"}, headers={"Accept": "text/html"})
    assert turned.status_code == 409 and "已经批准" in turned.text

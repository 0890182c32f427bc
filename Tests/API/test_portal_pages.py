"""The provider's own pages over a month that was really served and closed: statements answered line by line, own figures."""

import re
import shutil

import pytest
from house import House
from test_sessions import Person, field

MONTH = "2026-01"


@pytest.fixture(scope="module")
def closed(served, tmp_path_factory):
    house = House(f"sqlite:{shutil.copy(served, tmp_path_factory.mktemp('portal') / 'vnh.sqlite')}").start()
    yield house
    house.stop()


@pytest.fixture(scope="module")
def provider(closed):
    """The firm with most lines in the month, with a login of its own."""
    firm = max(closed.client("finance").get(f"/settlements/{MONTH}/statements")["statements"], key=lambda s: s["lines"] if isinstance(s["lines"], int) else len(s["lines"]))
    security = Person(closed, "security").come_in()
    answer = security.post("/admin/users", {
        "csrf": security.secret(), "name": "firm", "password": "firm-login-1", "role": "provider", "provider": firm["provider"]})
    assert answer.status_code == 200
    return Person(closed, "firm", "firm-login-1").come_in(), firm["provider"]


def walked(person, path):
    """The lines of a statement, page after page."""
    subjects = []
    while path:
        page = person.get(path).text
        subjects += re.findall(r'data-line="([^"]+)"', page)
        path = (re.search(r'rel="next" href="([^"]+)"', page) or [None, None])[1]
        path = path and path.replace("&amp;", "&")
    return subjects


def test_a_line_is_objected_to_the_rest_stands_and_what_was_seen_is_confirmed(closed, provider):
    person, code = provider
    assert f'href="/provider/statements/{MONTH}"' in person.get("/provider/statements").text
    statement = closed.client(code).get(f"/provider/statements/{MONTH}")
    subjects = walked(person, f"/provider/statements/{MONTH}?show=all")
    assert subjects == [line["subject"] for line in statement["lines"]]
    unpaid = [line["subject"] for line in statement["lines"] if line["verdict"] != "paid"]
    assert walked(person, f"/provider/statements/{MONTH}?show=unpaid") == unpaid
    # What is not paid comes first, if there is any; and the print is whole.
    assert walked(person, f"/provider/statements/{MONTH}") == (unpaid or subjects)
    sheets = person.get(f"/provider/statements/{MONTH}/print").text
    assert all(line["number"] in sheets for line in statement["lines"])
    path, form = f"/provider/statements/{MONTH}", {"csrf": person.secret()}
    assert person.post(f"{path}/dispute", form | {"subject": subjects[0], "reason": "当天实际服务两次"}).status_code == 303
    again = person.post(f"{path}/dispute", form | {"subject": subjects[0], "reason": "再说一遍"})
    assert again.status_code == 409
    page = person.get(f"{path}?show=all").text
    assert "已提异议：当天实际服务两次" in page.replace("： ", "：") and "有异议" in page
    stale = person.post(f"{path}/confirm", form | {"sha256": "0" * 64})
    assert stale.status_code == 409 and "重新查看" in stale.text
    assert person.post(f"{path}/confirm", form | {"sha256": field(page, "sha256")}).status_code == 303
    page = person.get(path).text
    assert "已确认" in page and "/confirm" not in page and "/dispute" not in page


def test_a_statement_of_another_is_nobodys(closed, provider):
    person, _ = provider
    assert person.get("/provider/statements/2019-01").status_code == 404
    assert person.post("/provider/statements/2019-01/dispute", {"csrf": person.secret(), "subject": "x", "reason": "y"}).status_code == 404


def test_the_figures_are_those_of_the_rows(closed, provider):
    """Counted again from the file, whatever the program says."""
    person, code = provider
    since = "date('now', '+8 hours', '-90 days')"
    visits, on_time = closed.rows(
        f"SELECT COUNT(*), COALESCE(SUM(v.in_at_ms <= o.start_ms + 900000), 0) FROM service_order o JOIN visit v ON v.order_id = o.id "
        f"WHERE o.provider_id = ? AND o.service_date >= {since}", code)[0]
    page = person.get("/provider/quality")
    assert page.status_code == 200
    assert f"{visits} 次上门，15 分钟内签到 {on_time} 次" in page.text

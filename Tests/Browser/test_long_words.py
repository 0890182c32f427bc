"""What people type at its longest, in rare characters and as markup, wherever it shows up: no page is wider than its screen, no paper cuts it off."""

import os
import sqlite3

import pytest

from test_pages import PAGES

NAME = "𠮷㛃<b>Abdulkarim</b>" + "Muhammadjonovich" * 5
WORDS = "𠮷㛃<script>alert(1)</script>" + "核实电话录音无误" * 20 + "x" * 280
SHOTS = os.environ.get("VNH_SHOTS")


@pytest.fixture(scope="module")
def district(make_house):
    """Every name, note, opinion and answer of a lived month is as long as it may be."""
    house = make_house("long", "--elders", "400", "--days", "33", close="2026-01")
    house.stop()
    with sqlite3.connect(house.url.removeprefix("sqlite:")) as connection:
        for table, column, text in [
            ("elder", "name", NAME[:100]), ("elder", "estate", "富" * 60), ("service_order", "note", WORDS), ("callback", "did", WORDS),
            ("complaint", "text", WORDS), ("complaint", "answer", WORDS), ("sample", "note", WORDS), ("close_entry", "opinion", WORDS),
            ("adjustment", "reason", WORDS), ("standing_order", "note", WORDS),
        ]:
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE {column} IS NOT NULL", [text])
    house.start()
    return house


def paths(house, login):
    order = house.api("GET", "/orders?state=closed&limit=1")["orders"]
    more = [
        ("operator", "/console/elders"), ("operator", "/console/orders?state=closed"), ("finance", "/finance/2026-01"), ("finance", "/finance/2026-01/held"),
        ("finance", "/finance/2026-01/money"), ("finance", "/finance/2026-01/documents"), ("finance", "/finance/2026-01/documents/detail"),
        ("finance", "/finance/2026-01/P001"), ("provider", "/provider/statements/2026-01?show=all"), ("admin", "/admin/elders/e00000001"),
    ] + ([("operator", f"/console/orders/{order[0]['id']}"), ("finance", f"/finance/audit?q={order[0]['number']}")] if order else [])
    return [path for who, path in PAGES + more if who == login]


@pytest.mark.parametrize("width", [390, 1280, 1920])
@pytest.mark.parametrize("login", ["operator", "finance", "provider", "admin", "auditor", "security"])
def test_no_page_is_wider_than_its_screen(enter, district, login, width):
    visitor = enter(district, login, viewport={"width": width, "height": 900})
    alerts = []
    visitor.page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    wide = []
    for path in paths(district, login):
        page = visitor.go(path)
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if over > 1:
            guilty = page.evaluate("""() => [...document.querySelectorAll("main *, header *")]
                .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".wide"))
                .slice(0, 4).map((one) => one.outerHTML.slice(0, 160))""")
            wide.append((path, over, guilty))
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{login}-{width}-{path.strip('/').replace('/', '-').replace('?', '-')}.png", full_page=True)
    assert wide == [] and alerts == []


@pytest.mark.parametrize("width,media", [(1280, "screen"), (1920, "screen"), (640, "screen"), (390, "screen"), (1040, "print")])
def test_what_was_said_of_a_held_line_has_the_width_of_its_card(enter, district, width, media):
    """At 100 % and 200 %, on a telephone and on A4 across: no column of a few letters, and nothing beside the page."""
    page = enter(district, "finance", viewport={"width": width, "height": 900}).go("/finance/2026-01/held")
    page.emulate_media(media=media)
    shares = page.locator(".held .told dd").evaluate_all("""said => said.map((one) => {
        const card = one.closest(".held").getBoundingClientRect(), text = one.getBoundingClientRect();
        return [text.width / card.width, text.right <= card.right + 1 && one.scrollWidth <= one.clientWidth + 1];
    })""")
    assert shares and all(share > 0.7 and fits for share, fits in shares), shares
    assert page.evaluate("document.documentElement.scrollWidth") <= width + 1

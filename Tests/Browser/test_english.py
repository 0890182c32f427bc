"""Every page of every face in English: a Chinese word is either data of the district or an omission.

Data are what somebody has typed or named (`TYPED`, `NAMED` below); what is Chinese for good reason, a sentence to be read aloud to an elder or a
statutory form, says so with `lang="zh-CN"` on its element. Whatever else is Chinese is a word of ours that nobody has translated.
"""

import csv
import json
import pathlib
import re
import sqlite3

import pytest

from conftest import DATA, Visitor
from test_filled_pages import allowances, held_swipe, special_funds
from test_portal import movers, offer, tomorrow_noon

HAN = re.compile(r"[\u3007\u3400-\u9fff\U00020000-\U0003ffff]")
# 5号楼2单元603室: the end of an address.
DOOR = re.compile(r"\d+(号楼|单元|室)")
# An amount in capitals, as it stands on a form.
CAPITALS = re.compile(r"[零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整]+整|[零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角]+分")
# `王**示` and `雁滩路街道***`: masked, and nothing of ours.
MASKED = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+\*+[\u3400-\u9fff\U00020000-\U0003ffff]?")

# Typed by people into the district: table and its columns.
TYPED = {
    "elder": ["name", "community", "estate", "building", "unit", "room", "landmark", "alerts", "contacts", "diet"],
    "elder_phone": ["label"], "elder_item": ["value"], "service_order": ["caller", "note", "from_address", "to_address"],
    "standing_order": ["note", "reason"], "complaint": ["text", "answer", "resolution"], "event_note": ["text"],
    "absence": ["note"], "line_decision": ["reason"], "close_entry": ["opinion"], "sample": ["note"], "access_log": ["reason"],
    "adjustment": ["reason"], "fund_account": ["holder"], "fund_payment": ["reason", "opinion"], "meal_held": ["sentence"], "payout_reversal": ["reason"], "callback": ["did"], "statement_line": ["findings"], "budget_override": ["reason"], "api_token": ["name"],
}
# Names in the reviewed files of the district: file and its columns.
NAMED = {
    "Catalog/items.csv": ["name", "questions", "aliases", "notes"], "Catalog/regions.csv": ["name", "district_name"], "Catalog/classes.csv": ["name"],
    "Catalog/categories.csv": ["name"], "Catalog/calendar.csv": ["name"], "Catalog/credentials.csv": ["name"],
    "Catalog/knowledge.csv": ["title", "text", "keywords"], "Catalog/kinds.csv": ["name"],
    "Providers/providers.csv": ["name", "address"], "Providers/workers.csv": ["name", "languages"], "Providers/vehicles.csv": ["plate"],
}

# All that a reader or a screen reader meets: the texts, and the attributes that are read out or shown.
READ = """() => {
  const found = document.documentElement.lang.startsWith("zh") ? [] : [document.title];
  const isChinese = node => node.closest('[lang^=zh]');
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!isChinese(parent) && !parent.closest('script, style')) found.push(walker.currentNode.data);
  }
  for (const element of document.body.querySelectorAll('[title], [placeholder], [aria-label], [alt], [data-confirm]'))
    if (!isChinese(element))
      for (const name of ['title', 'placeholder', 'aria-label', 'alt', 'data-confirm'])
        if (element.hasAttribute(name)) found.push(element.getAttribute(name));
  return found.map(text => text.trim()).filter(text => text);
}"""


def parts(text):
    """A cell of a file or a column: a list in it counts part by part."""
    if text.startswith(("[", "{")):
        try:
            return [part for value in flat(json.loads(text)) for part in parts(value)]
        except ValueError:
            pass
    return [text, *re.split(r"[;|\x1e\x1f\n]", text)]


def flat(value):
    if isinstance(value, dict):
        value = list(value.values())
    return [part for entry in value for part in flat(entry)] if isinstance(value, list) else [str(value)]


class District:
    """What is data here."""

    def __init__(self, house):
        self.rows = sqlite3.connect(f"file:{house.url.removeprefix('sqlite:')}?mode=ro", uri=True)
        words = set()
        for table, columns in TYPED.items():
            for row in self.rows.execute(f"SELECT {', '.join(columns)} FROM {table}"):
                words.update(part for text in row if text for part in parts(str(text)))
        for file, columns in NAMED.items():
            with open(DATA / file, encoding="utf-8-sig", newline="") as lines:
                for row in csv.DictReader(lines):
                    words.update(part for column in columns if row.get(column) for part in parts(row[column]))
        programmes = (DATA / "Catalog/programmes.yaml").read_text(encoding="utf-8")
        words.update(name.strip(" \"'") for name in re.findall(r"(?:name|note|basis|source): *(.+)", programmes))
        # 拱星墩, as the map names 拱星墩街道.
        words |= {word.removesuffix("街道") for word in words}
        self.words = sorted((word for word in words if len(word) > 1 and HAN.search(word)), key=len, reverse=True)

    def one(self, sql, *values):
        found = self.rows.execute(sql, values).fetchone()
        assert found, f"nothing in the district for: {sql}"
        return found[0]

    def left(self, text):
        """What of a text is no data; empty when all is."""
        if not HAN.search(text):
            return ""
        for word in self.words:
            text = text.replace(word, "·")
        for pattern in (MASKED, DOOR, CAPITALS):
            text = pattern.sub("·", text)
        return text if HAN.search(text) else ""


# Every page: the route as `roles.txt` has it, who opens it, and an address, whose `{name}` is asked of the district.
PAGES = [
    ("/account", "operator", "/account"),
    ("/admin", "admin", "/admin"),
    ("/admin/access", "auditor", "/admin/access"),
    ("/admin/audit", "auditor", "/admin/audit"),
    ("/admin/elders/{id}", "admin", "/admin/elders/{elder}"),
    ("/admin/import", "admin", "/admin/import"),
    ("/admin/providers", "admin", "/admin/providers"),
    ("/admin/providers/{id}", "admin", "/admin/providers/P001"),
    ("/admin/reference", "admin", "/admin/reference?file=catalog/parameters.csv"),
    ("/admin/tokens", "security", "/admin/tokens"),
    ("/admin/rights", "admin", "/admin/rights"),
    ("/admin/users", "security", "/admin/users"),
    ("/admin/webhooks", "admin", "/admin/webhooks"),
    ("/admin/webhooks/{id}", "admin", "/admin/webhooks/{webhook}"),
    ("/board", "operator", "/board"),
    ("/board/figures/{code}", "operator", "/board/figures/late"),
    ("/board/pieces/wall", "operator", "/board/pieces/wall"),
    ("/console", "operator", "/console"),
    ("/console/callbacks", "operator", "/console/callbacks"),
    ("/console/callbacks/{id}", "operator", "/console/callbacks/{sample}"),
    ("/console/callbacks/meals/{id}", "operator", "/console/callbacks/meals/{told}"),
    ("/console/complaints", "operator", "/console/complaints"),
    ("/console/downtime", "operator", "/console/downtime"),
    ("/console/downtime/print", "operator", "/console/downtime/print?from={slip}&until={slip}"),
    ("/console/downtime/{number}", "operator", "/console/downtime/{slip}"),
    ("/console/duties", "operator", "/console/duties"),
    ("/console/elders", "operator", "/console/elders?q=LZ000000"),
    ("/console/elders/{id}", "operator", "/console/elders/{elder}"),
    ("/console/elders/{id}/standing", "operator", "/console/elders/{regular}/standing"),
    ("/console/handover", "operator", "/console/handover"),
    ("/console/items/{code}", "operator", "/console/items/06001"),
    ("/console/knowledge", "operator", "/console/knowledge"),
    ("/console/knowledge/{code}", "operator", "/console/knowledge/K007"),
    ("/console/orders", "operator", "/console/orders"),
    ("/console/orders", "operator", "/console/orders?state=closed"),
    ("/console/orders/{id}", "operator", "/console/orders/{order}"),
    ("/console/orders/{id}", "operator", "/console/orders/{sample}"),
    ("/console/pieces/board", "operator", "/console/pieces/board"),
    ("/console/pieces/call", "operator", "/console/pieces/call?id={call}"),
    ("/console/pieces/elder", "operator", "/console/pieces/elder?id={elder}"),
    ("/console/pieces/find", "operator", "/console/pieces/find?q=w"),
    ("/console/pieces/items", "operator", "/console/pieces/items?q=bj"),
    ("/console/pieces/placed", "operator", "/console/pieces/placed?id={order}"),
    ("/console/pieces/quote", "operator", "/console/pieces/quote?elder={elder}&item=06001&when=m9&quantity=1"),
    ("/console/standing/{id}", "operator", "/console/standing/{standing}"),
    ("/finance", "finance", "/finance"),
    ("/finance/audit", "finance", "/finance/audit"),
    ("/finance/audit", "finance", "/finance/audit?q={sampled}"),
    ("/finance/budgets", "finance", "/finance/budgets"),
    ("/finance/budgets/{id}", "finance", "/finance/budgets/{budget}"),
    ("/finance/funds", "finance", "/finance/funds"),
    ("/finance/funds/{id}", "finance", "/finance/funds/{fund}"),
    ("/finance/swipes", "finance", "/finance/swipes"),
    ("/finance/lapsed", "finance", "/finance/lapsed?month=2026-01"),
    ("/finance/payouts", "finance", "/finance/payouts?month=2026-01"),
    ("/finance/payouts/{month}/{programme}", "finance", "/finance/payouts/2026-01/AGE"),
    ("/finance/{month}", "finance", "/finance/2026-01"),
    ("/finance/{month}/documents", "finance", "/finance/2026-01/documents"),
    ("/finance/{month}/documents/{kind}", "finance", "/finance/2026-01/documents/summary"),
    ("/finance/{month}/documents/{kind}/print", "finance", "/finance/2026-01/documents/summary/print"),
    ("/finance/{month}/held", "finance", "/finance/2026-01/held"),
    ("/finance/{month}/money", "finance", "/finance/2026-01/money"),
    ("/finance/{month}/shadow", "finance", "/finance/2026-01/shadow"),
    ("/finance/{month}/{provider}", "finance", "/finance/2026-01/{provider}"),
    ("/finance/{month}/{provider}/now", "finance", "/finance/2026-01/{provider}/now"),
    ("/login", "operator", "/login"),
    ("/provider", "provider", "/provider"),
    ("/provider/means", "provider", "/provider/means"),
    ("/provider/news", "provider", "/provider/news"),
    ("/provider/pieces/sheet", "provider", "/provider/pieces/sheet"),
    ("/provider/plan", "provider", "/provider/plan"),
    ("/provider/plan", "planner", "/provider/plan?day={day}"),
    ("/provider/plan/sheet", "planner", "/provider/plan/sheet?day={day}&worker={worker}"),
    ("/provider/quality", "provider", "/provider/quality"),
    ("/provider/statements", "provider", "/provider/statements"),
    ("/provider/statements/{month}", "provider", "/provider/statements/2026-01?show=all"),
    ("/provider/statements/{month}/print", "provider", "/provider/statements/2026-01/print"),
    ("/provider/why", "provider", "/provider/why?order={own}"),
]
# What these are is no page: streams, downloads, answers for scripts, the way home.
NO_PAGES = {"/", "/assets/{name}", "/calendar/{file}", "/console/events", "/healthz", "/metrics", "/openapi.json", "/provider/events",
            "/provider/plan.csv", "/readyz", "/session"}
# Statutory forms: Chinese in every language.
FORMS = {"/finance/{month}/documents/{kind}/print", "/provider/statements/{month}/print"}


def examples(district):
    """One of each thing that a page is about."""
    order = "SELECT {} FROM service_order WHERE state = 'closed' AND mode = '上门' ORDER BY start_ms DESC LIMIT 1"
    sample = ("SELECT {} FROM sample s JOIN service_order o ON o.id = s.subject WHERE s.result IS NULL AND o.elder_id IN (SELECT elder_id FROM callback c"
              " JOIN service_order p ON p.id = c.order_id UNION SELECT o.elder_id) ORDER BY o.id LIMIT 1")
    return {
        "elder": district.one(order.format("elder_id")), "order": district.one(order.format("id")),
        "own": district.one("SELECT number FROM service_order WHERE provider_id = 'P001' AND state = 'offered' LIMIT 1"),
        "told": district.one("SELECT s.subject FROM sample s JOIN meal_swipe m ON m.id = s.subject WHERE s.result IS NULL LIMIT 1"),
        "sample": district.one(sample.format("o.id")), "sampled": district.one(sample.format("o.number")),
        "regular": district.one("SELECT elder_id FROM standing_order ORDER BY id LIMIT 1"),
        "standing": district.one("SELECT id FROM standing_order ORDER BY id LIMIT 1"),
        "call": district.one("SELECT id FROM call WHERE elder_id IS NOT NULL ORDER BY rang_ms DESC LIMIT 1"),
        "budget": district.one("SELECT fund || ':' || year || ':all:all' FROM budget WHERE category || region = '' ORDER BY year, fund LIMIT 1"),
        "fund": district.one("SELECT account_id FROM fund_payment ORDER BY id LIMIT 1"),
        "day": district.one("SELECT day FROM day_plan WHERE provider_id = 'P092' ORDER BY day DESC LIMIT 1"),
        "worker": district.one("SELECT worker_id FROM day_plan_visit WHERE provider_id = 'P092' AND worker_id IS NOT NULL ORDER BY day DESC LIMIT 1"),
        "provider": district.one("SELECT provider_id FROM statement WHERE month = '2026-01' ORDER BY provider_id DESC LIMIT 1"),
        "slip": district.one("SELECT number FROM downtime_slip WHERE order_id IS NULL ORDER BY number LIMIT 1"),
        "webhook": district.one("SELECT id FROM webhook ORDER BY id LIMIT 1"),
    }


def pages_of_the_house():
    table = (pathlib.Path(__file__).parents[1] / "API/roles.txt").read_text(encoding="utf-8")
    return {path for path in re.findall(r"^GET +(\S+)", table, re.M) if not path.startswith("/api/")} - NO_PAGES


def test_the_list_names_every_page():
    assert {route for route, _, _ in PAGES} == pages_of_the_house()


@pytest.fixture(scope="module")
def district(browser, past):
    """The house with what a walk finds only where somebody has worked: a ring, an offer, a planned day, a budget, a webhook."""
    _, line = past.one_on_a_line()
    past.ring(line, "english-1")
    past.api("POST", "/webhooks", {"url": "https://example.org/hook", "events": ["order.closed"]}, token=past.token("admin"))
    past.budget({"fund": "district_subsidy", "year": 2026, "granted_fen": 50_000_00})
    allowances(past)
    special_funds(past)
    held_swipe(past)
    operator = Visitor(browser, past, "operator")
    operator.go("/console/downtime").locator("main form button").first.click()
    operator.page.wait_for_load_state()
    operator.close()
    offer(past, tomorrow_noon())
    firm = past.token("provider", "--provider", "P092")
    planned = offer(past, tomorrow_noon(), item="06001", provider="P092")
    past.api("POST", f"/provider/orders/{planned['id']}/accept", {}, token=firm)
    past.api("POST", f"/provider/plan?day={planned['start'][:10]}", {}, token=firm)
    return past


@pytest.mark.parametrize("who", sorted({who for _, who, _ in PAGES}))
def test_no_word_of_ours_is_chinese(enter, district, who):
    visitor = enter(district, movers(enter(district, "security")) if who == "planner" else who)
    data = District(district)
    told, omitted = examples(data), []
    visitor.go("/account?lang=en")
    for route, one, address in PAGES:
        if one == who:
            answer = visitor.page.goto(district.base + address.format(**told))
            assert answer.status == 200, (address, answer.status)
            language = visitor.page.locator("html").get_attribute("lang")
            assert language in ({"zh-CN"} if route in FORMS else {"en", None}), address
            if "/pieces/" in route or route in FORMS:
                # Without a head of ours the browser asks for an icon by itself.
                visitor.forgive("404")
            omitted += [f"{address}: {text}" for text in visitor.page.evaluate(READ) if data.left(text)]
    assert omitted == [], "\n".join(omitted)


def test_a_chinese_label_is_found_out(enter, district):
    """The walk can fail: a label in Chinese, as text and as a name that only a screen reader tells."""
    visitor, data = enter(district, "operator"), District(district)
    page = visitor.go("/console/knowledge?lang=en")
    for label in ["<b>待派单</b>", "<i aria-label='查找'></i>", "<b>还有 3 天</b>", "<b>王** 的服务</b>"]:
        page.evaluate("label => document.body.insertAdjacentHTML('beforeend', label)", label)
        assert [text for text in page.evaluate(READ) if data.left(text)], label
        page.evaluate("document.body.lastElementChild.remove()")

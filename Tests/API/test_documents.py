"""The papers of a month: the same rows and the same fen on screen, on paper, as CSV and as a spreadsheet, read by programs that others wrote."""

import csv
import io
import re
import shutil
import subprocess
from collections import defaultdict
from html.parser import HTMLParser

import openpyxl
from openpyxl.utils import get_column_letter
import pytest
from house import ROOT, House, problem

MONTH = "2026-01"
KINDS = ["summary", "detail", "confirmation", "streets", "funds", "payment", "deductions", "differences", "meals", "payouts"]


@pytest.fixture(scope="module")
def finance(served, tmp_path_factory):
    house = House(f"sqlite:{shutil.copy(served, tmp_path_factory.mktemp('papers') / 'vnh.sqlite')}").start()
    client = house.client("finance")
    assert client.post(f"/payouts/{MONTH}/AGE/draw-up", {})["drawn"] > 0
    best = max(client.get(f"/settlements/{MONTH}/statements")["statements"], key=lambda s: s["payable_fen"])["provider"]
    house.client("quality").post(f"/settlements/{MONTH}/scores", {"provider": best, "score": 85})
    yield client
    house.stop()


@pytest.fixture(scope="module")
def scopes(finance):
    """For each paper whom it is about: a provider with deductions, an elder with several services."""
    statements = finance.get(f"/settlements/{MONTH}/statements")["statements"]
    provider = max(statements, key=lambda s: s["deducted_fen"])["provider"]
    lines = finance.get(f"/settlements/{MONTH}/statements/{provider}")["lines"]
    return defaultdict(dict, deductions={"provider": provider}, confirmation={"elder": lines[0]["elder_id"]})


def document(finance, kind, scope):
    return finance.get(f"/settlements/{MONTH}/documents/{kind}", **scope)


def download(finance, path, **params):
    answer = finance("GET", path, params=params)
    assert answer.status_code == 200, answer.text[:400]
    return answer


def page(finance, kind, scope, view=""):
    answer = finance("GET", f"/finance/{MONTH}/documents/{kind}{view}", params=scope, root=True)
    assert answer.status_code == 200, answer.text[:400]
    return answer.text


def fen(text):
    """`1,234.50` in fen."""
    whole, part = text.replace(",", "").split(".")
    assert len(part) == 2
    return int(whole + part)


class Tables(HTMLParser):
    """All tables of a page as rows of texts; a cell ends where the next one begins, with or without its end tag."""

    def __init__(self, html):
        super().__init__()
        self.tables, self.inside = [], False
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        if tag == "table":
            self.tables.append([])
        elif tag == "tfoot":
            self.inside = False
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1] += [""] * int(dict(attributes).get("colspan", 1))
            self.inside, self.at = True, len(self.tables[-1][-1]) - int(dict(attributes).get("colspan", 1))

    def handle_endtag(self, tag):
        if tag in ("td", "th", "table"):
            self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.tables[-1][-1][self.at] += data.rstrip("\n")


def summed(paper):
    return [(index, column["name"]) for index, column in enumerate(paper["columns"]) if column["is_summed"]]


def column_of(rows, index):
    return [row[index] for row in rows]


def amounts(paper):
    """Which summed columns are money: the others count people or visits."""
    return [(i, name) for i, name in summed(paper) if not re.search("人数|人次|单数|数$", name)]


@pytest.mark.parametrize("kind", KINDS)
def test_four_renderings_agree_to_the_fen(finance, scopes, kind):
    scope = scopes[kind]
    paper = document(finance, kind, scope)
    names = [column["name"] for column in paper["columns"]]
    assert paper["rows"], kind
    # The document itself adds up.
    for index, name in summed(paper):
        assert sum(row[index] for row in paper["rows"]) == paper["totals"][index], name

    # CSV
    text = download(finance, f"/settlements/{MONTH}/documents/{kind}.csv", **scope)
    assert text.headers["content-type"] == "text/csv; charset=utf-8" and text.content[:3] == b"\xef\xbb\xbf"
    header, *rows = csv.reader(io.StringIO(text.content.decode("utf-8-sig"), newline=""))
    assert header == names
    if summed(paper):
        *rows, totals = rows
        assert totals[0] == "合计"
    assert len(rows) == len(paper["rows"])
    for index, name in amounts(paper):
        assert [fen(row[index]) for row in rows] == [row[index] for row in paper["rows"]], name
        assert fen(totals[index]) == paper["totals"][index], name

    # Spreadsheet
    book = openpyxl.load_workbook(io.BytesIO(download(finance, f"/settlements/{MONTH}/documents/{kind}.xlsx", **scope).content))
    sheet = book.active
    assert sheet.title == paper["title"] and sheet.freeze_panes == "A4" and not sheet.merged_cells.ranges
    cells = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3, max_col=len(names))]
    assert cells[0] == names
    body = cells[1 : 1 + len(rows)]
    for mine, theirs in zip(body, rows, strict=True):
        for value, text in zip(mine, theirs):
            assert (value in (None, "") and text == "") or value == text or float(value) == float(text), (value, text)
    for index, name in amounts(paper):
        column = [row[index] for row in body]
        assert all(isinstance(value, (int, float)) for value in column), name
        assert [round(value * 100) for value in column] == [row[index] for row in paper["rows"]], name
        assert round(cells[1 + len(rows)][index] * 100) == paper["totals"][index], name
        assert sheet.cell(4, index + 1).number_format == "#,##0.00"
    for index, name in enumerate(names):
        if re.search("代码|账号|编码|编号|工单号|后四位", name):
            assert all(row[index] is None or isinstance(row[index], str) for row in body), name
            # Nothing of a number is cut.
            assert sheet.column_dimensions[get_column_letter(index + 1)].width > max((len(row[index] or "") for row in body), default=0), name

    # Screen
    shown = Tables(page(finance, kind, scope)).tables[-1]
    assert shown[0] == names and len(shown) == 1 + len(rows) + bool(summed(paper))
    for index, name in amounts(paper):
        assert [fen(row[index]) for row in shown[1 : 1 + len(rows)]] == [row[index] for row in paper["rows"]], name
        assert fen(shown[-1][index]) == paper["totals"][index], name

    # Print
    sheets = Tables(page(finance, kind, scope, "/print")).tables
    running = defaultdict(int)
    printed = []
    for number, table in enumerate(sheets, 1):
        foot = 2 if summed(paper) else 0
        rows_here = table[1 : len(table) - foot]
        printed += rows_here
        if foot:
            assert (table[-2][0], table[-1][0]) == ("本页小计", "合计" if number == len(sheets) else "累计")
        for index, name in amounts(paper):
            subtotal = sum(fen(row[index]) for row in rows_here)
            running[index] += subtotal
            assert fen(table[-2][index]) == subtotal and fen(table[-1][index]) == running[index], (number, name)
    # People read amounts with thousands marks, programs without.
    money = {index for index, name in enumerate(names) if any(isinstance(value, str) and re.fullmatch(r"-?\d+\.\d\d", value) for value in column_of(rows, index))}
    assert all(text == f"{float(text.replace(',', '')):,.2f}" for row in printed for index, text in enumerate(row) if index in money and text)
    assert [[text.replace(",", "") if index in money else text for index, text in enumerate(row)] for row in printed] == rows
    assert {index: running[index] for index, _ in amounts(paper)} == {index: paper["totals"][index] for index, _ in amounts(paper)}


def test_the_papers_agree_with_each_other_and_with_the_settlement(finance, scopes):
    def total(kind, column):
        paper = document(finance, kind, scopes[kind])
        return paper["totals"][[c["name"] for c in paper["columns"]].index(column)]

    month = finance.get(f"/settlements/{MONTH}")
    # Rules have taken something from this month's statements, and every paper comes to what is left.
    assert month["adjusted_fen"] < 0 and month["due_fen"] == month["payable_fen"] + month["adjusted_fen"]
    assert total("summary", "实付金额") == total("detail", "结算金额") == total("streets", "总计拨款") == month["due_fen"]
    assert total("payment", "申请拨付金额") == total("differences", "实付金额") == month["due_fen"]
    assert total("summary", "应结总额") == total("differences", "明细应结") == month["gross_fen"]
    assert total("summary", "自费金额") == total("detail", "自费") == month["self_pay_fen"]
    assert total("summary", "扣减金额") == total("detail", "扣减") == month["deducted_fen"] > 0
    assert total("differences", "差异") == 0 and total("meals", "人次") > 0
    assert {row[-1] for row in document(finance, "differences", {})["rows"]} == {"相符"}
    funds = [row[4] for row in document(finance, "funds", {})["rows"]]
    assert funds[0] == month["subsidy_fen"] and funds[1] == sum(funds[2:6]) == month["payable_fen"] and funds[0] == funds[1] + funds[6] + funds[7]
    assert funds[8] == month["adjusted_fen"] and funds[9] == month["due_fen"]
    # Street by street it is the same money.
    with (ROOT / "Catalog/regions.csv").open(encoding="utf-8-sig") as file:
        codes = [row["code"] for row in csv.DictReader(file)]
    assert sum(document(finance, "funds", {"street": code})["rows"][9][4] for code in codes) == month["due_fen"]


def test_statements_are_files_too(finance):
    provider = finance.get(f"/settlements/{MONTH}/statements")["statements"][0]["provider"]
    for path, title in [("statements", "结算汇总表"), (f"statements/{provider}", "结算明细表")]:
        text = download(finance, f"/settlements/{MONTH}/{path}.csv")
        assert text.content.decode("utf-8-sig").startswith("序号,服务商编码" if path == "statements" else "结算批次号,工单号")
        assert f"filename*=UTF-8''%" in text.headers["content-disposition"]
        book = download(finance, f"/settlements/{MONTH}/{path}.xlsx")
        assert openpyxl.load_workbook(io.BytesIO(book.content)).sheetnames == [title]
        assert book.content == download(finance, f"/settlements/{MONTH}/{path}.xlsx").content


def test_no_paper_names_an_elder(finance, scopes, served):
    import sqlite3

    with sqlite3.connect(f"file:{served}?mode=ro", uri=True) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM elder") if len(name) > 2}
    for kind in KINDS:
        text = download(finance, f"/settlements/{MONTH}/documents/{kind}.csv", **scopes[kind]).text
        workers = re.findall(r"W\d{4} \S+?(?=,)", text)
        assert all("*" in worker for worker in workers)
        assert not [name for name in names if name in text], kind


def test_narrowed_papers(finance):
    provider = finance.get(f"/settlements/{MONTH}/statements")["statements"][0]["provider"]
    one = document(finance, "detail", {"provider": provider})
    assert {row[0] for row in one["rows"]} == {f"{MONTH}-{provider}"}
    parts = [document(finance, "detail", {"street": f"620102{n:03}"}) for n in range(1, 25)]
    whole = document(finance, "detail", {})
    index = [c["name"] for c in whole["columns"]].index("结算金额")
    assert 0 < sum(p["totals"][index] for p in parts) <= whole["totals"][index]


def test_wrong_questions_have_one_clear_answer(finance, scopes):
    base = f"/settlements/{MONTH}/documents"
    problem(finance("GET", f"{base}/poem"), 404, "document_unknown")
    problem(finance("GET", f"{base}/poem.csv"), 404, "document_unknown")
    problem(finance("GET", f"{base}/deductions"), 400, "document_scope")
    problem(finance("GET", f"{base}/confirmation.xlsx"), 400, "document_scope")
    problem(finance("GET", f"{base}/detail.csv", params={"provider": "P999"}), 404, "statement_unknown")
    problem(finance("GET", f"{base}/detail", params={"street": "1"}), 404, "street_unknown")
    problem(finance("GET", f"{base}/confirmation", params={"elder": "nobody"}), 404, "elder_unknown")
    problem(finance("GET", "/settlements/2026-13/documents/summary.csv"), 400, "month_invalid")
    kinds = {d["kind"]: d for d in finance.get(base)["documents"]}
    assert list(kinds) == KINDS and all("xlsx" in d["formats"] for d in kinds.values())
    listing = finance("GET", f"/finance/{MONTH}/documents", root=True).text
    assert all(f"documents/{kind}" in listing for kind in KINDS)


# ---- with an office program and a printer ----


def run(*command, **options):
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=180, **options)
    assert done.returncode == 0, f"{command[0]}: {done.stderr[-800:]}"
    return done.stdout


def test_an_office_program_reads_the_same_figures(finance, tmp_path):
    book = tmp_path / "detail.xlsx"
    book.write_bytes(download(finance, f"/settlements/{MONTH}/documents/summary.xlsx").content)
    # 44,34,76: comma, quotation mark, UTF-8; the last four: values as they are kept, not as they are shown.
    run("soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to",
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false", "--outdir", tmp_path, book)
    rows = list(csv.reader(io.StringIO((tmp_path / "detail.csv").read_text(encoding="utf-8-sig"))))
    expected = list(csv.reader(io.StringIO(
        download(finance, f"/settlements/{MONTH}/documents/summary.csv").content.decode("utf-8-sig"), newline="")))
    assert rows[0][0] == "结算汇总表" and rows[2] == expected[0]
    for mine, theirs in zip(rows[3:], expected[1:]):
        for index, (value, right) in enumerate(zip(mine, theirs, strict=True)):
            assert value == right or float(value) == float(right), (expected[0][index], value, right)
    account = expected[0].index("账号")
    assert all(len(row[account]) >= 19 for row in rows[3 : 2 + len(expected) - 1])


@pytest.mark.parametrize("kind", ["detail", "summary", "payment", "confirmation"])
def test_a_printer_makes_the_sheets_that_were_divided_here(finance, scopes, kind, tmp_path):
    html = page(finance, kind, scopes[kind], "/print")
    (tmp_path / "paper.html").write_text(html, encoding="utf-8")
    run("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={tmp_path}/profile",
        f"--print-to-pdf={tmp_path}/paper.pdf", f"file://{tmp_path}/paper.html")
    sheets = Tables(html).tables
    facts = run("pdfinfo", tmp_path / "paper.pdf")
    assert int(re.search(r"Pages:\s+(\d+)", facts)[1]) == len(sheets)
    width, height = map(float, re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", facts).groups())
    assert (round(width), round(height)) == (842, 595), "not A4 landscape"
    pages = run("pdftotext", "-layout", tmp_path / "paper.pdf", "-").split("\f")[:-1]
    for number, (text, table) in enumerate(zip(pages, sheets, strict=True), 1):
        flat = re.sub(r"\s", "", text)
        # What stands at the top and at the very end of a sheet is on it: nothing is cut off and nothing runs over.
        assert f"第{number}页共{len(sheets)}页" in flat and "（盖章）" in flat
        assert "本页小计" in flat and ("合计" if number == len(sheets) else "累计") in flat
        for amount in {cell for cell in table[-2] if re.fullmatch(r"-?\d+\.\d\d", cell)}:
            assert amount in flat, (number, amount)

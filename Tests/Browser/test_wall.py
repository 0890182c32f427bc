"""The wall board on its two screens: all of it is seen at once, no name covers another, and every number opens."""

import pytest

# Boxes of the names on the map that lie over each other.
COVERED = """() => {
  const boxes = [...document.querySelectorAll(".plot.map > text")].map(e => [e.textContent, e.getBBox()]);
  return boxes.flatMap(([a, p], i) => boxes.slice(i + 1).filter(([, q]) =>
    p.x + 2 < q.x + q.width && q.x + 2 < p.x + p.width && p.y + 8 < q.y + q.height && q.y + 8 < p.y + p.height).map(([b]) => [a, b]));
}"""


@pytest.mark.parametrize("width,height", [(1920, 1080), (3840, 2160)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_board_fills_the_screen_and_no_more(visit, width, height, scheme):
    page = visit("operator", viewport={"width": width, "height": height}, color_scheme=scheme).go("/board")
    size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert size == [width, height]
    assert page.evaluate(COVERED) == []
    # One circle and three texts are the legend. A street whose name has no room is told by its circle alone: one at most.
    assert page.locator(".plot.map > text").count() - 3 >= page.locator(".plot.map > circle.street").count() - 1 - 1
    # Four metres away: nothing smaller than an eightieth of the height.
    smallest = page.evaluate("""() => Math.min(...[...document.querySelectorAll("#wall *")].filter(e => e.children.length === 0 && e.textContent.trim() && e.tagName !== "title")
        .map(e => parseFloat(getComputedStyle(e).fontSize) * (e.ownerSVGElement ? e.ownerSVGElement.getScreenCTM().a : 1)))""")
    assert smallest >= height / 80


def test_every_number_on_the_board_opens_what_it_means(visit):
    page = visit("operator", viewport={"width": 1920, "height": 1080}).go("/board")
    links = page.locator(".tile").evaluate_all("tiles => tiles.map(tile => tile.getAttribute('href'))")
    assert len(links) >= 14 and all(links)
    for link in sorted(set(links)):
        page.goto(page.url.split("/board")[0] + link)
        assert page.locator("h1").inner_text() and page.locator("h1 + p").inner_text()
        assert page.locator("tbody tr").count() >= 1


@pytest.mark.parametrize("width", [1280, 1920])
def test_an_english_head_breaks_between_words_only(visit, width):
    page = visit("operator", viewport={"width": width, "height": 1080}).go("/board?lang=en")
    broken = """() => [...document.querySelectorAll('.tile .name')].flatMap(head => {
      const text = head.firstChild, found = [];
      for (const word of text.data.matchAll(/[^\\s-]+/g)) {
        const range = document.createRange();
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        if (range.getClientRects().length > 1) found.push(word[0]);
      }
      return found;
    })"""
    assert page.locator(".tile .name").count() > 10
    assert page.evaluate(broken) == []


@pytest.mark.parametrize("width", [1280, 1920, 3840])
def test_heads_and_figures_of_the_lists_stand_on_one_line(visit, width):
    page = visit("operator", viewport={"width": width, "height": width * 9 // 16}).go("/board")
    # A line of a text is a rectangle of its range.
    broken = """() => [...document.querySelectorAll('.tile .name, .wallgrid h2, .wallgrid .lines strong')].filter(told => {
      const range = document.createRange();
      range.selectNodeContents(told);
      return new Set([...range.getClientRects()].map(line => Math.round(line.top))).size > 1;
    }).map(told => told.textContent)"""
    assert page.locator(".wallgrid h2").count() == 8 and page.locator(".wallgrid .lines strong").count() > 0
    assert page.evaluate(broken) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


# Squares of firms under the name of another street, by their middles.
UNDER = """() => {
  const squares = [...document.querySelectorAll(".plot.map > rect.post")].map(e => e.getBBox());
  return [...document.querySelectorAll(".plot.map > text")].map(e => [e.textContent, e.getBBox()]).filter(([, name]) =>
    squares.some(q => q.x + 2 > name.x && q.x + 2 < name.x + name.width && q.y + 2 > name.y + 4 && q.y + 2 < name.y + name.height - 4)).map(([name]) => name);
}"""


@pytest.mark.parametrize("width,height", [(1280, 720), (1920, 1080)])
def test_names_on_the_map_cover_neither_each_other_nor_the_firms(visit, width, height):
    page = visit("operator", viewport={"width": width, "height": height}).go("/board")
    assert page.evaluate(COVERED) == []
    assert page.locator(".plot.map > rect.post").count() > 20
    # Where streets lie close together one or the other name has nowhere else to stand.
    under = page.evaluate(UNDER)
    assert len(under) <= 2, under
    # What does stand over a mark is read through it.
    assert page.locator(".plot.map > text").first.evaluate("name => getComputedStyle(name).paintOrder").startswith("stroke")

"""The report in a real browser: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.tool.browsing import NEEDS_BROWSER, chromium
from tests.tool.ledgers import IDS
from theorem_audit.report.site import write_site
from theorem_audit.weigh.ledger import Ledger
from theory import claims

pytestmark = NEEDS_BROWSER


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def page(browser: Any, site: Path) -> Iterator[Any]:
    """A fresh page on the report; what it logged and asked for is judged at the end."""
    opened = browser.new_page(color_scheme="dark", viewport={"width": 420, "height": 900})
    problems: list[str] = []
    opened.on("console", lambda message: problems.append(message.text))
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on(
        "request",
        lambda request: (
            None if request.url.startswith(("file:", "data:")) else problems.append(request.url)
        ),
    )
    opened.goto((site / "ledger.html").as_uri())
    yield opened
    opened.close()
    assert problems == []


def _visible(page: Any) -> list[str]:
    return page.locator("#claims tbody tr:not([hidden]) th").all_inner_texts()


def test_filters_and_search(page: Any) -> None:
    everything = _visible(page)
    assert set(IDS) <= set(everything)
    page.get_by_label("Chapter").select_option("model.autoencoder")
    assert _visible(page) == ["GRAD", "HESS"]
    page.get_by_label("Search").fill("kink")  # of a hypothesis and the note: all words are searched
    assert _visible(page) == ["HESS"]
    assert page.locator("#shown").inner_text() == f"1 of {len(everything)}"
    page.get_by_label("Search").fill("no such words")
    assert _visible(page) == []
    page.get_by_label("Search").fill("")
    page.get_by_label("Search").fill("")
    page.get_by_label("Chapter").select_option("")
    page.get_by_label("Kind").select_option("symbolic")
    assert set(IDS) <= set(_visible(page))


def _unrun(ids: Iterable[str], folder: Path) -> Path:
    """The report of a run that ran nothing of these claims: each has its page and its row."""
    ledger = Ledger(seed=0, quick=True)
    ledger.expect(list(ids))
    write_site(ledger.as_dict(), folder)
    return folder


def test_the_search_reads_sources_and_notes(page: Any, tmp_path: Path) -> None:
    """Of a source, of the notes (without the accent, too), of a hypothesis; and of nothing."""
    ids = ("GRAD", "SGD-SPARSE", "SAMPLING-GLOBAL", "Q-MS")
    page.goto((_unrun(ids, tmp_path) / "ledger.html").as_uri())
    for word, wanted in {
        "ghosh": {x for x in ids if "Ghosh" in claims[x].source.reference}, "patel": {"Q-MS"},
        "levy": {"SAMPLING-GLOBAL", "SGD-SPARSE"}, "Lévy 0-1": {"SAMPLING-GLOBAL", "SGD-SPARSE"},
        "live mass": {"SAMPLING-GLOBAL", "SGD-SPARSE"}, "cartan": set(),
    }.items():  # fmt: skip
        page.get_by_label("Search").fill(word)
        assert set(_visible(page)) == wanted, word


def test_following_an_edge_of_the_graph(page: Any) -> None:
    page.get_by_role("link", name="Graph").click()
    page.locator(".graph a[href='claims/STEP.html']").first.click()
    assert page.locator("h1").inner_text().startswith("STEP")
    page.locator(".graph a[href='GRAD.html']").first.click()
    assert page.locator("h1").inner_text().startswith("GRAD")


def _graph(page: Any, site: Path) -> Any:
    page.goto((site / "graph.html").as_uri())
    return page.locator("#view svg")


def _lit(page: Any) -> set[str]:
    titles = page.locator("#view .node:not(.dim) > title")
    return {x for x in titles.all_text_contents() if x in IDS}


def _box(svg: Any) -> list[float]:
    return [float(x) for x in svg.get_attribute("viewBox").split()]


def test_the_graph_shows_families_and_filters(page: Any, site: Path) -> None:
    svg = _graph(page, site)
    assert _lit(page) == set(IDS)
    page.locator(".graph a[href='claims/STEP.html']").first.hover()
    assert _lit(page) == {"GRAD", "STEP", "NORM"}, "what it rests on, and what rests on it"
    assert page.locator("#lit").inner_text() == "STEP rests on 1, carries 1"
    page.mouse.move(1, 1)
    assert _lit(page) == set(IDS)
    page.locator(".graph a[href='claims/GRAD.html']").first.focus()
    assert _lit(page) == {"GRAD", "STEP", "NORM"}, "the keyboard shows the same"
    page.get_by_label("Shelf").focus()
    page.get_by_label("Search").fill("hessian")
    assert _lit(page) == {"HESS"}
    whole = _box(svg)
    page.get_by_label("Search").fill("")
    assert _box(svg)[2] > whole[2], "what is found is brought near"
    page.get_by_label("Verdict").select_option(index=1)
    kept = page.locator("#list li:not([hidden])").evaluate_all("x => x.map(r => r.dataset.verdict)")
    assert len(set(kept)) == 1
    page.get_by_label("Verdict").select_option("")
    page.get_by_label("Shelf").select_option("model")
    assert _lit(page) == set(IDS)


def test_the_graph_zooms_and_moves(page: Any, site: Path) -> None:
    svg = _graph(page, site)
    start = _box(svg)
    page.locator("#view").focus()
    page.keyboard.press("+")
    near = _box(svg)
    assert near[2] < start[2]
    page.keyboard.press("ArrowRight")
    assert _box(svg)[0] > near[0]
    page.keyboard.press("0")
    assert _box(svg) == start
    page.locator("#view").hover()
    page.mouse.wheel(0, -100)
    page.wait_for_function(
        "w => document.querySelector('#view svg').viewBox.baseVal.width < w", arg=start[2]
    )
    inside = page.locator("#view").bounding_box()
    x, y = inside["x"] + 8, inside["y"] + 8
    before = _box(svg)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y + 40, steps=3)
    page.mouse.up()
    moved = _box(svg)
    assert moved[0] < before[0]
    assert moved[1] < before[1]
    assert page.url.endswith("graph.html"), "a drag follows no link"
    page.get_by_role("button", name="Show all").click()
    assert _box(svg) == start


def test_a_test_leads_to_its_lines(page: Any, site: Path) -> None:
    page.goto((site / "claims" / "STEP.html").as_uri())
    link = page.locator("table a[href^='../sources/']").first
    name = link.inner_text()
    link.click()
    assert page.locator(f"#{name}").inner_text().startswith(f"def {name}(")
    assert page.locator(f"#{name}").evaluate("x => x.matches(':target')")


def test_pictures_follow_the_dark_mode(page: Any, site: Path) -> None:
    page.goto((site / "index.html").as_uri())
    picture = page.locator("figure img").first
    assert "invert" in picture.evaluate("x => getComputedStyle(x).filter")
    page.emulate_media(color_scheme="light")
    assert picture.evaluate("x => getComputedStyle(x).filter") == "none"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_the_keyboard_reaches_the_filters(page: Any) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "text":
            break
    page.keyboard.type("recursion")
    assert "NORM" in _visible(page)
    assert "HESS" not in _visible(page)


ATTACK = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"


def test_nothing_that_a_ledger_smuggles_in_is_run(
    browser: Any, run: dict[str, Any], tmp_path: Path
) -> None:
    """Statement, title, notes, reasons of a foreign ledger; and the page's own script still runs."""
    run = copy.deepcopy(run)
    for claim in run["claims"]:
        claim["statement"] = rf"\text{{</math>{ATTACK}}} \text{{{ATTACK}}}"
        claim["title"] = claim["remark"] = ATTACK
        claim["reasons"] = [ATTACK]
        claim["evidence"][0] |= {"detail": ATTACK, "notes": [ATTACK]}
    write_site(run, tmp_path)
    opened = browser.new_page()
    refused: list[str] = []
    opened.on("console", lambda message: refused.append(message.text))
    for path in sorted(tmp_path.rglob("*.html")):
        opened.goto(path.as_uri())
        assert opened.evaluate("window.hacked") is None, path.name
        assert opened.locator("img:not([src^='data:'])").count() == 0
    opened.goto((tmp_path / "ledger.html").as_uri())
    opened.get_by_label("Search").fill("no such words")
    assert _visible(opened) == []
    assert refused == [], "the policy had to stop something that should not have been there"
    opened.evaluate("document.body.innerHTML += '<p id=late onclick=\"window.hacked = 1\">x</p>'")
    opened.locator("#late").click()
    assert opened.evaluate("window.hacked") is None, "the policy lets an inline handler run"
    opened.close()

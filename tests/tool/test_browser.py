"""The report in a real browser: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.tool.ledgers import IDS, small_ledger
from theorem_audit.cli import main
from theorem_audit.report.site import write_site

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("playwright") is None,
        reason="Playwright is absent (make extras): the report is not tried in a browser",
    ),
    pytest.mark.skipif(
        CHROMIUM is None, reason="Chromium is absent: the report is not tried in a browser"
    ),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    run = folder / "audit.json"
    small_ledger().write(run)
    assert main(["report", "--from", str(run), "--out", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                  "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        )  # fmt: skip
        yield opened
        opened.close()


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
    opened.goto((site / "index.html").as_uri())
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
    page.get_by_label("Chapter").select_option("")
    page.get_by_label("Kind").select_option("symbolic")
    assert set(IDS) <= set(_visible(page))


def test_following_an_edge_of_the_graph(page: Any) -> None:
    page.get_by_role("link", name="Graph").click()
    page.locator(".graph a[href='claims/STEP.html']").first.click()
    assert page.locator("h1").inner_text().startswith("STEP")
    page.locator(".graph a[href='GRAD.html']").first.click()
    assert page.locator("h1").inner_text().startswith("GRAD")


def test_every_claim_page_opens_and_shows_mathematics(page: Any, site: Path) -> None:
    for path in sorted((site / "claims").iterdir()):
        page.goto(path.as_uri())
        assert page.locator("h1").inner_text().startswith(path.stem)
        box = page.locator(".statement math").first.bounding_box()
        assert box["width"] > 20
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path.stem


def test_the_keyboard_reaches_the_filters(page: Any) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    for _ in range(90):  # past the abstracts, which open by keyboard, too
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "text":
            break
    page.keyboard.type("recursion")
    assert "NORM" in _visible(page)
    assert "HESS" not in _visible(page)


ATTACK = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"


def test_nothing_that_a_ledger_smuggles_in_is_run(browser: Any, tmp_path: Path) -> None:
    """Statement, title, notes, reasons of a foreign ledger; and the page's own script still runs."""
    run = small_ledger().as_dict()
    for claim in run["claims"]:
        claim["statement"] = rf"\text{{</math>{ATTACK}}} \text{{{ATTACK}}}"
        claim["title"] = claim["remark"] = ATTACK
        claim["reasons"] = [ATTACK]
        claim["evidence"][0] |= {"detail": ATTACK, "notes": [ATTACK]}
    write_site(run, tmp_path)
    opened = browser.new_page()
    refused: list[str] = []
    opened.on("console", lambda message: refused.append(message.text))
    for path in (tmp_path / "index.html", *sorted((tmp_path / "claims").iterdir())):
        opened.goto(path.as_uri())
        assert opened.evaluate("window.hacked") is None, path.name
        assert opened.locator("img:not([src^='data:'])").count() == 0
    opened.goto((tmp_path / "index.html").as_uri())
    opened.get_by_label("Search").fill("no such words")
    assert _visible(opened) == []
    assert refused == [], "the policy had to stop something that should not have been there"
    opened.evaluate("document.body.innerHTML += '<p id=late onclick=\"window.hacked = 1\">x</p>'")
    opened.locator("#late").click()
    assert opened.evaluate("window.hacked") is None, "the policy lets an inline handler run"
    opened.close()

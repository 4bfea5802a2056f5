"""Every page of the whole theory's report in a browser: a phone, the console, names, the keyboard, axe-core.

The ledger's outcomes are made up (``whole_ledger``), so that nothing is run and no instance is looked for.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.tool import ROOT
from tests.tool.browsing import NEEDS_BROWSER, chromium
from tests.tool.ledgers import whole_ledger
from theorem_audit.report.drawing import drawn
from theorem_audit.report.site import write_site
from theory import claims

pytestmark = pytest.mark.thorough

FIRST = 400_000  # bytes of the first page, with its picture
AXE = importlib.util.find_spec("axe_playwright_python")
NEEDS_AXE = pytest.mark.skipif(AXE is None, reason="axe-core is absent (make extras)")
# One page of each template, and claims with long statements, a Coq statement, tables, prior work.
KINDS = (
    "index", "book", "graph", "pictures", "kernel", "try-it", "shelves/walks", "claims/SGD-SPARSE",
    "claims/Q-MS", "claims/DESIGN", "claims/TRACE",
)  # fmt: skip
IN_THE_DARK = ("index", "claims/SGD-SPARSE", "try-it")
# What a narrow page must not do, and what must have a name or be reached by keyboard.
FAULTS = """() => {
  const said = [], all = [...document.querySelectorAll('body *')];
  if (document.documentElement.scrollWidth > window.innerWidth) said.push('scrolls sideways');
  const ids = all.map(x => x.id).filter(x => x);
  if (new Set(ids).size < ids.length) said.push('an id stands twice');
  const named = x => (x.textContent + (x.getAttribute('aria-label') || '') + (x.title || '')).trim()
    || x.querySelector('img[alt]') || (x.labels && x.labels.length);
  for (const x of document.querySelectorAll('a[href],button,input,select,textarea'))
    if (!named(x)) said.push('no name: ' + x.outerHTML.slice(0, 80));
  for (const x of document.querySelectorAll('img:not([alt])')) said.push('no alt: ' + x.className);
  for (const x of document.querySelectorAll('pre,div,section,table,.math,math')) {
    const style = getComputedStyle(x).overflowX;
    if ((style === 'auto' || style === 'scroll') && x.scrollWidth > x.clientWidth + 1 && x.clientWidth
        && x.tabIndex < 0 && !x.querySelector('a[href],[tabindex="0"]') && !x.closest('[tabindex="0"]'))
      said.push('scrolls, but not by keyboard: ' + x.outerHTML.slice(0, 80));
  }
  return said;
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    write_site(whole_ledger().as_dict(), folder, drawn(ROOT / "pictures"))
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


def test_the_first_page_is_small_for_the_whole_theory(site: Path) -> None:
    assert (site / "index.html").stat().st_size < FIRST


@NEEDS_BROWSER
def test_every_page_fits_a_phone_and_logs_nothing(browser: Any, site: Path) -> None:
    page = browser.new_page(viewport={"width": 400, "height": 900})
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > len(claims)
    for path in pages:
        page.goto(path.as_uri(), wait_until="domcontentloaded")
        problems += [f"{path.relative_to(site)}: {x}" for x in page.evaluate(FAULTS)]
    page.close()
    assert problems == []


@NEEDS_BROWSER
def test_the_faults_of_a_page_are_found(browser: Any) -> None:
    page = browser.new_page(viewport={"width": 400, "height": 900})
    page.set_content(
        "<p style='width:900px'>wide</p><i id=a></i><i id=a></i><button></button><img>"
        "<pre style='overflow-x:auto'>" + "x" * 200 + "</pre>"
    )
    found = page.evaluate(FAULTS)
    page.close()
    assert [x.split(":")[0] for x in found] == [
        "scrolls sideways", "an id stands twice", "no name", "no alt", "scrolls, but not by keyboard",
    ]  # fmt: skip


def _axe(page: Any) -> list[str]:
    """What axe-core calls serious or critical; the inside of MathML, which no rule is about, is left out."""
    assert AXE is not None
    assert AXE.origin is not None
    source = Path(AXE.origin).with_name("axe.min.js").read_text(encoding="utf-8")
    page.evaluate(source + "\n;0")
    found = page.evaluate("axe.run({exclude: [['math']]}, {resultTypes: ['violations']})")
    return [
        f"{x['id']}: {x['nodes'][0]['html'][:120]}"
        for x in found["violations"]
        if x["impact"] in ("serious", "critical")
    ]


@NEEDS_BROWSER
@NEEDS_AXE
@pytest.mark.parametrize(
    "scheme, width, names", [("light", 1350, KINDS), ("dark", 400, IN_THE_DARK)], ids=str
)
def test_axe_finds_nothing_serious(
    browser: Any, site: Path, scheme: str, width: int, names: tuple[str, ...]
) -> None:
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True
    )
    page = context.new_page()
    problems = []
    for name in names:
        page.goto((site / f"{name}.html").as_uri())
        problems += [f"{name}: {x}" for x in _axe(page)]
    context.close()
    assert problems == []


@NEEDS_BROWSER
@NEEDS_AXE
def test_axe_finds_what_is_wrong(browser: Any) -> None:
    page = browser.new_page()
    page.set_content(
        "<html lang=en><title>x</title><p style='color:#bbb;background:#fff'>pale</p><img src=data:,>"
    )
    assert {x.split(":")[0] for x in _axe(page)} == {"color-contrast", "image-alt"}
    page.close()

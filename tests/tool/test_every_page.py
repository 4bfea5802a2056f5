"""Every page of the whole theory's report, read, and in a browser: a phone, console, keyboard, axe-core.

The ledger's outcomes are made up (``whole_ledger``), so that nothing is run and no instance is looked for.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.tool import ROOT
from tests.tool import page_reading as reading
from tests.tool.browsing import AXE, NEEDS_AXE, NEEDS_BROWSER, chromium, serious, serious_on
from tests.tool.ledgers import whole_ledger
from theorem_audit.report.drawing import drawn
from theorem_audit.report.load import with_variants
from theorem_audit.report.site import write_site
from theorem_audit.weigh.collected import evidence_of
from theory import claims

pytestmark = pytest.mark.thorough

FIRST = 400_000  # bytes of the first page, with its picture
# Claims with long statements, a Coq statement, tables, prior work; the pages that the whole theory makes long.
LONG = ("shelves/walks", "claims/SGD-SPARSE", "claims/Q-MS", "claims/DESIGN")
KINDS = (  # one page of each template
    "index", "ledger", "graph", "findings", "pictures", "book", "shelves/model", "claims/STEP", "guide",
    "tutorial", "kernel", "try-it", "sources/tests.model.test_step",
)  # fmt: skip
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


# The kinds of elements of a page, each with its parent's: what axe-core's rules are about, but for words.
SHAPES = """() => {
  const kind = x => x.localName + '.' + x.className + '[' + x.getAttributeNames().sort() + ']';
  return [...new Set([...document.querySelectorAll('body *:not(math *):not(svg *)')].map(
    x => kind(x.parentElement) + '>' + kind(x) + (x.textContent.trim() ? '' : ' empty')))];
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    run = with_variants(whole_ledger().as_dict(), ROOT / "proofs_notes" / "variants.json")
    write_site(run, folder, drawn(ROOT / "pictures"))
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


def test_the_first_page_is_small_for_the_whole_theory(site: Path) -> None:
    assert (site / "index.html").stat().st_size < FIRST


def test_every_claims_page_reads_as_a_theorem(site: Path) -> None:
    order, problems = list(claims), []
    for before, claim, after in zip(
        [None, *order], claims.values(), [*order[1:], None], strict=False
    ):
        page = (site / "claims" / f"{claim.id}.html").read_text(encoding="utf-8")
        tests = {x.test.split("::")[-1] for x in evidence_of()[claim.id]}
        said = reading.ill_set(page) + reading.unset(page) + reading.legend_gaps(page, claim)
        said += reading.unlinked(page, claims, claim, tests) + reading.unexplained(page)
        in_kernel = '<span class="badge v-kernel">' in page.partition("</h1>")[0]
        said += ["Coq's statement"] * (("<summary>The same, as Coq" in page) != in_kernel)
        said += ["prior work"] * (page.count("Prior work:") != len(claim.source.prior))
        for relation, other in (("prev", before), ("next", after)):
            link = f'rel="{relation}" href="{other}.html"' if other else f'rel="{relation}"'
            said += [relation] * ((link in page) != bool(other))
        problems += [f"{claim.id}: {x}" for x in said]
    assert problems == []


def test_every_letter_is_in_dejavu(site: Path) -> None:
    """Mathematics is legible where no other font is installed: matplotlib brings its DejaVu with it."""
    import matplotlib as mpl
    from matplotlib.ft2font import FT2Font

    fonts = Path(mpl.get_data_path()) / "fonts" / "ttf"
    known = {
        chr(x)
        for name in ("DejaVuSans", "DejaVuSerif")
        for x in FT2Font(str(fonts / f"{name}.ttf")).get_charmap()
    }
    pages = {
        path.name: html.unescape(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")
    }
    assert {
        (x, name) for name, text in pages.items() for x in set(text) - known if x != "\n"
    } == set()


SPOILT = """<main id="main"><h1>X</h1><p>||w|| and x_1, a <= b</p><math><msub><msub><mi>a</mi><mi>b</mi></msub>
<mi>c</mi></msub><msub><mi>C</mi><mtext>ms))</mtext></msub><msup><mo>(</mo><mi>n</mi><mi>T</mi></msup></math>
<section class="note">By STEP, <code>test_x</code>, <a href="NORM.html">NORM</a>.</section>
<h2>Wrong variants</h2><table><td class="w-equal">equal</td></table></main>"""


def test_what_a_claims_page_lacks_is_found() -> None:
    claim = claims["NORM"]
    assert reading.ill_set(SPOILT) == ["double subscript: ab\nc", "torn: Cms))", "no msup: (nT"]
    assert reading.unset(SPOILT) == ["ASCII: ||", "ASCII: ||", "ASCII: x_1", "ASCII: <="]
    assert "no meaning: a" in reading.legend_gaps(SPOILT, claim)
    assert reading.unlinked(SPOILT, claims, claim, {"test_x"}) == [
        "no link: STEP",
        "no link: test_x",
    ]
    assert reading.unexplained(SPOILT) == ["not explained: equal", "variants are not folded"]


@NEEDS_BROWSER
def test_every_page_fits_a_phone_logs_nothing_and_passes_axe(browser: Any, site: Path) -> None:
    context = browser.new_context(viewport={"width": 400, "height": 900}, bypass_csp=True)
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    pages, seen = sorted(site.rglob("*.html")), set[str]()
    assert len(pages) > len(claims)
    for path in pages:
        page.goto(path.as_uri(), wait_until="domcontentloaded")
        faults, shapes = page.evaluate(FAULTS), set(page.evaluate(SHAPES))
        if AXE and not shapes <= seen:  # what is built of the same parts was looked at
            faults += serious(page, colours=False)
            seen |= shapes
        problems += [f"{path.relative_to(site)}: {x}" for x in faults]
    context.close()
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


@NEEDS_BROWSER
@NEEDS_AXE
@pytest.mark.parametrize(
    "scheme, width, names", [("light", 1350, KINDS + LONG), ("dark", 400, KINDS)], ids=str
)
def test_axe_finds_nothing_serious(
    browser: Any, site: Path, scheme: str, width: int, names: tuple[str, ...]
) -> None:
    assert serious_on(browser, site, names, scheme, width) == []


@NEEDS_BROWSER
@NEEDS_AXE
def test_axe_finds_what_is_wrong(browser: Any) -> None:
    page = browser.new_page()
    page.set_content(
        "<html lang=en><title>x</title><p style='color:#bbb;background:#fff'>pale</p><img src=data:,>"
    )
    assert {x.split(":")[0] for x in serious(page)} == {"color-contrast", "image-alt"}
    assert {x.split(":")[0] for x in serious(page, colours=False)} == {"image-alt"}
    page.close()

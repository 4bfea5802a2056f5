"""Debian's Chromium, driven by Playwright, for the tests that look at the report in a browser."""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ABSENT = (
    "Playwright is absent (make extras): the report is not tried in a browser"
    if importlib.util.find_spec("playwright") is None
    else "Chromium is absent: the report is not tried in a browser"
    if CHROMIUM is None
    else ""
)
NEEDS_BROWSER = pytest.mark.skipif(bool(ABSENT), reason=ABSENT or "there is one")


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser that asks nobody anything by itself; skips where there is none."""
    if ABSENT:
        pytest.skip(ABSENT)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                  "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        )  # fmt: skip
        yield opened
        opened.close()


AXE = importlib.util.find_spec("axe_playwright_python")
NEEDS_AXE = pytest.mark.skipif(AXE is None, reason="axe-core is absent (make extras)")


def serious(page: Any, *, colours: bool = True) -> list[str]:
    """What axe-core calls serious or critical.

    The inside of MathML, which no rule is about, is taken out of the page first: most of its nodes are there.
    colours: also the contrast of every word, which takes most of the time that is left.
    """
    assert AXE is not None
    assert AXE.origin is not None
    source = Path(AXE.origin).with_name("axe.min.js").read_text(encoding="utf-8")
    page.evaluate("document.querySelectorAll('math').forEach(x => x.replaceChildren())")
    page.evaluate(source + "\n;0")
    asked = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": colours}}}
    found = page.evaluate(f"axe.run({{exclude: [['math']]}}, {json.dumps(asked)})")
    return [
        f"{x['id']}: {x['nodes'][0]['html'][:120]}"
        for x in found["violations"]
        if x["impact"] in ("serious", "critical")
    ]


def serious_on(
    browser: Any, site: Path, names: Iterable[str], scheme: str, width: int
) -> list[str]:
    """The same of pages of a site, in a colour scheme and at a width."""
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True
    )
    page = context.new_page()
    found = []
    for name in names:
        page.goto((site / f"{name}.html").as_uri())
        found += [f"{name}: {x}" for x in serious(page)]
    context.close()
    return found

"""Debian's Chromium, driven by Playwright, for the tests that look at the report in a browser."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
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

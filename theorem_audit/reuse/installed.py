"""Versions of installed distributions, read off the head of their metadata.

``importlib.metadata.version`` parses all of it, the long description included, as a mail: a run asks for forty.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution

VERSION = re.compile(r"^Version: *(\S+) *$", re.MULTILINE)
NEEDS = re.compile(r"^Requires-Dist: *([A-Za-z0-9][\w.-]*)(.*)$", re.MULTILINE)
EXTRA = re.compile(r";.*\bextra\b")


@cache  # what is imported stays what it is, whatever is installed meanwhile
def version(name: str) -> str:
    """The version of a distribution; raises PackageNotFoundError where there is none."""
    told = VERSION.search(_head(name))
    return told[1] if told else distribution(name).version


@cache
def requirements(name: str) -> tuple[str, ...]:
    """The distributions that one asks for whatever its extras are; none where it is not installed."""
    try:
        asked = NEEDS.findall(_head(name))
    except PackageNotFoundError:
        return ()
    return tuple(sorted({x for x, when in asked if not EXTRA.search(when)}))


@cache
def _head(name: str) -> str:
    found = distribution(name)
    said = found.read_text("METADATA") or found.read_text("PKG-INFO") or ""
    return said.partition("\n\n")[0]


__all__ = ["PackageNotFoundError", "requirements", "version"]

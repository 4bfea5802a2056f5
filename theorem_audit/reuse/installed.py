"""Versions of installed distributions, read off the head of their metadata.

``importlib.metadata.version`` parses all of it, the long description included, as a mail: a run asks for forty.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution

HEAD = re.compile(r"^Version: *(\S+) *$", re.MULTILINE)


@cache  # what is imported stays what it is, whatever is installed meanwhile
def version(name: str) -> str:
    """The version of a distribution; raises PackageNotFoundError where there is none."""
    found = distribution(name)
    said = found.read_text("METADATA") or found.read_text("PKG-INFO") or ""
    told = HEAD.search(said.partition("\n\n")[0])
    return told[1] if told else found.version


__all__ = ["PackageNotFoundError", "version"]

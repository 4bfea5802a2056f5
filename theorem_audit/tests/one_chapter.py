"""A small project of one chapter, whose claims are y = 2 x or say so falsely: its files, and a run of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from theorem_audit.tests import warm

HEAD = {
    "pyproject.toml": (
        '[tool.theorem-audit]\nname = "small"\ntheory = "th"\nevidence = "tests"\nnotes = "notes"\n'
    ),
    "th/__init__.py": "",
    "tests/__init__.py": "",
    "notes/ch.md": "# x\n",
}
CHAPTER = """
from sympy import Eq, Integer, Symbol
from theorem_audit.statement import Claim, Source
x, y, h = (Symbol(name, real=True) for name in "xyh")
TABLE = {"two": Integer(2)}
def claim(id, formula, **more):
    return Claim(id=id, title="A subject", formula=formula, source=Source("new", "none"), bound="exact",
                 chapter="th.ch", **more)
"""


def write(folder: Path, files: dict[str, str]) -> None:
    """Put files of these texts into a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def run(folder: Path, *more: str) -> dict[str, Any]:
    """The claims of a run there by id, and under no name all that it says."""
    words = ("run", "--quick", "--workers", "1", "--json", "-", *more)
    done = warm.audit(words, folder)
    assert done.stdout, done.stderr
    found = {c["id"]: c for c in json.loads(done.stdout)["claims"]}
    return {**found, "": done.stderr + done.stdout}


def asked(request: pytest.FixtureRequest, test: str) -> list[str]:
    """The cases of a test that this session runs: no others need be in a project."""
    return [
        x.callspec.params["what"]
        for x in request.session.items
        if isinstance(x, pytest.Function)
        and x.originalname == test
        and x.get_closest_marker("skip") is None
    ]

"""Of which modules all mutants were tried on the sources of today; of those each twelfth is tried again.

``proofs_notes/mutants.json`` keeps a hash a module: of its source, its battery's, and what explains survivors.
What else these import is not looked at: MUTANTS=all tries every mutant of every module.  MUTANTS=keep notes
of which modules all were tried, and passed.
"""

from __future__ import annotations

import ast
import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType

from tests.tool import ROOT

KEPT = ROOT / "proofs_notes" / "mutants.json"
EVERY = 12  # of a module whose mutants were all tried before, one in so many
ASKED = os.environ.get("MUTANTS", "")
if ASKED not in ("", "all", "keep"):
    raise ValueError(f"MUTANTS={ASKED!r}: all or keep")


def content(
    source: Path, battery: Callable[[ModuleType], None], explained: Mapping[str, str]
) -> str:
    """A hash of what says which mutants there are, and which survive."""
    files = {source, *_with_imports(battery.__module__), *_with_imports("tests.tool.judge_mutants")}
    texts = [(x.name, x.read_text(encoding="utf-8")) for x in sorted(files)]
    return hashlib.sha256(json.dumps([texts, sorted(explained)]).encode()).hexdigest()


def _with_imports(name: str) -> set[Path]:
    """A module of ``tests.tool`` with those that it imports, and they."""
    found: set[Path] = set()
    waiting = [name]
    while waiting:
        path = ROOT.joinpath(*waiting.pop().split(".")).with_suffix(".py")
        if path in found or not path.is_file():
            continue
        found.add(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests.tool"):
                waiting += [node.module or "", *(f"{node.module}.{x.name}" for x in node.names)]
    return found


def step(path: str, now: str) -> int:
    """Every how many mutants one is to be tried: 1 where any source has changed since all were."""
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    return EVERY if ASKED != "all" and kept.get(path) == now else 1


def keep(path: str, now: str) -> None:
    """Note that all mutants were tried, and became what the notes say; where that is asked for."""
    if ASKED != "keep":
        return
    with KEPT.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # two workers of pytest, each with a module
        file.seek(0)
        table = json.loads(file.read() or "{}")
        file.truncate(0)
        json.dump({**table, path: now}, file, indent=1, sort_keys=True)
        file.write("\n")
